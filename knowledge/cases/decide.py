"""A moderator decides: submitted → checked → approved, or returned with a reason; always by name, always written down.

Whoever approves has seen the case checked: nothing goes from its author to readers in one step. What was approved may
be returned later, and is taken off the shelf then. The words of a returned case stay with the moderators.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid
from knowledge.cases.case import CaseState, check_named, find_row, note_event

_BEFORE = {
    CaseState.CHECKED: (CaseState.SUBMITTED,),
    CaseState.APPROVED: (CaseState.CHECKED,),
    CaseState.RETURNED: (CaseState.SUBMITTED, CaseState.CHECKED, CaseState.APPROVED),
}
_MOST_REASON_CHARS = 1_000
_MOST_GRADUATES = 10_000_000


def check_off(session: Session, product: str, case: str, *, by: str, now: datetime) -> None:
    """Say that a case was read and may go on. Raises NotFound, Invalid, Conflict."""
    _decide(session, product, case, CaseState.CHECKED, by=by, now=now)


def approve(session: Session, product: str, case: str, *, by: str, now: datetime, graduates: int | None = None) -> None:
    """Let a case be shown, as far as its group allows. Raises NotFound, Invalid, Conflict.

    `graduates` is how many graduates of the product could have written it, judged by sector, skill and year; the
    moderator vouches for the number.
    """
    if graduates is not None and not 1 <= graduates <= _MOST_GRADUATES:
        raise Invalid("the number of graduates is a whole number from 1 on")
    vouched = {} if graduates is None else {"graduates": graduates}
    _decide(session, product, case, CaseState.APPROVED, by=by, now=now, **vouched)
    find_row(session, product, case).graduates = graduates


def give_back(session: Session, product: str, case: str, *, by: str, reason: str, now: datetime) -> None:
    """Return a case to its author with a reason. Raises NotFound, Invalid, Conflict."""
    told = " ".join(reason.split())
    if not told or len(told) > _MOST_REASON_CHARS:
        raise Invalid(f"say why it is returned, in at most {_MOST_REASON_CHARS} characters")
    _decide(session, product, case, CaseState.RETURNED, by=by, now=now)
    find_row(session, product, case).reason = told


def _decide(
    session: Session, product: str, case: str, state: CaseState, *, by: str, now: datetime, **detail: int
) -> None:
    who = check_named(by)
    row = find_row(session, product, case)
    if row.state not in _BEFORE[state]:
        raise Conflict(f"the case is {row.state}; {state} follows {' or '.join(_BEFORE[state])}")
    note_event(session, case, state, who=who, at=now, before=row.state, **detail)
    row.state, row.moderator, row.reason = state, who, ""
    session.flush()
