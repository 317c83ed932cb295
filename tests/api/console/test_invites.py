"""Invitations: one person, one role, seven days."""

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House
from learning.roles import Role, revoke_role, roles_in
from tests.api.console.visiting import PASSWORD, Visitor, hire, link_on, visit
from tests.fakes import FixedClock

PEOPLE = "/console/p/bread/people"
NEW = {"name": "Bob Baker", "login": "Bob@Example.org", "password": PASSWORD}

WRONG = [
    ("name", " ", "how to call you"),
    ("name", "x" * 81, "longer than 80"),
    ("login", "no", "3 to 64"),
    ("login", "боб", "3 to 64"),
    ("login", "eve", "Choose another"),
    ("password", "short", "12 characters"),
    ("password", "x" * 201, "200 characters"),
    ("password", "aaaaaaaaaaaaaaaa", "more different"),
    ("password", "my bob@example.org", "not hold the login"),
    ("password", "", "12 characters"),
]


@pytest.fixture
def eve(client: httpx.Client, bakery: House) -> Visitor:
    """An administrator of the bread."""
    return visit(client, bakery, "eve", bread=Role.ADMIN)


def invite(eve: Visitor, role: Role = Role.AUTHOR) -> str:
    made = eve.send(f"{PEOPLE}/invite", on=PEOPLE, role=role, note="for Bob")
    assert made.status_code == 201
    return link_on(made.text)


def roles_of(house: House, login: str, product: str = "bread") -> frozenset[Role]:
    with house.database.read() as session:
        person = session.scalar(text("SELECT person FROM identity WHERE subject = :login"), {"login": login})
        return roles_in(session, str(person), product)


def test_whoever_opens_the_link_gets_an_account_with_the_role_and_is_in(
    client: httpx.Client, bakery: House, eve: Visitor
) -> None:
    link, bob = invite(eve), Visitor(client)
    assert "Author" in bob.open(link)
    assert bob.send(link, **NEW).headers["location"] == "/console?done=invite_accepted"
    assert "/console/p/bread" in bob.open("/console?done=invite_accepted")
    assert roles_of(bakery, "bob@example.org") == {Role.AUTHOR}
    assert roles_of(bakery, "bob@example.org", "tea-house") == frozenset()
    assert Visitor(client).log_in("bob@example.org").status_code == 303


def test_an_invitation_opens_once(client: httpx.Client, bakery: House, eve: Visitor) -> None:
    link = invite(eve)
    bob, late = Visitor(client), Visitor(client)
    token = late.token_on(link)
    bob.send(link, **NEW)
    replayed = late.http.post(link, data={"csrf": token, **NEW, "login": "mallory"})
    assert replayed.status_code == 410
    assert roles_of(bakery, "mallory") == frozenset()
    assert "used it already" in late.open(link, status=410)
    assert bob.http.post(link, data={"csrf": bob.token_on("/console")}).status_code == 410


def test_who_is_logged_in_takes_the_role_with_one_press(client: httpx.Client, bakery: House, eve: Visitor) -> None:
    ann = visit(client, bakery, "ann", tea_house=Role.CURATOR)
    link = invite(eve, Role.MODERATOR)
    assert "logged in as Ann" in ann.open(link)
    assert ann.http.post(link, data={"csrf": "0" * 64}).status_code == 403
    assert ann.send(link).headers["location"] == "/console?done=invite_accepted"
    assert roles_of(bakery, "ann") == {Role.MODERATOR}
    assert roles_of(bakery, "ann", "tea-house") == {Role.CURATOR}


def test_an_invitation_runs_out(client: httpx.Client, eve: Visitor, clock: FixedClock) -> None:
    link = invite(eve)
    clock.move(days=6, hours=23)
    Visitor(client).open(link)
    clock.move(hours=1)
    assert "run out" in Visitor(client).open(link, status=410)


def test_an_invitation_is_taken_back(client: httpx.Client, bakery: House, eve: Visitor) -> None:
    link = invite(eve)
    with bakery.database.read() as session:
        kept = str(session.scalar(text("SELECT code_hash FROM invite")))
    assert kept not in link
    assert "for Bob" in eve.open(PEOPLE)
    assert eve.send(f"{PEOPLE}/take-back", on=PEOPLE, invite=kept).status_code == 303
    assert "for Bob" not in eve.open(PEOPLE)
    assert "taken back" in Visitor(client).open(link, status=410)
    assert eve.send(f"{PEOPLE}/take-back", on=PEOPLE, invite=kept).status_code == 404


def test_an_invitation_to_one_product_cannot_be_taken_back_from_another(
    client: httpx.Client, bakery: House, eve: Visitor
) -> None:
    link = invite(eve)
    tea = visit(client, bakery, "tea", tea_house=Role.ADMIN)
    with bakery.database.read() as session:
        kept = str(session.scalar(text("SELECT code_hash FROM invite")))
    people = "/console/p/tea-house/people"
    assert tea.send(f"{people}/take-back", on=people, invite=kept).status_code == 404
    Visitor(client).open(link)


def test_an_invitation_holds_only_while_its_maker_may_invite(client: httpx.Client, bakery: House, eve: Visitor) -> None:
    link = invite(eve, Role.ADMIN)
    with bakery.database.write() as session:
        person = str(session.scalar(text("SELECT person FROM role")))
        revoke_role(session, person, Role.ADMIN, product="bread")
    refused = Visitor(client)
    assert "taken back" in refused.open(link, status=410)


def test_a_made_up_invitation_opens_nothing(client: httpx.Client, bakery: House) -> None:
    visitor = Visitor(client)
    token = visitor.token_on("/console/login")
    for code in ("0" * 64, "x", "%00", "é", "a" * 5_000):
        visitor.open(f"/console/invite/{code}", status=404)
        assert visitor.http.post(f"/console/invite/{code}", data={"csrf": token, **NEW}).status_code == 404
    with bakery.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM person")) == 0


def test_what_cannot_be_chosen_is_told_beside_its_field_and_the_rest_is_kept(
    client: httpx.Client, bakery: House, eve: Visitor
) -> None:
    link, bob = invite(eve), Visitor(client)
    for field, value, told in WRONG:
        refused = bob.send(link, **{**NEW, field: value})
        assert refused.status_code == 422, (field, value)
        assert told in refused.text
        assert f'id="{field}-error"' in refused.text
        assert PASSWORD not in refused.text
        assert ('value="Bob Baker"' in refused.text) is (field != "name")
    assert bob.send(link, **NEW).status_code == 303


def test_a_role_is_given_to_who_has_an_account(client: httpx.Client, bakery: House, eve: Visitor) -> None:
    hire(bakery, "ann")
    for done in ("role_granted", "role_held"):
        given = eve.send(f"{PEOPLE}/grant", on=PEOPLE, login="Ann", role="curator")
        assert given.headers["location"] == f"{PEOPLE}?done={done}"
    assert roles_of(bakery, "ann") == {Role.CURATOR}
    unknown = eve.send(f"{PEOPLE}/grant", on=PEOPLE, login="nobody", role="curator")
    assert unknown.status_code == 422
    assert "Invite them instead" in unknown.text
