"""Writes planned lessons down, new revisions where something changed, and makes them live or keeps them as a draft.

All in the caller's one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from foundation.errors import Conflict
from foundation.ids import ProductSlug, RevisionId, content_hash
from knowledge.blocks import BlockKind, SourceCourse, seen_by
from knowledge.edits import EditState
from knowledge.language import Lang, language_of
from knowledge.passages import Passage, Segment, WindowRole
from knowledge.plan import PlannedLesson
from knowledge.products import Collection
from knowledge.relations import Relation, relations_of
from knowledge.releases import Placed, Release, add_draft, add_published, go_live, live_release, placed_live
from knowledge.tables import CaseRow, LessonRow, PassageRow, RevisionPassageRow, RevisionRow, WindowRow

_IDS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class Published:
    """How the set of live passages changed, or would with a draft; `release` is its number, None if nothing changed."""

    added: int
    unchanged: int
    removed: int
    release: int | None = None


def check_same_course(
    session: Session, course: SourceCourse, product: ProductSlug, collection: Collection, *, replace: bool
) -> None:
    """Refuse a course that shares no lesson with what is live under this slug; raises Conflict."""
    live = select(LessonRow.external_id).where(
        LessonRow.product == product, LessonRow.collection == collection, LessonRow.live_revision.is_not(None)
    )
    known = set(session.scalars(live.where(LessonRow.id.not_in(_graduates_cases(product)))))
    if known and not replace and known.isdisjoint(lesson.external_id for lesson in course.lessons):
        raise Conflict(
            f"{product} holds another course ({len(known)} lessons, none of them here); --replace puts this one in"
        )


def publish(
    session: Session,
    lessons: Sequence[PlannedLesson],
    product: ProductSlug,
    collection: Collection,
    *,
    unreadable: frozenset[str],
    relations: frozenset[Relation] = frozenset(),
    now: datetime,
) -> Published:
    """Make exactly these lessons live in the collection; the product's version grows when anything changed.

    A lesson whose file is there and could not be read (`unreadable`, by path) stays as it was.
    """
    live = placed_live(session, product, collection)
    wanted = _written(session, lessons, product, collection, live, unreadable=unreadable, now=now)
    if collection is Collection.LESSONS:
        release = add_published(session, product, wanted, relations=relations, now=now)
        return _published(session, live, wanted, release=release.number if release else None)
    graduates = set(session.scalars(_graduates_cases(product)))
    wanted |= {placed for placed in live if placed.lesson in graduates}
    if wanted != live:
        go_live(session, product, collection, wanted)
    return _published(session, live, wanted)


def publish_beside(
    session: Session, lessons: Sequence[PlannedLesson], product: ProductSlug, collection: Collection, *, now: datetime
) -> None:
    """Make these lessons live beside those of the collection that are."""
    live = placed_live(session, product, collection)
    added = _written(session, lessons, product, collection, frozenset(), unreadable=frozenset(), now=now)
    if added - live:
        fresh = {placed.lesson for placed in added}
        go_live(session, product, collection, added | {placed for placed in live if placed.lesson not in fresh})


def keep_draft(
    session: Session,
    lessons: Sequence[PlannedLesson],
    product: ProductSlug,
    *,
    unreadable: frozenset[str],
    relations: frozenset[Relation],
    card: dict[str, Any],
    settled: Mapping[str, EditState],
    now: datetime,
) -> Published:
    """Keep these lessons, and what is said about the product in `card`, as a draft; nothing that is live changes.

    `settled` is what becomes of live edits with it.
    """
    live = placed_live(session, product)
    wanted = _written(session, lessons, product, Collection.LESSONS, live, unreadable=unreadable, now=now)
    draft = add_draft(session, product, wanted, relations=relations, card=card, settled=settled, now=now)
    return _published(session, live, wanted, release=draft.number if draft else None)


def keep_beside(session: Session, lessons: Sequence[PlannedLesson], product: ProductSlug, *, now: datetime) -> Release:
    """Keep what is live as a draft, with these lessons in place of their own. Raises Conflict when nothing differs."""
    live = placed_live(session, product)
    changed = _written(session, lessons, product, Collection.LESSONS, frozenset(), unreadable=frozenset(), now=now)
    named = {placed.lesson for placed in changed}
    wanted = changed | {placed for placed in live if placed.lesson not in named}
    release = live_release(session, product)
    relations = relations_of(session, release.id) if release else frozenset()
    draft = add_draft(session, product, wanted, relations=relations, card={}, now=now)
    if draft is None:
        raise Conflict(f"the lessons of {product} read like this already; there is nothing to release")
    return draft


def _graduates_cases(product: str) -> Select[str | None]:
    """Lessons that are cases of people: they come and go one by one, and no folder of cases replaces them."""
    mine = select(CaseRow.lesson_row).where(CaseRow.product == product, CaseRow.lesson_row.is_not(None))
    return mine.where(CaseRow.source != "example")


def _written(
    session: Session,
    lessons: Sequence[PlannedLesson],
    product: ProductSlug,
    collection: Collection,
    live: frozenset[Placed],
    *,
    unreadable: frozenset[str],
    now: datetime,
) -> frozenset[Placed]:
    """The set these lessons make, every revision of it written."""
    mine = select(LessonRow).where(LessonRow.product == product, LessonRow.collection == collection)
    rows = {row.id: row for row in session.scalars(mine)}
    planned = {lesson.id for lesson in lessons}
    unread = _from_paths(session, live, unreadable)
    kept = [placed for placed in live if placed.lesson in unread and placed.lesson not in planned]
    fresh = []
    for lesson in lessons:
        row = rows.get(lesson.id) or _add_lesson(session, lesson, product, collection)
        fresh.append(Placed(lesson.id, _revision_of(session, lesson, row, now=now), lesson.position))
    return frozenset((*kept, *fresh))


def _published(
    session: Session, live: frozenset[Placed], wanted: frozenset[Placed], *, release: int | None = None
) -> Published:
    before, after = _passages(session, live), _passages(session, wanted)
    return Published(len(after - before), len(after & before), len(before - after), release)


def _passages(session: Session, lessons: Iterable[Placed]) -> set[str]:
    revisions, found = [placed.revision for placed in lessons], set[str]()
    for start in range(0, len(revisions), _IDS_A_QUERY):
        some = RevisionPassageRow.revision.in_(revisions[start : start + _IDS_A_QUERY])
        found.update(session.scalars(select(RevisionPassageRow.passage).where(some)))
    return found


def _from_paths(session: Session, live: Iterable[Placed], paths: frozenset[str]) -> set[str]:
    if not paths:
        return set()
    wanted = select(RevisionRow.lesson).where(
        RevisionRow.id.in_([placed.revision for placed in live]), RevisionRow.source_path.in_(paths)
    )
    return set(session.scalars(wanted))


def _add_lesson(session: Session, lesson: PlannedLesson, product: ProductSlug, collection: Collection) -> LessonRow:
    """A lesson that nobody sees yet."""
    row = LessonRow(id=lesson.id, product=product, collection=collection, external_id=lesson.source.external_id)
    row.slug, row.position = lesson.slug, lesson.position
    session.add(row)
    session.flush()
    return row


def _revision_of(session: Session, lesson: PlannedLesson, row: LessonRow, *, now: datetime) -> RevisionId:
    """The live revision if it is the same, else an earlier one that is, else a new one."""
    # Another ingest may have published a lesson since this one was planned; the revision it was to keep is still there.
    if lesson.kept is not None:
        return lesson.kept
    same = select(RevisionRow.id).where(
        RevisionRow.lesson == lesson.id, RevisionRow.content_hash == lesson.content_hash
    )
    live_first = same.order_by(RevisionRow.id != (row.live_revision or ""), RevisionRow.id).limit(1)
    found = session.scalar(live_first)
    return RevisionId(found) if found else _add_revision(session, lesson, now=now)


def _add_revision(session: Session, lesson: PlannedLesson, *, now: datetime) -> RevisionId:
    number = session.scalar(select(func.count()).where(RevisionRow.lesson == lesson.id)) or 0
    revision = RevisionId(f"r-{content_hash(lesson.id, lesson.content_hash, str(number), size=12)}")
    source = lesson.source
    seen = seen_by(source.blocks)
    ended = select(RevisionRow.parent).where(RevisionRow.lesson == lesson.id, RevisionRow.parent.is_not(None))
    newest = select(RevisionRow.id).where(RevisionRow.lesson == lesson.id, RevisionRow.id.not_in(ended))
    session.add(
        RevisionRow(
            id=revision,
            lesson=lesson.id,
            content_hash=lesson.content_hash,
            source_hash=lesson.source_hash,
            source_path=source.source_path,
            title=source.title,
            block_title=source.block_title,
            skill=source.skill,
            outcome=source.outcome,
            lang=lesson.lang,
            blocks=lesson.blocks,
            recordings=[asdict(recording) for recording in source.recordings],
            visibility=seen.visibility,
            not_before=seen.not_before,
            parent=session.scalar(newest),
            created=now,
        )
    )
    session.flush()
    _add_passages(session, lesson)
    for position, passage in enumerate(lesson.passages):
        place = RevisionPassageRow(revision=revision, position=position, passage=passage.id)
        place.start, place.end = passage.source_start, passage.source_end
        session.add(place)
    session.flush()
    return revision


def _add_passages(session: Session, lesson: PlannedLesson) -> None:
    known = _known_passages(session, [passage.id for passage in lesson.passages])
    for passage in lesson.passages:
        if passage.id not in known:
            session.add(_passage_row(passage, lesson))
    session.flush()
    for passage in lesson.passages:
        if passage.id not in known:
            session.add_all(_window_rows(passage))
    session.flush()


def _known_passages(session: Session, ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(ids), _IDS_A_QUERY):
        chunk = ids[start : start + _IDS_A_QUERY]
        known.update(session.scalars(select(PassageRow.id).where(PassageRow.id.in_(chunk))))
    return known


def _passage_row(passage: Passage, lesson: PlannedLesson) -> PassageRow:
    return PassageRow(
        id=passage.id,
        lesson=lesson.id,
        kind=passage.kind,
        lang=_language(passage, lesson),
        heading_path=list(passage.heading_path),
        anchor=passage.anchor,
        text=passage.text,
        segments=[_segment(segment) for segment in passage.segments],
        not_before=passage.not_before,
    )


def _segment(segment: Segment) -> list[object]:
    stretch: list[object] = [segment.kind, segment.start, segment.end]
    spot = segment.spot
    return stretch if spot is None else [*stretch, [spot.kind, spot.number, spot.of]]


def _language(passage: Passage, lesson: PlannedLesson) -> Lang:
    """The language of a passage's words; code is in Latin letters in every language and says nothing."""
    prose = [passage.text[part.start : part.end] for part in passage.segments if part.kind is not BlockKind.CODE]
    return language_of(" ".join((*passage.heading_path, *prose)), default=lesson.lang)


def _window_rows(passage: Passage) -> Iterable[WindowRow]:
    for role, windows in ((WindowRole.PASSAGE, passage.windows), (WindowRole.SENTENCE, passage.sentences)):
        for ordinal, window in enumerate(windows):
            row = WindowRow(passage=passage.id, role=role, ordinal=ordinal, input_hash=window.input_hash)
            row.start, row.end = window.start, window.end
            yield row
