"""Reading what is live: passages with their lessons, and lessons as learners may see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, defer

from foundation.errors import NotFound
from foundation.ids import LessonId, PassageId, RevisionId
from knowledge.blocks import BlockKind, Visibility
from knowledge.passages import PassageKind, Segment
from knowledge.products import Collection
from knowledge.tables import LessonRow, PassageRow, RevisionRow

_LESSON, _REVISION, _PASSAGE = (row.__table__.columns for row in (LessonRow, RevisionRow, PassageRow))
# Tables' columns, not the ORM's, and made once: every answer reads them.
_LIVE_SOURCES = (
    select(
        *(_PASSAGE.id, _PASSAGE.kind, _PASSAGE.text, _PASSAGE.heading_path, _PASSAGE.anchor, _PASSAGE.segments),
        *(_LESSON.id.label("lesson"), _LESSON.slug, _LESSON.external_id),
        *(_REVISION.id.label("revision"), _REVISION.title, _REVISION.block_title, _REVISION.skill, _REVISION.outcome),
    )
    .select_from(PassageRow.__table__.join(LessonRow.__table__, _PASSAGE.lesson == _LESSON.id))
    .join(RevisionRow.__table__, _REVISION.id == _LESSON.live_revision)
    .where(_PASSAGE.id.in_(bindparam("passages", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class LessonHead:
    """A lesson in one of its revisions, without its body."""

    id: LessonId
    slug: str
    external_id: str
    title: str
    block_title: str
    skill: str
    outcome: str
    revision: RevisionId


@dataclass(frozen=True, slots=True)
class Source:
    """A passage with its text and lesson: what is quoted and cited."""

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
    mine = _live().where(LessonRow.product == product, LessonRow.collection == collection)
    rows = session.execute(mine.order_by(LessonRow.position, LessonRow.id))
    return [_head(row, revision) for row, revision in rows]


def find_lesson(session: Session, product: str, name: str) -> LessonHead:
    """A live lesson by its slug or its author's own id; raises NotFound."""
    return _head(*_named(session, product, name, _live()))


def read_lesson(session: Session, product: str, name: str) -> LessonPage:
    """A live lesson for its page; what learners may not see is not in it. Raises NotFound."""
    row, revision = _named(session, product, name, _live(with_blocks=True))
    shown = [
        block
        for block in revision.blocks
        if block["visibility"] == Visibility.LEARNER and block["kind"] != BlockKind.ANSWER_KEY
    ]
    titled = bool(shown) and shown[0]["kind"] == BlockKind.HEADING and shown[0]["text"] == revision.title
    return LessonPage(_head(row, revision), revision.lang, tuple(str(block["html"]) for block in shown), titled)


def load_sources(session: Session, passages: Sequence[PassageId]) -> dict[PassageId, Source]:
    """Passages with their lessons, by id; those that are unknown are left out."""
    rows = session.execute(_LIVE_SOURCES, {"passages": passages})
    return {PassageId(row.id): _source(row, _head_of_columns(row)) for row in rows}


def load_sources_then(session: Session, revisions: Mapping[PassageId, RevisionId]) -> dict[PassageId, Source]:
    """Passages with their lessons as these stood in the revisions named; what was erased since is left out."""
    wanted = (
        select(LessonRow, RevisionRow, PassageRow)
        .join(RevisionRow, RevisionRow.lesson == LessonRow.id)
        .join(PassageRow, PassageRow.lesson == LessonRow.id)
        .where(PassageRow.id.in_(list(revisions)), RevisionRow.id.in_(set(revisions.values())))
        .options(defer(RevisionRow.blocks, raiseload=True))
    )
    return {
        PassageId(passage.id): _source(passage, _head(row, revision))
        for row, revision, passage in session.execute(wanted)
        if revisions[PassageId(passage.id)] == revision.id
    }


def heading_paths(session: Session, passages: Iterable[PassageId]) -> dict[PassageId, tuple[str, ...]]:
    """Under which headings passages stand, live or not."""
    rows = session.execute(select(PassageRow.id, PassageRow.heading_path).where(PassageRow.id.in_(list(passages))))
    return {PassageId(passage): tuple(path) for passage, path in rows}


def lesson_heads(session: Session, lessons: Iterable[LessonId]) -> dict[LessonId, LessonHead]:
    """Live lessons by id."""
    rows = session.execute(_live().where(LessonRow.id.in_(list(lessons))))
    return {LessonId(row.id): _head(row, revision) for row, revision in rows}


def _live(*, with_blocks: bool = False) -> Select[LessonRow, RevisionRow]:
    """Live lessons with their revisions; a revision's blocks are a whole lesson, read only for its page."""
    both = select(LessonRow, RevisionRow).join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
    return both if with_blocks else both.options(defer(RevisionRow.blocks, raiseload=True))


def _named(
    session: Session, product: str, name: str, live: Select[LessonRow, RevisionRow]
) -> tuple[LessonRow, RevisionRow]:
    found = session.execute(
        live.where(LessonRow.product == product, (LessonRow.slug == name) | (LessonRow.external_id == name))
        .order_by(LessonRow.slug != name, LessonRow.collection.desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotFound(f"there is no lesson {name[:70]!r} in {product[:70]}")
    return found[0], found[1]


def _head(row: LessonRow, revision: RevisionRow) -> LessonHead:
    return LessonHead(
        id=LessonId(row.id),
        slug=row.slug,
        external_id=row.external_id,
        title=revision.title,
        block_title=revision.block_title,
        skill=revision.skill,
        outcome=revision.outcome,
        revision=RevisionId(revision.id),
    )


def _head_of_columns(row: Any) -> LessonHead:
    return LessonHead(
        id=LessonId(row.lesson),
        slug=row.slug,
        external_id=row.external_id,
        title=row.title,
        block_title=row.block_title,
        skill=row.skill,
        outcome=row.outcome,
        revision=RevisionId(row.revision),
    )


def _source(row: Any, lesson: LessonHead) -> Source:
    return Source(
        passage=PassageId(row.id),
        kind=PassageKind(row.kind),
        text=row.text,
        heading_path=tuple(row.heading_path),
        anchor=row.anchor,
        segments=tuple(Segment(BlockKind(kind), start, end) for kind, start, end in row.segments),
        lesson=lesson,
    )
