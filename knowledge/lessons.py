"""Reading what is live: passages with their lessons, and lessons as learners may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from foundation.ids import LessonId, PassageId
from knowledge.blocks import BlockKind, Visibility
from knowledge.passages import PassageKind, Segment
from knowledge.products import Collection
from knowledge.tables import LessonRow, PassageRow, RevisionRow


@dataclass(frozen=True, slots=True)
class LessonHead:
    """A live lesson without its body."""

    id: LessonId
    slug: str
    external_id: str
    title: str
    block_title: str
    skill: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Source:
    """A live passage with its text and lesson: what is quoted and cited."""

    passage: PassageId
    kind: PassageKind
    text: str
    heading_path: tuple[str, ...]
    anchor: str
    segments: tuple[Segment, ...]
    lesson: LessonHead


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson as a learner may see it: sanitised HTML of its visible blocks, in order.

    `opens_with_title` says that the first of them is the lesson's own title as a heading.
    """

    head: LessonHead
    lang: str
    html: tuple[str, ...]
    opens_with_title: bool


def live_lessons(session: Session, product: str, *, collection: Collection = Collection.LESSONS) -> list[LessonHead]:
    """A product's live lessons in course order."""
    rows = session.execute(
        select(LessonRow, RevisionRow.title, RevisionRow.block_title, RevisionRow.skill, RevisionRow.outcome)
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .where(LessonRow.product == product, LessonRow.collection == collection)
        .order_by(LessonRow.position, LessonRow.id)
    )
    return [_head(row, title, block, skill, outcome) for row, title, block, skill, outcome in rows]


def find_lesson(session: Session, product: str, name: str) -> LessonHead:
    """A live lesson by its slug or its author's own id; raises NotFound."""
    row, revision = _live_row(session, product, name)
    return _head(row, revision.title, revision.block_title, revision.skill, revision.outcome)


def read_lesson(session: Session, product: str, name: str) -> LessonPage:
    """A live lesson for its page; what learners may not see is not in it. Raises NotFound."""
    row, revision = _live_row(session, product, name)
    head = _head(row, revision.title, revision.block_title, revision.skill, revision.outcome)
    shown = [
        block
        for block in revision.blocks
        if block["visibility"] == Visibility.LEARNER and block["kind"] != BlockKind.ANSWER_KEY
    ]
    titled = bool(shown) and shown[0]["kind"] == BlockKind.HEADING and shown[0]["text"] == revision.title
    return LessonPage(head, revision.lang, tuple(str(block["html"]) for block in shown), titled)


def load_sources(session: Session, passages: Sequence[PassageId]) -> dict[PassageId, Source]:
    """Passages with their lessons, by id; those that are unknown are left out."""
    rows = session.execute(
        select(
            PassageRow, LessonRow, RevisionRow.title, RevisionRow.block_title, RevisionRow.skill, RevisionRow.outcome
        )
        .join(LessonRow, LessonRow.id == PassageRow.lesson)
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .where(PassageRow.id.in_(passages))
    )
    return {
        PassageId(passage.id): _source(passage, _head(lesson, title, block, skill, outcome))
        for passage, lesson, title, block, skill, outcome in rows
    }


def lesson_heads(session: Session, lessons: Iterable[LessonId]) -> dict[LessonId, LessonHead]:
    """Live lessons by id."""
    rows = session.execute(
        select(LessonRow, RevisionRow.title, RevisionRow.block_title, RevisionRow.skill, RevisionRow.outcome)
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .where(LessonRow.id.in_(list(lessons)))
    )
    return {LessonId(row.id): _head(row, title, block, skill, outcome) for row, title, block, skill, outcome in rows}


def _live_row(session: Session, product: str, name: str) -> tuple[LessonRow, RevisionRow]:
    found = session.execute(
        select(LessonRow, RevisionRow)
        .join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
        .where(LessonRow.product == product, (LessonRow.slug == name) | (LessonRow.external_id == name))
        .order_by(LessonRow.slug != name, LessonRow.collection.desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotFound(f"there is no lesson {name[:70]!r} in {product[:70]}")
    return found[0], found[1]


def _head(row: LessonRow, title: str, block: str, skill: str, outcome: str) -> LessonHead:
    return LessonHead(LessonId(row.id), row.slug, row.external_id, title, block, skill, outcome)


def _source(row: PassageRow, lesson: LessonHead) -> Source:
    return Source(
        passage=PassageId(row.id),
        kind=PassageKind(row.kind),
        text=row.text,
        heading_path=tuple(row.heading_path),
        anchor=row.anchor,
        segments=tuple(Segment(BlockKind(kind), start, end) for kind, start, end in row.segments),
        lesson=lesson,
    )
