"""Puts planned lessons live: new revisions where something changed, all in the caller's one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation.errors import Conflict
from foundation.ids import ProductSlug, RevisionId, content_hash
from knowledge.blocks import BlockKind, SourceCourse
from knowledge.language import Lang, language_of
from knowledge.passages import Passage, WindowRole
from knowledge.plan import PlannedLesson
from knowledge.products import Collection
from knowledge.tables import LessonRow, PassageRow, ProductRow, RevisionPassageRow, RevisionRow, WindowRow

_IDS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class Published:
    """How the set of live passages changed."""

    added: int
    unchanged: int
    removed: int


def check_same_course(
    session: Session, course: SourceCourse, product: ProductSlug, collection: Collection, *, replace: bool
) -> None:
    """Refuse a course that shares no lesson with what is live under this slug; raises Conflict."""
    live = select(LessonRow.external_id).where(
        LessonRow.product == product, LessonRow.collection == collection, LessonRow.live_revision.is_not(None)
    )
    known = set(session.scalars(live))
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
    now: datetime,
) -> Published:
    """Make exactly these lessons live in the collection; the product's version grows when anything changed.

    A lesson whose file is there and could not be read (`unreadable`, by path) stays as it was.
    """
    rows = _rows(session, product, collection)
    before = _live_passages(session, product, collection)
    kept = {lesson.id for lesson in lessons} | _from_paths(session, rows.values(), unreadable)
    changed = _retire(rows, kept)
    for lesson in lessons:
        changed |= _publish_lesson(session, lesson, rows.get(lesson.id), product, collection, now=now)
    if changed:
        session.execute(update(ProductRow).where(ProductRow.slug == product).values(version=ProductRow.version + 1))
    session.flush()
    after = _live_passages(session, product, collection)
    return Published(added=len(after - before), unchanged=len(after & before), removed=len(before - after))


def _rows(session: Session, product: ProductSlug, collection: Collection) -> dict[str, LessonRow]:
    mine = select(LessonRow).where(LessonRow.product == product, LessonRow.collection == collection)
    return {row.id: row for row in session.scalars(mine)}


def _live_passages(session: Session, product: ProductSlug, collection: Collection) -> set[str]:
    live = (
        select(RevisionPassageRow.passage)
        .join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
        .where(LessonRow.product == product, LessonRow.collection == collection)
    )
    return set(session.scalars(live))


def _from_paths(session: Session, rows: Iterable[LessonRow], paths: frozenset[str]) -> set[str]:
    revisions = {row.live_revision: row.id for row in rows if row.live_revision}
    if not paths or not revisions:
        return set()
    live = select(RevisionRow.id, RevisionRow.source_path).where(RevisionRow.id.in_(revisions))
    return {revisions[revision] for revision, path in session.execute(live) if path in paths}


def _retire(rows: dict[str, LessonRow], kept: set[str]) -> bool:
    gone = [row for row in rows.values() if row.id not in kept and row.live_revision is not None]
    for row in gone:
        row.live_revision = None
    return bool(gone)


def _publish_lesson(
    session: Session,
    lesson: PlannedLesson,
    row: LessonRow | None,
    product: ProductSlug,
    collection: Collection,
    *,
    now: datetime,
) -> bool:
    if row is None:
        row = LessonRow(id=lesson.id, product=product, collection=collection, external_id=lesson.source.external_id)
        row.slug = lesson.slug
        row.position = lesson.position
        session.add(row)
        session.flush()
    moved = row.position != lesson.position
    row.position = lesson.position
    if lesson.kept is not None:
        # Another ingest may have published a lesson since this one was planned; its old revision is still there.
        moved = moved or row.live_revision != lesson.kept
        row.live_revision = lesson.kept
        return moved
    if row.live_revision and _hash_of(session, row.live_revision) == lesson.content_hash:
        return moved
    row.live_revision = _add_revision(session, lesson, now=now)
    return True


def _hash_of(session: Session, revision: str) -> str | None:
    return session.scalar(select(RevisionRow.content_hash).where(RevisionRow.id == revision))


def _add_revision(session: Session, lesson: PlannedLesson, *, now: datetime) -> RevisionId:
    number = session.scalar(select(func.count()).where(RevisionRow.lesson == lesson.id)) or 0
    revision = RevisionId(f"r-{content_hash(lesson.id, lesson.content_hash, str(number), size=12)}")
    source = lesson.source
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
        segments=[(segment.kind, segment.start, segment.end) for segment in passage.segments],
    )


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
