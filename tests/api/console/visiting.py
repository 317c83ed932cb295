"""A member of staff at the console, as their browser is."""

import re
from html import unescape

import httpx

from companion.wiring import House
from foundation.ids import PersonId
from learning.accounts import add_account
from learning.passwords import hash_password
from learning.roles import Role, grant_role

HTML = {"Accept": "text/html", "Accept-Language": "en"}
PASSWORD = "four words in a row"


def hire(house: House, login: str, **roles: Role) -> PersonId:
    """Make somebody with an account and a role by product, dashes for underscores; `everywhere` is all of them."""
    with house.database.write() as session:
        now = house.clock()
        person = add_account(session, login=login, secret=hash_password(PASSWORD), name=login.title(), now=now)
        for product, role in roles.items():
            slug = "" if product == "everywhere" else product.replace("_", "-")
            grant_role(session, person, role, product=slug, now=now)
    return person


class Visitor:
    """A browser with its own cookies."""

    def __init__(self, client: httpx.Client, **headers: str) -> None:
        self.http = httpx.Client(base_url=client.base_url, headers={**HTML, **headers}, timeout=60)

    def open(self, path: str, *, status: int = 200) -> str:
        """A page's text."""
        page = self.http.get(path)
        assert page.status_code == status, page.text
        return page.text

    def token_on(self, path: str) -> str:
        """What the forms of a page are marked with."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.http.get(path).text)
        assert found, path
        return found[1]

    def send(self, path: str, *, on: str | None = None, **fields: str) -> httpx.Response:
        """Send a form that stands on a page, by default the one of the same address."""
        return self.http.post(path, data={"csrf": self.token_on(on or path), **fields})

    @property
    def session(self) -> str:
        """What the cookie of the session says."""
        return self.http.cookies.get("companion-login", "")

    @session.setter
    def session(self, token: str) -> None:
        self.http.cookies.set("companion-login", token, domain="127.0.0.1", path="/")

    def log_in(self, login: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Log in."""
        return self.send("/console/login", login=login, password=password, **fields)


def visit(client: httpx.Client, house: House, login: str, **roles: Role) -> Visitor:
    """Somebody new who is logged in."""
    hire(house, login, **roles)
    visitor = Visitor(client)
    assert visitor.log_in(login).status_code == 303
    return visitor


def link_on(page: str) -> str:
    """The path of the invitation a page shows."""
    found = re.search(r'value="http[^"]*?(/console/invite/[0-9a-f]+)"', page)
    assert found
    return unescape(found[1])
