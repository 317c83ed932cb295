"""What a person may do, per product; what is granted for `EVERYWHERE` counts in every product of the installation.

Learning in a product is its enrolment and needs no grant. An administrator of a product may do there whatever anybody
may.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid
from foundation.ids import PersonId
from knowledge.products import find_product
from learning.people import find_person
from learning.tables import PersonRow, RoleRow

EVERYWHERE = ""


class Role(StrEnum):
    """What somebody is in a product."""

    LEARNER = "learner"
    ALUMNUS = "alumnus"
    AUTHOR = "author"
    CURATOR = "curator"
    TEAM = "team"
    MODERATOR = "moderator"
    EMPLOYER = "employer"
    ADMIN = "admin"


STAFF = frozenset({Role.AUTHOR, Role.CURATOR, Role.TEAM, Role.MODERATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role somebody holds; a `product` of "" is every product, `by` None where the home's owner granted it."""

    person: PersonId
    name: str
    product: str
    role: Role
    by: str | None
    created: datetime


def grant_role(
    session: Session, person: str, role: Role, *, product: str, by: str | None = None, now: datetime
) -> bool:
    """Give somebody a role; False when they hold it already. Raises NotFound, Invalid."""
    find_person(session, person)
    if product != EVERYWHERE:
        find_product(session, product)
    if role is Role.LEARNER:
        raise Invalid("learners are enrolled; there is no role to grant")
    if session.get(RoleRow, (person, product, role)) is not None:
        return False
    session.add(RoleRow(person=person, product=product, role=role, granted_by=by, created=now))
    session.flush()
    return True


def revoke_role(session: Session, person: str, role: Role, *, product: str) -> bool:
    """Take a role away; False when it was not held. Raises Conflict where nobody could administer the home any more."""
    row = session.get(RoleRow, (person, product, role))
    if row is None:
        return False
    if role is Role.ADMIN and product == EVERYWHERE and _count(session, Role.ADMIN, EVERYWHERE) == 1:
        raise Conflict("this is the last administrator of the installation; make another one first")
    session.delete(row)
    session.flush()
    return True


def roles_in(session: Session, person: str, product: str) -> frozenset[Role]:
    """The roles that count in a product, those held everywhere included."""
    held = select(RoleRow.role).where(RoleRow.person == person, RoleRow.product.in_((product, EVERYWHERE)))
    return frozenset(Role(role) for role in session.scalars(held))


def may(held: Iterable[Role], wanted: Iterable[Role]) -> bool:
    """Whether who holds these roles may do what any one of the wanted ones may."""
    holds = frozenset(held)
    return Role.ADMIN in holds or not holds.isdisjoint(wanted)


def grants_of(session: Session, person: str) -> list[Grant]:
    """All a person holds, wherever."""
    return _grants(session, RoleRow.person == person)


def grants_in(session: Session, product: str) -> list[Grant]:
    """Who holds what in a product, those who hold it everywhere not included; by name."""
    return _grants(session, RoleRow.product == product)


def people_with(session: Session, roles: Iterable[Role], *, product: str) -> list[Grant]:
    """Who holds one of these roles where it counts for a product; by name."""
    return _grants(session, RoleRow.product.in_((product, EVERYWHERE)), RoleRow.role.in_(frozenset(roles)))


def has_staff(session: Session) -> bool:
    """Whether anybody of the staff is known in this installation."""
    return session.scalar(select(RoleRow.person).where(RoleRow.role.in_(STAFF)).limit(1)) is not None


def _grants(session: Session, *where: object) -> list[Grant]:
    found = select(RoleRow, PersonRow.name).join(PersonRow, PersonRow.id == RoleRow.person).where(*where)  # type: ignore[arg-type]
    rows = session.execute(found.order_by(PersonRow.name, RoleRow.person, RoleRow.product, RoleRow.role))
    return [
        Grant(PersonId(row.person), name, row.product, Role(row.role), row.granted_by, row.created)
        for row, name in rows
    ]


def _count(session: Session, role: Role, product: str) -> int:
    held = RoleRow.role == role, RoleRow.product == product
    return session.scalar(select(func.count()).select_from(RoleRow).where(*held)) or 0
