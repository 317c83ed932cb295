"""What an ingest is about to publish, worked out before anything is encoded or written."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.ids import LessonId, ProductSlug, content_hash, readable_id
from knowledge.blocks import Block, SourceCourse, SourceLesson
from knowledge.encoder import Encoder
from knowledge.language import Lang, language_of
from knowledge.passages import PACKING, Passage, Window, pack
from knowledge.products import Collection
from knowledge.tables import LessonRow


@dataclass(frozen=True, slots=True)
class PlannedLesson:
    """A lesson as it will be published; `content_hash` changes when anything a reader could notice does."""

    id: LessonId
    slug: str
    position: int
    source: SourceLesson
    lang: Lang
    blocks: list[dict[str, Any]]
    passages: tuple[Passage, ...]
    content_hash: str

    def windows(self) -> Iterator[Window]:
        """Every window of every passage, in order, those of sentences included."""
        for passage in self.passages:
            yield from passage.windows
            yield from passage.sentences


def plan_lessons(
    session: Session, course: SourceCourse, product: ProductSlug, collection: Collection, *, encoder: Encoder
) -> list[PlannedLesson]:
    """Pack a course's lessons; a lesson that was here before keeps its id and slug."""
    known = select(LessonRow.external_id, LessonRow.slug).where(
        LessonRow.product == product, LessonRow.collection == collection
    )
    slugs = dict(session.execute(known).all())
    taken = set(session.scalars(select(LessonRow.slug).where(LessonRow.product == product)))
    planned = []
    for position, lesson in enumerate(course.lessons):
        slug = slugs.get(lesson.external_id) or _new_slug(lesson.external_id, collection, taken)
        taken.add(slug)
        planned.append(_plan(lesson, product, collection, slug=slug, position=position, encoder=encoder))
    return planned


def _new_slug(external_id: str, collection: Collection, taken: set[str]) -> str:
    name = external_id if collection is Collection.LESSONS or external_id.startswith("case") else f"case-{external_id}"
    slug = readable_id(name, fallback="lesson")
    return slug if slug not in taken else f"{slug[:50].strip('-')}-{content_hash(collection, external_id, size=5)}"


def _plan(
    lesson: SourceLesson, product: ProductSlug, collection: Collection, *, slug: str, position: int, encoder: Encoder
) -> PlannedLesson:
    lesson_id = LessonId(f"l-{content_hash(product, collection, lesson.external_id, size=12)}")
    passages = pack(lesson, lesson_id=lesson_id, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    declared: Lang = "ru" if lesson.lang == "ru" else "en"
    lang = language_of(" ".join(block.text for block in lesson.blocks), default=declared)
    blocks = [block_to_json(block) for block in lesson.blocks]
    told = (lesson.source_path, lesson.title, lesson.block_title, lesson.skill, lesson.outcome, lang)
    digest = content_hash(PACKING, *told, json.dumps(blocks, sort_keys=True), *(passage.id for passage in passages))
    return PlannedLesson(lesson_id, slug, position, lesson, lang, blocks, passages, digest)


def block_to_json(block: Block) -> dict[str, Any]:
    """A block as it is stored with its revision."""
    return asdict(block)
