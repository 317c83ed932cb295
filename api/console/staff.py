"""Who stands at the console, proved anew at every request, and what their roles open.

Every request but a reading one must carry the session's token in its form and come from our own pages: the dependencies
check it, so that no handler can forget to.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request

from api.callers import TheHouse
from api.console.cookies import check_own_site, login_token, same
from api.errors import NotLoggedIn, ProductNotFound
from api.forms import sent_fields
from companion.wiring import House
from foundation.errors import NotAllowed, NotFound
from knowledge.products import Product, find_product
from learning.accounts import account_of
from learning.logins import Login, find_login, note_seen
from learning.people import Person, find_person
from learning.roles import EVERYWHERE, STAFF, Grant, Role, grants_of, may

_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who is logged in; `form` holds the fields of what they sent, empty for a page they open."""

    house: House
    person: Person
    name: str
    login: Login
    grants: tuple[Grant, ...]
    form: Mapping[str, str]

    def roles_in(self, product: str) -> frozenset[Role]:
        """The roles that count in a product; for "" those held everywhere."""
        return frozenset(grant.role for grant in self.grants if grant.product in (product, EVERYWHERE))


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff at work in a product, or with None in the installation as a whole."""

    staff: Staff
    product: Product | None
    roles: frozenset[Role]

    @property
    def house(self) -> House:
        """The collaborators."""
        return self.staff.house

    @property
    def slug(self) -> str:
        """The product's, "" for the whole installation."""
        return self.product.slug if self.product else EVERYWHERE

    @property
    def path(self) -> str:
        """Where the desk's pages begin."""
        return f"/console/p/{self.slug}" if self.product else "/console"

    @property
    def form(self) -> Mapping[str, str]:
        """What was sent."""
        return self.staff.form


async def the_staff(request: Request, house: TheHouse) -> Staff:
    """Who is logged in; raises NotLoggedIn, and NotAllowed for a form that is not ours."""
    token = login_token(request)
    staff = await to_thread.run_sync(_find_staff, house, token) if token else None
    if staff is None:
        raise NotLoggedIn("log in at /console/login")
    if request.method in _READING:
        return staff
    check_own_site(request)
    form = await sent_fields(request)
    if not same(staff.login.csrf, form.get("csrf", "")):
        raise NotAllowed("this form has grown old; open it again and send it once more")
    return Staff(house, staff.person, staff.name, staff.login, staff.grants, form)


TheStaff = Annotated[Staff, Depends(the_staff)]


def desk_for(*roles: Role) -> Callable[[Request, Staff], Awaitable[Desk]]:
    """A dependency: the desk of the product in the path, or of the whole installation where the path names none.

    Without roles any of the staff's will do. Raises NotLoggedIn; ProductNotFound for a product they have no role in;
    NotAllowed where it takes another role.
    """

    async def at_desk(request: Request, staff: TheStaff) -> Desk:
        return await to_thread.run_sync(_seat, staff, request.path_params.get("slug"), roles)

    return at_desk


def _find_staff(house: House, token: str) -> Staff | None:
    with house.database.read() as session:
        login = find_login(session, token, now=house.clock())
        if login is None:
            return None
        person = find_person(session, login.person)
        account = account_of(session, login.person)
        grants = tuple(grant for grant in grants_of(session, login.person) if grant.role in STAFF)
    if login.is_due:
        with house.database.write() as session:
            note_seen(session, token, now=house.clock())
    return Staff(house, person, account.login if account else "", login, grants, {})


def _seat(staff: Staff, slug: str | None, wanted: tuple[Role, ...]) -> Desk:
    held = staff.roles_in(slug or EVERYWHERE)
    product = None
    if slug is not None:
        with staff.house.database.read() as session:
            try:
                product = find_product(session, slug)
            except NotFound:
                held = frozenset()
        if not held or product is None:
            # The same for a product that is not there: nobody can ask around for what others work on.
            raise ProductNotFound("you have no such product here")
    if not may(held, wanted or STAFF):
        raise NotAllowed("this takes another role; ask an administrator for it")
    return Desk(staff, product, held)
