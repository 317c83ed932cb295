"""Reading what is live and open to learners: passages with their lessons, and lessons as they may see them.

What is open is asked of the session's moment. A lesson that is not is as good as none: in no list, under no name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, defer

from foundation.database import UtcDateTime, moment
from foundation.errors import NotFound
from foundation.ids import LessonId, PassageId, RevisionId
from knowledge.blocks import BlockKind, Recording, Spot, SpotKind
from knowledge.openings import is_open_lesson, is_open_passage
from knowledge.passages import PassageKind, Segment
from knowledge.products import Collection
from knowledge.relations import replacing_lessons
from knowledge.sight import StoredBlock, seen_blocks
from knowledge.tables import LessonRow, PassageRow, RevisionPassageRow, RevisionRow

_ROWS = (LessonRow, RevisionRow, PassageRow, RevisionPassageRow)
_LESSON, _REVISION, _PASSAGE, _PLACED = (row.__table__.columns for row in _ROWS)
# Tables' columns, not the ORM's, and made once: every answer reads them.
_LIVE_SOURCES = (
    select(
        *(_PASSAGE.id, _PASSAGE.kind, _PASSAGE.text, _PASSAGE.heading_path, _PASSAGE.anchor, _PASSAGE.segments),
        *(_LESSON.id.label("lesson"), _LESSON.slug, _LESSON.external_id),
        *(_REVISION.id.label("revision"), _REVISION.title, _REVISION.block_title, _REVISION.skill, _REVISION.outcome),
    )
    .select_from(PassageRow.__table__.join(LessonRow.__table__, _PASSAGE.lesson == _LESSON.id))
    .join(RevisionRow.__table__, _REVISION.id == _LESSON.live_revision)
    .where(
        _PASSAGE.id.in_(bindparam("passages", expanding=True)),
        is_open_passage(bindparam("now", type_=UtcDateTime)),
        # Of the live revision: an earlier one may have shown what is hidden by now.
        select(_PLACED.passage)
        .where(_PLACED.revision == _LESSON.live_revision, _PLACED.passage == _PASSAGE.id)
        .exists(),
    )
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

    def spot_at(self, offset: int) -> Spot | None:
        """Where the block that holds an offset of the text stands; None for one that has only headings."""
        return next((part.spot for part in self.segments if offset < part.end), None)


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block learners may see: sanitised HTML, and where in a file or recording it stands; `lang` is "" mostly."""

    kind: BlockKind
    html: str
    text: str
    lang: str = ""
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson as a learner may see it: its visible blocks, in order, and the recordings they are of.

    `opens_with_title` says that the first of them is the lesson's own title as a heading. A recording of which nothing
    is shown is not among the `recordings`.
    """

    head: LessonHead
    lang: str
    blocks: tuple[ShownBlock, ...]
    opens_with_title: bool
    recordings: tuple[Recording, ...] = ()


def live_lessons(session: Session, product: str, *, collection: Collection = Collection.LESSONS) -> list[LessonHead]:
    """A product's live lessons in course order."""
    mine = _live(session).where(LessonRow.product == product, LessonRow.collection == collection)
    rows = session.execute(mine.order_by(LessonRow.position, LessonRow.id))
    return [_head(row, revision) for row, revision in rows]


def find_lesson(session: Session, product: str, name: str) -> LessonHead:
    """A live lesson by its slug or its author's own id, or the one that replaces it now that it is gone.

    Raises NotFound.
    """
    try:
        return _head(*_named(session, product, name, _live(session)))
    except NotFound:
        replacing = _replacing(session, product, name)
        if replacing is None:
            raise
        return replacing


def read_lesson(session: Session, product: str, name: str) -> LessonPage:
    """A live lesson for its page; what learners may not see is not in it. Raises NotFound."""
    row, revision = _named(session, product, name, _live(session, with_blocks=True))
    return _page(_head(row, revision), revision, revision.blocks, now=moment(session))


