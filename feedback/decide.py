"""Decides on a proposal: an author approves it, edits it, rejects it with a reason, or puts it off.

Whoever decides names the version they looked at: of two who decide at once the first wins, the other hears who was
quicker. What a model or a rule drafted reaches nobody before an author's name stands on it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.proposal import Origin, Proposal, ProposalState
from feedback.proposals import WAITING, as_proposal, keep_event, last_to_change, row_of
from feedback.tables import ProposalRow
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.ids import PersonId
from foundation.text import clean_text
from knowledge.edits import Change, change_from_plain, change_to_plain, check_changes
from knowledge.revisions import live_state, state_of_revision
from knowledge.three_way import StaleBase, fresh_changes
from learning.people import find_person
from learning.roles import Role, may, roles_in

DECIDERS = frozenset({Role.AUTHOR})
"""Whose name may stand on a change of a lesson; an administrator may whatever anybody may."""
MAX_NOTE_CHARS = 2_000


class DecidedBefore(Conflict):
    """Somebody else changed the proposal first; `by` is their name, "" where the loop itself did."""

    def __init__(self, state: ProposalState, *, version: int, by: str, at: datetime) -> None:
        self.state, self.version, self.by, self.at = state, version, by, at
        who = f" by {by}" if by else ""
        super().__init__(f"this proposal was changed{who} at {at:%Y-%m-%d %H:%M} UTC and is {state} now; look again")


def approve(
    session: Session, product: str, proposal: str, *, by: PersonId, version: int, note: str = "", now: datetime
) -> Proposal:
    """Let a change go into the next release.

    Raises NotFound, NotAllowed, DecidedBefore, Invalid, and StaleBase where somebody changed the section meanwhile: an
    edit on the live revision is the way out of that.
    """
    row = _to_decide(session, product, proposal, by=by, version=version, states=WAITING)
    if not row.changes:
        raise Invalid("nothing is drafted yet; write the change first, then approve it")
    _bring_up_to_date(session, row, tuple(map(change_from_plain, row.changes)), base=row.base)
    return _decided(session, row, ProposalState.APPROVED, by=by, note=_checked(note), now=now)


def edit(
    session: Session,
    product: str,
    proposal: str,
    *,
    by: PersonId,
    version: int,
    changes: Sequence[Change],
    base: str | None = None,
    note: str = "",
    now: datetime,
) -> Proposal:
    """Put an author's own changes in place of what was proposed; it waits for approval again.

    `base` is the revision they are in the terms of, where that is no longer the proposal's. Raises as `approve` does,
    and Conflict for changes that do not fit that revision.
    """
    states = WAITING | {ProposalState.APPROVED}
    row = _to_decide(session, product, proposal, by=by, version=version, states=states)
    check_changes(state_of_revision(session, base or row.base).blocks, changes)
    _bring_up_to_date(session, row, tuple(changes), base=base or row.base)
    if not row.drafted:
        row.origin = Origin.PERSON
    row.state, row.decided_by, row.decided, row.until = ProposalState.OPEN, None, None, None
    return _changed(session, row, "edited", by=by, note=_checked(note), now=now)


def reject(
    session: Session, product: str, proposal: str, *, by: PersonId, version: int, reason: str, now: datetime
) -> Proposal:
    """Say no, and why: the same is not proposed again. Raises as `approve` does, Invalid without a reason."""
    states = WAITING | {ProposalState.APPROVED}
    row = _to_decide(session, product, proposal, by=by, version=version, states=states)
    told = _checked(reason)
    if not told:
        raise Invalid("write why not; it keeps the same from being proposed again")
    return _decided(session, row, ProposalState.REJECTED, by=by, note=told, now=now)


def postpone(
    session: Session,
    product: str,
    proposal: str,
    *,
    by: PersonId,
    version: int,
    until: datetime,
    note: str = "",
    now: datetime,
) -> Proposal:
    """Put it off: it is open again from `until` on. Raises as `approve` does, Invalid for a time that has passed."""
    row = _to_decide(session, product, proposal, by=by, version=version, states=WAITING)
    if until <= now:
        raise Invalid("choose a day that is still to come")
    row.until = until
    return _decided(session, row, ProposalState.POSTPONED, by=by, note=_checked(note), now=now)


def reopen(session: Session, product: str, proposal: str, *, by: PersonId, version: int, now: datetime) -> Proposal:
    """Take a decision back that no release rests on. Raises as `approve` does."""
    states = {ProposalState.POSTPONED, ProposalState.APPROVED, ProposalState.REJECTED}
    row = _to_decide(session, product, proposal, by=by, version=version, states=states)
    row.state, row.decided_by, row.decided, row.until = ProposalState.OPEN, None, None, None
    return _changed(session, row, "reopened", by=by, note="", now=now)


def wake(session: Session, product: str, *, now: datetime) -> int:
    """Open again what was put off until now; gives how many."""
    due = select(ProposalRow).where(
        ProposalRow.product == product, ProposalRow.state == ProposalState.POSTPONED, ProposalRow.until <= now
    )
    woken = session.scalars(due.order_by(ProposalRow.id)).all()
    for row in woken:
        row.state, row.until, row.decided_by, row.decided = ProposalState.OPEN, None, None, None
        row.version, row.updated = row.version + 1, now
        keep_event(session, row.id, "woken", who="", at=now)
    return len(woken)


def _to_decide(
    session: Session, product: str, proposal: str, *, by: PersonId, version: int, states: Collection[ProposalState]
) -> ProposalRow:
    row = row_of(session, product, proposal)
    if not may(roles_in(session, by, product), DECIDERS):
        raise NotAllowed("only an author of this product may decide on its proposals")
    if row.version != version or row.state not in states or row.edit is not None:
        state = ProposalState(row.state)
        raise DecidedBefore(state, version=row.version, by=_last_name(session, row), at=row.updated)
    return row


def _bring_up_to_date(session: Session, row: ProposalRow, changes: tuple[Change, ...], *, base: str) -> None:
    """Put changes of one revision down in the terms of the live one; raises StaleBase."""
    try:
        live = live_state(session, row.product, row.lesson)
    except NotFound as err:
        raise StaleBase(row.lesson, base=base, live=None, views=(), fitted=None) from err
    then = live if live.revision == base else state_of_revision(session, base)
    fresh = fresh_changes(
        row.lesson, base=(then.revision, then.blocks), changes=changes, live=(live.revision, live.blocks)
    )
    row.base, row.changes = live.revision, [change_to_plain(change) for change in fresh]


def _checked(note: str) -> str:
    told = clean_text(note).strip()
    if len(told) > MAX_NOTE_CHARS:
        raise Invalid(f"this has {len(told)} characters; {MAX_NOTE_CHARS} are the most")
    return told


def _decided(
    session: Session, row: ProposalRow, state: ProposalState, *, by: PersonId, note: str, now: datetime
) -> Proposal:
    row.state, row.decided_by, row.decided, row.decision = state, by, now, note
    return _changed(session, row, state, by=by, note=note, now=now)


def _changed(session: Session, row: ProposalRow, what: str, *, by: PersonId, note: str, now: datetime) -> Proposal:
    row.version, row.updated = row.version + 1, now
    session.flush()
    detail = {"version": row.version, "base": row.base, "changes": row.changes, "note": note}
    keep_event(session, row.id, what, who=by, at=now, detail=detail)
    return as_proposal(row)


def _last_name(session: Session, row: ProposalRow) -> str:
    """The name of whoever changed a proposal last, "" for nobody."""
    who = last_to_change(session, row.id)
    try:
        return find_person(session, who).name if who else ""
    except NotFound:
        return ""
