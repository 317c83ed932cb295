"""Enrolment: who learns in a product, how often help may be offered to them, and whether others may hear of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from foundation.ids import PersonId, ProductSlug, content_hash
from learning.events import Verb, record_event
from learning.tables import EnrolmentRow


class EnrolmentState(StrEnum):
    """Whether somebody learns here now."""

    ACTIVE = "active"
    ENDED = "ended"


class Dial(StrEnum):
    """How often help may be offered unasked, at most; seldom is once in two weeks."""

    NEVER = "never"
    SELDOM = "seldom"
    WEEKLY = "weekly"
    WHENEVER = "whenever"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A learner in a product; `shares`: others may be told that this learner solved what they are stuck on."""

    person: PersonId
    product: ProductSlug
    state: EnrolmentState
    dial: Dial
    shares: bool
    created: datetime


def enrol(session: Session, person: PersonId, product: ProductSlug, *, now: datetime) -> bool:
    """Make a person a learner of a product; False when they are one already. Who left and comes again is active."""
    row = session.get(EnrolmentRow, (person, product))
    if row is not None:
        again = row.state != EnrolmentState.ACTIVE
        row.state, row.ended = EnrolmentState.ACTIVE, None
        session.flush()
        return again
    row = EnrolmentRow(person=person, product=product, state=EnrolmentState.ACTIVE, dial=Dial.WEEKLY, shares=False)
    row.created, row.ended = now, None
    session.add(row)
    session.flush()
    event = f"enrolled-{content_hash(person, product)}"
    record_event(session, event, product=product, verb=Verb.ENROLLED, actor=person, lesson=None, detail={}, at=now)
    return True


def end_enrolment(session: Session, person: str, product: str, *, now: datetime) -> None:
    """Note that a learner has left; raises NotFound."""
    row = _row(session, person, product)
    row.state, row.ended = EnrolmentState.ENDED, now
    session.flush()


def find_enrolment(session: Session, person: str, product: str) -> Enrolment | None:
    """A person's enrolment in a product, None when they never came."""
    row = session.get(EnrolmentRow, (person, product))
    return None if row is None else _told(row)


def is_enrolled(session: Session, person: str, product: str) -> bool:
    """Whether somebody learns in a product now."""
    row = session.get(EnrolmentRow, (person, product))
    return row is not None and row.state == EnrolmentState.ACTIVE


def enrolments_in(session: Session, product: str) -> list[Enrolment]:
    """Who learns in a product now, in the order in which they came."""
    active = EnrolmentRow.product == product, EnrolmentRow.state == EnrolmentState.ACTIVE
    rows = session.scalars(select(EnrolmentRow).where(*active).order_by(EnrolmentRow.created, EnrolmentRow.person))
    return [_told(row) for row in rows]


def count_learners(session: Session, product: str) -> int:
    """How many learn in a product now."""
    active = EnrolmentRow.product == product, EnrolmentRow.state == EnrolmentState.ACTIVE
    return session.scalar(select(func.count()).select_from(EnrolmentRow).where(*active)) or 0


def turn_dial(session: Session, person: str, product: str, dial: Dial) -> None:
    """Set how often help may be offered to a learner; raises NotFound."""
    _row(session, person, product).dial = dial
    session.flush()


def allow_sharing(session: Session, person: str, product: str, shares: bool) -> None:
    """Set whether others may hear of what a learner solved; raises NotFound."""
    _row(session, person, product).shares = shares
    session.flush()


def _row(session: Session, person: str, product: str) -> EnrolmentRow:
    row = session.get(EnrolmentRow, (person, product))
    if row is None:
        raise NotFound("this learner is not enrolled here")
    return row


def _told(row: EnrolmentRow) -> Enrolment:
    state, dial = EnrolmentState(row.state), Dial(row.dial)
    return Enrolment(PersonId(row.person), ProductSlug(row.product), state, dial, row.shares, row.created)