def preview_lesson(
    session: Session, product: str, name: str, *, blocks: Sequence[StoredBlock], title: str
) -> LessonPage:
    """A live lesson's page as learners would see it with other blocks and this title. Raises NotFound."""
    row, revision = _named(session, product, name, _live(session, with_blocks=True))
    return _page(replace(_head(row, revision), title=title), revision, blocks, now=moment(session))


def _page(head: LessonHead, revision: RevisionRow, blocks: Sequence[StoredBlock], *, now: datetime) -> LessonPage:
    seen = seen_blocks(blocks, now=now)
    titled = bool(seen) and seen[0]["kind"] == BlockKind.HEADING and seen[0]["text"] == head.title
    shown = tuple(_shown(block) for block in seen)
    recordings = tuple(Recording(**told) for told in revision.recordings)
    return LessonPage(head, revision.lang, shown, titled, _of_blocks(recordings, shown))


def _shown(block: Mapping[str, Any]) -> ShownBlock:
    spot = block.get("spot")
    return ShownBlock(
        kind=BlockKind(block["kind"]),
        html=str(block["html"]),
        text=str(block["text"]),
        lang=str(block.get("lang", "")),
        spot=Spot(SpotKind(spot["kind"]), spot["number"], spot["of"]) if spot else None,
    )


def _of_blocks(recordings: tuple[Recording, ...], blocks: Iterable[ShownBlock]) -> tuple[Recording, ...]:
    """Those that blocks are of; a spot names one only where there are several (`knowledge.spots`)."""
    named = {block.spot.of for block in blocks if block.spot is not None and block.spot.kind is SpotKind.TIME}
    return tuple(each for each in recordings if each.id in named or (len(recordings) == 1 and "" in named))


def load_sources(session: Session, passages: Sequence[PassageId]) -> dict[PassageId, Source]:
    """Passages with their lessons, by id; those that are unknown or not open are left out."""
    rows = session.execute(_LIVE_SOURCES, {"passages": passages, "now": moment(session)})
    return {PassageId(row.id): _source(row, _head_of_columns(row)) for row in rows}


def sources_of_lessons(session: Session, lessons: Sequence[LessonId]) -> list[Source]:
    """The live passages of lessons, in the order they are read in."""
    live = (
        select(RevisionPassageRow.passage)
        .join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
        .where(LessonRow.id.in_(lessons))
        .order_by(LessonRow.id, RevisionPassageRow.position)
    )
    passages = [PassageId(passage) for passage in session.scalars(live)]
    found = load_sources(session, passages)
    return [found[passage] for passage in passages if passage in found]


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
    rows = session.execute(_live(session).where(LessonRow.id.in_(list(lessons))))
    return {LessonId(row.id): _head(row, revision) for row, revision in rows}


def _live(session: Session, *, with_blocks: bool = False) -> Select[LessonRow, RevisionRow]:
    """Live and open lessons with their revisions; a revision's blocks are a whole lesson, read only for its page."""
    both = select(LessonRow, RevisionRow).join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
    both = both.where(is_open_lesson(moment(session)))
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


def _replacing(session: Session, product: str, name: str) -> LessonHead | None:
    """The live lesson that replaces one that is gone."""
    gone = select(LessonRow.external_id).where(
        LessonRow.product == product,
        LessonRow.collection == Collection.LESSONS,
        LessonRow.live_revision.is_(None),
        (LessonRow.slug == name) | (LessonRow.external_id == name),
    )
    for external_id in session.scalars(gone.order_by(LessonRow.slug != name)):
        replacing = replacing_lessons(session, product, external_id)
        heads = lesson_heads(session, replacing)
        for lesson in replacing:
            if lesson in heads:
                return heads[lesson]
    return None


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
        segments=tuple(_segment(*stretch) for stretch in row.segments),
        lesson=lesson,
    )


def _segment(kind: str, start: int, end: int, spot: Sequence[Any] | None = None) -> Segment:
    return Segment(BlockKind(kind), start, end, Spot(SpotKind(spot[0]), spot[1], spot[2]) if spot else None)
