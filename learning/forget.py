"""What is kept of a person in this room, to give it to them or to erase it.

Erasing leaves the events, so that counts stay what they were, under a name that belongs to nobody.
"""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from foundation.database import Base
from foundation.ids import random_id
from learning.people import BROWSER, find_person
from learning.roles import Role
from learning.tables import EnrolmentRow, EventRow, IdentityRow, LoginRow, PersonRow, RoleRow

_LEARNERS = (Role.LEARNER, Role.ALUMNUS)


def records_of_person(session: Session, person: str) -> dict[str, Any]:
    """Everything kept of a person here as plain values, secrets and hashes of keys left out; raises NotFound."""
    found = find_person(session, person)
    identities = session.scalars(select(IdentityRow).where(IdentityRow.person == person))
    events = session.scalars(select(EventRow).where(EventRow.actor == person).order_by(EventRow.at, EventRow.id))
    return {
        "person": {"id": found.id, "name": found.name, "lang": found.lang},
        "identities": [
            {"issuer": row.issuer, "subject": _shown_subject(row), "created": row.created} for row in identities
        ],
        "enrolments": _plain(session, EnrolmentRow, person),
        "roles": _plain(session, RoleRow, person),
        "events": [_values(row, leave_out=("actor",)) for row in events],
    }


def works_here(session: Session, person: str) -> bool:
    """Whether somebody is more than a learner: a member of staff, or who can log in."""
    roles = select(RoleRow.role).where(RoleRow.person == person, RoleRow.role.not_in(_LEARNERS)).limit(1)
    password = select(IdentityRow.person).where(IdentityRow.person == person, IdentityRow.issuer == "password").limit(1)
    return session.scalar(roles) is not None or session.scalar(password) is not None


def named_in_events(session: Session, person: str, name: str) -> set[str]:
    """The ids that a person's events name, such as every `turn` they asked or `item` they said."""
    details = session.scalars(select(EventRow.detail).where(EventRow.actor == person))
    return {str(detail[name]) for detail in details if detail.get(name)}


def names_of_person(session: Session, person: str) -> list[str]:
    """What a person is known by, as it is stored: ids of hosts, hashes of keys, their own id, their name."""
    subjects = session.scalars(select(IdentityRow.subject).where(IdentityRow.person == person))
    return [person, *subjects, find_person(session, person).name]


def forget_person(session: Session, person: str) -> str:
    """Remove a person and what proves them; gives the name their events have from now on. Raises NotFound.

    Rows of other rooms that point at them must be gone by now.
    """
    find_person(session, person)
    nobody = random_id("gone")
    session.execute(update(EventRow).where(EventRow.actor == person).values(actor=nobody))
    for table in (IdentityRow, EnrolmentRow, RoleRow, LoginRow):
        session.execute(delete(table).where(table.person == person))
    session.execute(delete(PersonRow).where(PersonRow.id == person))
    session.flush()
    return nobody


def _shown_subject(row: IdentityRow) -> str:
    return "" if row.issuer == BROWSER else row.subject


def _plain(session: Session, table: type[EnrolmentRow] | type[RoleRow], person: str) -> list[dict[str, Any]]:
    return [_values(row, leave_out=("person",)) for row in session.scalars(select(table).where(table.person == person))]


def _values(row: Base, *, leave_out: tuple[str, ...]) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in leave_out}
