"""Where an author looks at proposed changes before anybody else does, and puts them into a release.

What is shown here is for authors; of a lesson it shows what learners see, never a key or a hidden block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from companion.wiring import House
from feedback.proposal import Proposal
from feedback.proposals import find_proposal
from foundation.database import moment
from foundation.errors import Invalid, NotFound
from knowledge.editing import edited_blocks, title_after
from knowledge.edits import Change
from knowledge.lessons import LessonPage, preview_lesson
from knowledge.revisions import LessonState, live_state, state_of_revision
from knowledge.side_by_side import Row, side_by_side
from knowledge.sight import is_seen
from knowledge.three_way import ThreeWay, all_fitted, fit_changes, three_way


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
