"""Where an author looks at proposed changes before anybody else does, and puts them into a release.

What is shown here is for authors; of a lesson it shows what learners see, never a key or a hidden block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from companion.answer_memory import retire_answers
from companion.wiring import House
from feedback.proposal import Proposal
from feedback.proposals import find_proposal, list_proposals
from feedback.release_note import release_note
from feedback.release_proposals import Drafted, discard_release, draft_release, publish_release, roll_back_release
from foundation.database import moment
from foundation.errors import Invalid, NotFound
from foundation.ids import PersonId, ProductSlug
from knowledge.editing import edited_blocks, title_after
from knowledge.edits import Change
from knowledge.language import Lang
from knowledge.lessons import LessonPage, preview_lesson
from knowledge.products import Collection, find_product
from knowledge.put_live import Publisher, PutLive, Said
from knowledge.releases import Release, find_release
from knowledge.revisions import LessonState, live_state, state_of_revision
from knowledge.shelf import ShelfKey
from knowledge.side_by_side import Row, side_by_side
from knowledge.sight import is_seen
from knowledge.three_way import ThreeWay, all_fitted, fit_changes, three_way
from knowledge.vectors import Progress


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A lesson's page with changes in it; `new` are the positions of the page's blocks that the changes brought."""

    page: LessonPage
    new: frozenset[int]


@dataclass(frozen=True, slots=True)
class Compared:
    """A proposal's changes beside the revision they were made on, and beside what is live where that is another one.

    `views` are empty while the base is live. `fitted` are the changes in the terms of what is live, None where they do
    not fit any more; `live` names that revision, None for a lesson that is gone.
    """

    proposal: Proposal
    rows: tuple[Row, ...]
    live: str | None
    views: tuple[ThreeWay, ...]
    fitted: tuple[Change, ...] | None

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed a section the changes concern, or removed the lesson."""
        return self.live is None or any(view.is_stale for view in self.views)


def preview_changes(
    house: House, product: str, lesson: str, changes: Sequence[Change], *, base: str | None = None
) -> Preview:
    """A lesson as learners would see it with changes, made on `base` or on what is live.

    Raises NotFound, and Invalid and Conflict as `apply_changes`.
    """
    with house.database.read() as session:
        state = live_state(session, product, lesson) if base is None else _state(session, product, lesson, base)
        edited = edited_blocks(state.blocks, changes) if changes else []
        blocks = [each.block for each in edited] if changes else list(state.blocks)
        now = moment(session)
        seen = [each.number for each in edited if is_seen(each.block, now=now)]
        title = title_after(state.title, state.blocks, blocks)
        page = preview_lesson(session, product, lesson, blocks=blocks, title=title)
    return Preview(page, frozenset(at for at, number in enumerate(seen) if number is None))


def preview_proposal(house: House, product: str, proposal: str) -> Preview:
    """The lesson with what is proposed; raises NotFound, Invalid, Conflict."""
    with house.database.read() as session:
        found = find_proposal(session, product, proposal)
    return preview_changes(house, product, found.place.lesson or "", found.changes, base=found.base)


def compare_proposal(house: House, product: str, proposal: str) -> Compared:
    """What a proposal changes, and whether that still fits; raises NotFound, Invalid, Conflict."""
    with house.database.read() as session:
        found = find_proposal(session, product, proposal)
        base = state_of_revision(session, found.base)
        live = _live_or_none(session, product, base.slug)
    rows = side_by_side(base.blocks, found.changes) if found.changes else ()
    if live is None or live.revision == base.revision:
        fitted = None if live is None else found.changes
        return Compared(found, rows, live.revision if live else None, (), fitted)
    views = three_way(base.blocks, found.changes, live.blocks)
    fitted = all_fitted(fit_changes(base.blocks, found.changes, live.blocks))
    return Compared(found, rows, live.revision, views, fitted)


def draft(
    house: House,
    product: str,
    proposals: Sequence[str],
    *,
    by: PersonId,
    reveal: bool = False,
    progress: Progress = _quiet,
) -> Drafted:
    """Put approved proposals into one draft release; raises as `draft_release`."""
    return draft_release(
        house.database,
        house.encoder,
        ProductSlug(product),
        proposals,
        by=by,
        clock=house.clock,
        workers=house.settings.encode_workers,
        progress=progress,
        reveal=reveal,
    )


def note_for(house: House, product: str, number: int) -> str:
    """A line for learners on a draft of proposals, in the product's language, for the author to take or to change.

    "" for a draft without any; raises NotFound.
    """
    with house.database.read() as session:
        lang: Lang = "ru" if find_product(session, product).lang == "ru" else "en"
        find_release(session, product, number)
        mine = [each for each in list_proposals(session, product) if each.release == number and each.edit is not None]
        return release_note(session, product, mine, lang=lang)


def publish(
    house: House,
    product: str,
    number: int | None,
    *,
    by: PersonId | None,
    note: str = "",
    who: str = "",
    progress: Progress = _quiet,
) -> PutLive:
    """Make a draft live, with a line for learners; `who` answers for it where `by` is nobody.

    Raises as `publish_release`.
    """
    going = publisher(house, progress)
    put = publish_release(going, ProductSlug(product), number, by=by, said=Said(note, who))
    _catch_up(house, put.release.product)
    return put


def roll_back(
    house: House,
    product: str,
    number: int | None,
    *,
    by: PersonId | None,
    note: str = "",
    who: str = "",
    reveal: bool = False,
    progress: Progress = _quiet,
) -> PutLive:
    """Make an earlier release live again, the one before unless it is named; raises as `roll_back_release`."""
    going = publisher(house, progress)
    put = roll_back_release(going, ProductSlug(product), number, by=by, said=Said(note, who), reveal=reveal)
    _catch_up(house, put.release.product)
    return put


def discard(house: House, product: str, number: int, *, by: PersonId | None) -> Release:
    """Give a draft up; raises NotFound, Conflict, NotAllowed."""
    with house.database.write() as session:
        return discard_release(session, ProductSlug(product), number, by=by, now=house.clock())


def publisher(house: House, progress: Progress = _quiet) -> Publisher:
    """Puts releases of the house live."""
    workers = house.settings.encode_workers
    return Publisher(house.database, house.encoder, house.clock, workers, progress, house.shelves.shelf)


def _catch_up(house: House, product: ProductSlug) -> None:
    """What rests on changed text leaves with it, and the next question finds its shelf laid out."""
    retire_answers(house, product)
    if house.owns_index:
        house.shelves.shelf(ShelfKey(product, Collection.LESSONS))


def _state(session: Session, product: str, lesson: str, base: str) -> LessonState:
    state = state_of_revision(session, base)
    if state.lesson != live_state(session, product, lesson).lesson:
        raise Invalid(f"revision {base} is not one of the lesson {lesson}")
    return state


def _live_or_none(session: Session, product: str, lesson: str) -> LessonState | None:
    try:
        return live_state(session, product, lesson)
    except NotFound:
        return None
