"""Who is there: learners by whether somebody vouches for them, and whether they came back.

A browser's key costs nothing, so that one person can have any number of them. What a made-up learner seldom does is to
come again another time: their first moment here is ours to know, and no event of theirs can be later than its arrival.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Exists, func, select
from sqlalchemy.orm import Session

from learning.people import BROWSER
from learning.tables import EnrolmentRow, EventRow, IdentityRow

COMES_BACK_AFTER = timedelta(hours=12)
"""Two visits that lie this far apart are two: an evening and the next day."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Present:
    """A learner who did something; `vouched`: a host or a login names them, `came_back`: after twelve hours or more."""

    person: str
    vouched: bool
    came_back: bool


def who_was_here(session: Session, product: str, *, since: datetime | None, until: datetime) -> list[Present]:
    """The learners of a product who did anything from `since` to `until`, both inclusive."""
    did = [EventRow.product == product, EventRow.actor == EnrolmentRow.person, EventRow.at <= until]
    here = [*did, EventRow.at >= since] if since is not None else did
    rows = session.execute(
        select(
            EnrolmentRow.person,
            EnrolmentRow.created,
            # The latest alone is a seek in an index, whatever a learner did before.
            select(func.max(EventRow.at)).where(*did).scalar_subquery().label("last"),
            _vouched().label("vouched"),
        )
        .where(EnrolmentRow.product == product, select(EventRow.id).where(*here).exists())
        .order_by(EnrolmentRow.person)
    )
    return [Present(row.person, bool(row.vouched), _back(row.created, row.last)) for row in rows]


def who_came_back(session: Session, product: str, persons: Iterable[str], *, until: datetime) -> frozenset[str]:
    """Those of some people who did something in a product twelve hours or more after they came to it first."""
    found: set[str] = set()
    for some in _some_at_once(sorted(set(persons))):
        last = func.max(EventRow.at).label("last")
        rows = session.execute(
            select(EnrolmentRow.person, EnrolmentRow.created, last)
            .join(EventRow, (EventRow.actor == EnrolmentRow.person) & (EventRow.product == EnrolmentRow.product))
            .where(EnrolmentRow.product == product, EnrolmentRow.person.in_(some), EventRow.at <= until)
            .group_by(EnrolmentRow.person, EnrolmentRow.created)
        )
        found.update(row.person for row in rows if _back(row.created, row.last))
    return frozenset(found)


def every_visit(session: Session, product: str) -> list[tuple[str, datetime]]:
    """Everything known learners did in a product: who, and when."""
    did = select(EventRow.actor, EventRow.at).where(EventRow.product == product, EventRow.actor.is_not(None))
    return [(row.actor, row.at) for row in session.execute(did)]


def every_issuer(session: Session) -> list[tuple[str, str]]:
    """Every way in which somebody is known: who, and who vouches for it."""
    return [(row.person, row.issuer) for row in session.execute(select(IdentityRow.person, IdentityRow.issuer))]


def first_moments(session: Session, product: str) -> dict[str, datetime]:
    """When each learner came to a product first."""
    came = select(EnrolmentRow.person, EnrolmentRow.created).where(EnrolmentRow.product == product)
    return {row.person: row.created for row in session.execute(came)}


def _vouched() -> Exists:
    known = select(IdentityRow.person).where(IdentityRow.person == EnrolmentRow.person, IdentityRow.issuer != BROWSER)
    return known.exists()


def _back(first: datetime, last: datetime | None) -> bool:
    return last is not None and last >= first + COMES_BACK_AFTER


def _some_at_once(persons: Sequence[str]) -> Iterator[list[str]]:
    left = iter(persons)
    while some := list(islice(left, _AT_ONCE)):
        yield some
