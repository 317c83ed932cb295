"""What an ingest is about to publish, worked out before anything is encoded or written."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.ids import LessonId, ProductSlug, RevisionId, content_hash, readable_id
from knowledge.blocks import SourceCourse, SourceLesson
from knowledge.encoder import Encoder
from knowledge.identity import unfilled_windows
from knowledge.language import Lang, language_of
from knowledge.passages import PACKING, Passage, Window, pack
from knowledge.products import Collection
from knowledge.spots import settle_spots
from knowledge.stored_blocks import block_to_json
from knowledge.tables import LessonRow, RevisionPassageRow, RevisionRow
from knowledge.tokens import recipe_of


@dataclass(frozen=True, slots=True)
class PlannedLesson:
    """A lesson as it will be published; `content_hash` changes when anything a reader could notice does.

    A lesson that is the same as the live one names that revision in `kept` and carries no passages; `size` counts them
    either way.
    """

    id: LessonId
    slug: str
    position: int
    source: SourceLesson
    lang: Lang
    blocks: list[dict[str, Any]]
    passages: tuple[Passage, ...]
    content_hash: str
    source_hash: str
    size: int
    kept: RevisionId | None = None

    def windows(self) -> Iterator[Window]:
        """Every window of every passage, in order, those of sentences included."""
        for passage in self.passages:
            yield from passage.windows
            yield from passage.sentences


def plan_lessons(
    session: Session, course: SourceCourse, product: ProductSlug, collection: Collection, *, encoder: Encoder
) -> list[PlannedLesson]:
    """Pack a course's lessons; one that was here before keeps its id and slug, one that is the same is left alone."""
    known = select(LessonRow.external_id, LessonRow.slug).where(
        LessonRow.product == product, LessonRow.collection == collection
    )
    slugs = dict(session.execute(known).all())
    taken = set(session.scalars(select(LessonRow.slug).where(LessonRow.product == product)))
    live = _live(session, product, collection, encoder)
    planned = []
    for position, lesson in enumerate(map(settle_spots, course.lessons)):
        slug = slugs.get(lesson.external_id) or _new_slug(lesson.external_id, collection, taken)
        taken.add(slug)
        named = lesson_id(product, collection, lesson.external_id)
        planned.append(_plan(lesson, named, live.get(named), slug=slug, position=position, encoder=encoder))
    return planned


def lesson_id(product: str, collection: Collection, external_id: str) -> LessonId:
    """What a lesson is called here, whatever becomes of it."""
    return LessonId(f"l-{content_hash(product, collection, external_id, size=12)}")


@dataclass(frozen=True, slots=True)
class _Live:
    revision: RevisionId
    content_hash: str
    source_hash: str | None
    size: int


def _live(session: Session, product: ProductSlug, collection: Collection, encoder: Encoder) -> dict[str, _Live]:
    """Live revisions by lesson; none while the product lacks vectors or tokens: then an ingest makes up for them."""
    if unfilled_windows(session, product, encoder_id=encoder.id, token_recipe=recipe_of(encoder)):
        return {}
    columns = (LessonRow.id, RevisionRow.id, RevisionRow.content_hash, RevisionRow.source_hash)
    counted = (
        select(*columns, func.count(RevisionPassageRow.passage))
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .outerjoin(RevisionPassageRow, RevisionPassageRow.revision == RevisionRow.id)
        .where(LessonRow.product == product, LessonRow.collection == collection)
        .group_by(*columns)
    )
    return {
        lesson: _Live(RevisionId(revision), content, source, size)
        for lesson, revision, content, source, size in session.execute(counted)
    }


def _new_slug(external_id: str, collection: Collection, taken: set[str]) -> str:
    name = external_id if collection is Collection.LESSONS or external_id.startswith("case") else f"case-{external_id}"
    slug = readable_id(name, fallback="lesson")
    return slug if slug not in taken else f"{slug[:50].strip('-')}-{content_hash(collection, external_id, size=5)}"


def _plan(
    lesson: SourceLesson, named: LessonId, live: _Live | None, *, slug: str, position: int, encoder: Encoder
) -> PlannedLesson:
    declared: Lang = "ru" if lesson.lang == "ru" else "en"
    lang = language_of(" ".join(block.text for block in lesson.blocks), default=declared)
    blocks = [block_to_json(block) for block in lesson.blocks]
    told = (lesson.source_path, lesson.title, lesson.block_title, lesson.skill, lesson.outcome, lang)
    recordings = [asdict(recording) for recording in lesson.recordings]
    body = json.dumps([*blocks, *recordings], sort_keys=True)
    source = content_hash(PACKING, encoder.id, str(encoder.max_tokens), *told, body)
    if live is not None and live.source_hash == source:
        same = live.content_hash, source, live.size, live.revision
        return PlannedLesson(named, slug, position, lesson, lang, blocks, (), *same)
    passages = pack(lesson, lesson_id=named, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    digest = content_hash(PACKING, *told, body, *(passage.id for passage in passages))
    return PlannedLesson(named, slug, position, lesson, lang, blocks, passages, digest, source, len(passages))


def plan_anew(lesson: SourceLesson, named: LessonId, *, slug: str, position: int, encoder: Encoder) -> PlannedLesson:
    """One lesson that stays where it is, packed whatever is live of it."""
    return _plan(settle_spots(lesson), named, None, slug=slug, position=position, encoder=encoder)
