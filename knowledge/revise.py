"""Makes a draft release of approved edits: lessons that are live, with changes their author's files do not have.

Only the lessons concerned are packed and encoded; everything else is in the draft as it is live. Nobody sees any of it
before the draft is published.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.ids import LessonId, ProductSlug, RevisionId, random_id
from knowledge.blocks import Recording, SourceLesson
from knowledge.calibration import encode_background
from knowledge.edit_states import list_edits
from knowledge.editing import edited_blocks, title_after
from knowledge.edits import Change, EditState, change_to_plain
from knowledge.encode_lessons import encode_lessons
from knowledge.encoder import Encoder
from knowledge.plan import PlannedLesson, plan_anew
from knowledge.products import Collection
from knowledge.publish import keep_beside
from knowledge.readers.links import settle_links_of
from knowledge.releases import Release
from knowledge.revisions import LessonState, live_state, state_of_revision
from knowledge.sight import revealed_words
from knowledge.stored_blocks import block_from_json, block_to_json
from knowledge.tables import EditRow, LessonRow, ReleaseLessonRow, RevisionRow
from knowledge.three_way import fresh_changes
from knowledge.vectors import Progress


@dataclass(frozen=True, slots=True)
class NewEdit:
    """Changes of a live lesson, by its slug, in the terms of its revision `base`; `who` answers for them."""

    lesson: str
    base: RevisionId
    changes: tuple[Change, ...]
    who: str


@dataclass(frozen=True, slots=True)
class EditedDraft:
    """A draft, the ids of its edits in the order they were given, and how many texts were encoded for it."""

    release: Release
    edits: tuple[str, ...]
    texts: int


AlsoKeep = Callable[[Session, EditedDraft], None]
"""What is written with the draft, in one transaction."""


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def _nothing(_session: Session, _draft: EditedDraft) -> None:
    """Nothing else."""


def keep_edited_draft(
    database: Database,
    encoder: Encoder,
    product: ProductSlug,
    edits: Sequence[NewEdit],
    *,
    clock: Clock,
    workers: int = 1,
    progress: Progress = _quiet,
    reveal: bool = False,
    also: AlsoKeep = _nothing,
) -> EditedDraft:
    """Keep what is live with these edits as a draft.

    Raises StaleBase where somebody changed a section since, Conflict where two edits are of the same blocks, or, unless
    `reveal`, where learners would read what is hidden from them; NotAllowed for an edit nobody answers for; Invalid,
    NotFound, EncoderUnavailable.
    """
    if not all(edit.who.strip() for edit in edits):
        raise NotAllowed("somebody has to answer for every edit, by name")
    revised, texts = _encoded(database, encoder, product, edits, workers=workers, progress=progress)
    if not reveal:
        for lesson in revised:
            _check_nothing_revealed(lesson, now=clock())
    with database.write() as session:
        draft = _draft(session, product, revised, now=clock())
        names = _keep_edits(session, product, edits, revised, draft, now=clock())
        kept = EditedDraft(draft, names, texts)
        also(session, kept)
    return kept


@contextmanager
def try_edits(
    database: Database,
    encoder: Encoder,
    product: ProductSlug,
    edits: Sequence[NewEdit],
    *,
    clock: Clock,
    workers: int = 1,
    progress: Progress = _quiet,
) -> Iterator[tuple[Session, Release]]:
    """A draft with these edits that is in this one session only, and nowhere once it ends; nobody has to answer for it.

    Others cannot write meanwhile. Raises as `keep_edited_draft`.
    """
    revised, _ = _encoded(database, encoder, product, edits, workers=workers, progress=progress)
    with database.write() as session, session.begin_nested() as attempt:
        yield session, _draft(session, product, revised, now=clock())
        attempt.rollback()


def edit_lesson(
    source: SourceLesson, changes: Sequence[Change], *, course_of: Callable[[], Sequence[SourceLesson]] = tuple
) -> SourceLesson:
    """A lesson with changes of it; its title follows the heading that told it. Raises as `apply_changes`.

    `course_of` gives the lessons that new text may lead to; it is asked only where there are links.
    """
    before = [block_to_json(block) for block in source.blocks]
    after = edited_blocks(before, changes)
    title = title_after(source.title, before, [each.block for each in after])
    blocks = [block_from_json(each.block) for each in after]
    linking = [at for at, each in enumerate(after) if each.number is None and "<a " in each.block["html"]]
    if linking:
        found = settle_links_of([blocks[at] for at in linking], source_path=source.source_path, lessons=course_of())
        for at, block in zip(linking, found, strict=True):
            blocks[at] = block
    return replace(source, title=title, blocks=tuple(blocks))


@dataclass(frozen=True, slots=True)
class _Revised:
    state: LessonState
    changes: dict[int, tuple[Change, ...]]
    planned: PlannedLesson


def _revise(
    session: Session, product: ProductSlug, edits: Sequence[NewEdit], *, encoder: Encoder
) -> tuple[_Revised, ...]:
    """The lessons concerned, with the edits in the terms of what is live, by their number among those given."""
    revised = []
    for slug in dict.fromkeys(edit.lesson for edit in edits):
        live = live_state(session, product, slug)
        changes = {number: _fresh(session, edit, live) for number, edit in enumerate(edits) if edit.lesson == slug}
        row = session.get_one(LessonRow, live.lesson)
        source = _source(row, session.get_one(RevisionRow, live.revision))
        made = [change for fitted in changes.values() for change in fitted]
        edited = edit_lesson(source, made, course_of=lambda: _sources(session, product))
        planned = plan_anew(edited, live.lesson, slug=slug, position=row.position, encoder=encoder)
        revised.append(_Revised(live, changes, planned))
    return tuple(revised)


def _encoded(
    database: Database,
    encoder: Encoder,
    product: ProductSlug,
    edits: Sequence[NewEdit],
    *,
    workers: int,
    progress: Progress,
) -> tuple[tuple[_Revised, ...], int]:
    """The lessons concerned with vectors for all they say, and how many texts were encoded for that."""
    if not edits:
        raise Invalid("no edit is given; approve a proposal first")
    with database.read() as session:
        revised = _revise(session, product, edits, encoder=encoder)
    encode_background(database, encoder, workers=workers, progress=progress)
    planned = [lesson.planned for lesson in revised]
    return revised, len(encode_lessons(planned, database, encoder, workers=workers, progress=progress))


def _draft(session: Session, product: ProductSlug, revised: Sequence[_Revised], *, now: datetime) -> Release:
    for lesson in revised:
        if live_state(session, product, lesson.state.slug).revision != lesson.state.revision:
            raise Conflict(f"{lesson.state.slug} was published anew at the same moment; do it again")
    draft = keep_beside(session, [lesson.planned for lesson in revised], product, now=now)
    if list_edits(session, product, release=draft.number):
        raise Conflict(f"draft {draft.number} of {product} has these changes in it already; publish or discard it")
    return draft


def _fresh(session: Session, edit: NewEdit, live: LessonState) -> tuple[Change, ...]:
    base = live if edit.base == live.revision else state_of_revision(session, edit.base)
    if base.lesson != live.lesson:
        raise Invalid(f"revision {edit.base} is not one of the lesson {edit.lesson}")
    return fresh_changes(
        edit.lesson,
        base=(base.revision, base.blocks),
        changes=edit.changes,
        live=(live.revision, live.blocks),
    )


def _sources(session: Session, product: ProductSlug) -> list[SourceLesson]:
    """The product's live lessons, as far as links to them need to know."""
    live = select(LessonRow, RevisionRow).join(RevisionRow, RevisionRow.id == LessonRow.live_revision)
    mine = live.where(LessonRow.product == product, LessonRow.collection == Collection.LESSONS)
    rows = session.execute(mine.order_by(LessonRow.position, LessonRow.id))
    return [_source(lesson, revision) for lesson, revision in rows]


