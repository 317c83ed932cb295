"""A set's documents in a throw-away home."""

from collections import defaultdict
from collections.abc import Sequence

from companion.wiring import House
from evals.sets import Document
from foundation.ids import ProductSlug, content_hash
from knowledge.blocks import SourceCourse
from knowledge.ingest import Target, ingest
from knowledge.readers import read_markdown_text
from knowledge.vectors import Progress


def product_of(course: str) -> ProductSlug:
    """The product that a course's documents are in."""
    return ProductSlug(f"eval-{content_hash(course, size=6)}")


def take_in(house: House, documents: Sequence[Document], *, progress: Progress) -> int:
    """Make every course a product and return how many passages there are."""
    courses: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        courses[document.course].append(document)
    passages = 0
    for course, rows in courses.items():
        lessons = tuple(read_markdown_text(row.text, external_id=row.id, title=row.title) for row in rows)
        report = ingest(
            SourceCourse(lessons),
            Target(product_of(course)),
            database=house.database,
            encoder=house.encoder,
            clock=house.clock,
            workers=house.settings.encode_workers,
            progress=progress,
        )
        passages += report.passages
    return passages
