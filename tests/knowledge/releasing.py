"""Drafting, publishing and rolling back in tests, and looking at what is live."""

from pathlib import Path

from sqlalchemy import select

from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.adapters.exact_index import ExactIndex
from knowledge.changelog import Entry, read_changelog
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.products import Collection
from knowledge.put_live import Publisher, PutLive, Said
from knowledge.readers import read_course
from knowledge.search import Hit, search
from knowledge.shelf import ShelfKey
from knowledge.shelf_layout import load_shelf
from knowledge.tables import LessonRow, ProductRow, RevisionRow

PRODUCT = ProductSlug("course")


def take(house: House, folder: Path, files: dict[str, str], *, draft: bool = False) -> IngestReport:
    """Take exactly these files in, live or as a draft."""
    for old in folder.glob("**/*"):
        if old.is_file():
            old.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    target = Target(PRODUCT, draft=draft, replace=True)
    return ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)


def publisher(house: House) -> Publisher:
    """Puts releases of the house live."""
    return Publisher(house.database, house.encoder, house.clock, workers=1, progress=lambda _done, _total: None)


def publish(house: House, number: int | None = None, note: str = "") -> PutLive:
    """Publish a draft."""
    return publisher(house).publish(PRODUCT, number, Said(note))


def roll_back(house: House, number: int | None = None, *, reveal: bool = False) -> PutLive:
    """Roll back."""
    return publisher(house).roll_back(PRODUCT, number, Said(), reveal=reveal)


def live_titles(house: House, product: str = PRODUCT) -> list[str]:
    """The titles of the live lessons in course order."""
    live = (
        select(RevisionRow.title)
        .join(LessonRow, LessonRow.live_revision == RevisionRow.id)
        .where(LessonRow.product == product)
        .order_by(LessonRow.position, LessonRow.id)
    )
    with house.database.read() as session:
        return list(session.scalars(live))


def found(house: House, question: str, product: str = PRODUCT) -> tuple[Hit, ...]:
    """What a question finds in what is live, laid out for this question alone."""
    with house.database.read() as session:
        shelf = load_shelf(session, ShelfKey(ProductSlug(product), Collection.LESSONS), encoder=house.encoder)
    return search(question, shelf, encoder=house.encoder, index=ExactIndex(), count=20).hits


def version(house: House) -> int:
    """The product's version."""
    with house.database.read() as session:
        return session.get_one(ProductRow, PRODUCT).version


def changelog(house: House) -> list[Entry]:
    """What learners read, newest first."""
    with house.database.read() as session:
        return read_changelog(session, PRODUCT, now=house.clock())