def _source(lesson: LessonRow, revision: RevisionRow) -> SourceLesson:
    return SourceLesson(
        external_id=lesson.external_id,
        source_path=revision.source_path,
        title=revision.title,
        block_title=revision.block_title,
        blocks=tuple(map(block_from_json, revision.blocks)),
        lang=revision.lang,
        skill=revision.skill,
        outcome=revision.outcome,
        recordings=tuple(Recording(**told) for told in revision.recordings),
    )


def _check_nothing_revealed(lesson: _Revised, *, now: datetime) -> None:
    if revealed_words(lesson.planned.blocks, lesson.state.blocks, now=now):
        raise Conflict(
            f"the new text of {lesson.state.slug} tells learners what is hidden from them in this lesson; take it out "
            "of the text, or say that it is to be shown"
        )


def _keep_edits(
    session: Session,
    product: ProductSlug,
    edits: Sequence[NewEdit],
    revised: Sequence[_Revised],
    draft: Release,
    *,
    now: datetime,
) -> tuple[str, ...]:
    by_slug = {lesson.state.slug: lesson for lesson in revised}
    names = []
    for number, edit in enumerate(edits):
        lesson = by_slug[edit.lesson]
        row = EditRow(id=random_id("ed"), product=product, lesson=lesson.state.lesson, release=draft.number)
        row.changes = [change_to_plain(change) for change in lesson.changes[number]]
        row.base, row.revision = lesson.state.revision, _revision_in(session, draft, lesson.state.lesson)
        row.state, row.who, row.created, row.updated = EditState.DRAFT, edit.who, now, now
        session.add(row)
        names.append(row.id)
    session.flush()
    return tuple(names)


def _revision_in(session: Session, draft: Release, lesson: LessonId) -> RevisionId:
    placed = select(ReleaseLessonRow.revision).where(
        ReleaseLessonRow.release == draft.id, ReleaseLessonRow.lesson == lesson
    )
    return RevisionId(session.scalars(placed).one())
