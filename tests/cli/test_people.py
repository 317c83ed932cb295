"""`companion admin` and `companion token`: what is printed once, and what of it is kept."""

import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from api.cli.up import welcome_first_admin
from companion.wiring import House
from foundation.clock import utc_now
from foundation.database import open_database
from foundation.errors import NotAllowed, NotProven
from foundation.ids import ProductSlug
from knowledge.products import ProductKind, register_product
from learning.accounts import find_account
from learning.logins import begin_login, find_login
from learning.passwords import check_password
from learning.roles import Role, roles_in
from learning.tokens import Scope, check_token
from tests.cli.conftest import Run

LOGIN = "admin"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learning.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def proves(home: Path, login: str, password: str) -> bool:
    with open_database(home).read() as session:
        account = find_account(session, login)
    assert account
    return check_password(account.secret, password).right


def add_product(house: House, slug: str) -> None:
    with house.database.write() as session:
        register_product(session, ProductSlug(slug), title=slug, kind=ProductKind.COURSE, lang="en", now=house.clock())


def test_a_first_administrator_is_made_with_a_password_that_is_printed_once(run: Run, home: Path) -> None:
    made = run("admin", "create", "--json").json()
    assert made["login"] == LOGIN
    assert proves(home, LOGIN, made["password"])
    with open_database(home).read() as session:
        account = find_account(session, LOGIN)
        assert account
        assert roles_in(session, account.person, "") == {Role.ADMIN}
    for path in home.rglob("*"):
        assert not path.is_file() or made["password"].encode() not in path.read_bytes()


def test_a_second_administrator_takes_a_word_more(run: Run, home: Path) -> None:
    first = run("admin", "create", "--json").json()
    refused = run("admin", "create", "--login", "anna")
    assert refused.code == 1
    assert "--another" in refused.reason()
    assert "taken" in run("admin", "create", "--another").reason()
    made = run("admin", "create", "--another", "--login", "Anna@Example.org").out
    assert "anna@example.org" in made
    assert proves(home, LOGIN, first["password"])


@pytest.mark.parametrize("login", ["", "x", "анна", "a b", "-anna", "a" * 65])
def test_a_login_that_cannot_be_one_makes_nobody(run: Run, home: Path, login: str) -> None:
    assert "cannot be a login" in run("admin", "create", "--login", login).reason()
    with sqlite3.connect(home / "companion.db") as rows:
        assert rows.execute("SELECT count(*) FROM person").fetchone() == (0,)


def test_at_a_terminal_the_password_is_asked_for_and_not_printed(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["five words in a row", "five words in a row", "too short", "five words in a row", "another"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *_words, **_more: next(typed))
    assert "five words" not in run("admin", "create").out
    assert proves(home, LOGIN, "five words in a row")
    assert "12 characters" in run("admin", "reset-password", LOGIN).reason()
    assert run("admin", "reset-password", LOGIN).code == 2
    assert proves(home, LOGIN, "five words in a row")


def test_another_password_ends_every_session(run: Run, home: Path) -> None:
    before = run("admin", "create", "--json").json()["password"]
    database = open_database(home)
    with database.write() as session:
        account = find_account(session, LOGIN)
        assert account
        token = begin_login(session, account.person, now=utc_now()).token
    after = run("admin", "reset-password", "ADMIN", "--json").json()["password"]
    assert proves(home, LOGIN, after)
    assert not proves(home, LOGIN, before)
    with database.read() as session:
        assert find_login(session, token, now=utc_now()) is None
    assert "nobody has the login" in run("admin", "reset-password", "nobody").reason()


def test_a_demo_home_gets_its_administrator_once(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    add_product(house, "ab-tests-en")
    welcome_first_admin(house)
    told = capsys.readouterr().err
    password = told.split("password ")[1].strip()
    assert proves(house.settings.home, LOGIN, password)
    welcome_first_admin(house)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("products", [[], ["our-own-course"], ["ab-tests-en", "our-own-course"]])
def test_a_home_that_is_no_demo_gets_no_administrator_by_itself(
    house: House, capsys: pytest.CaptureFixture[str], products: list[str]
) -> None:
    for slug in products:
        add_product(house, slug)
    welcome_first_admin(house)
    assert capsys.readouterr().err == ""


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(run: Run, home: Path) -> None:
    create = ("token", "create", "--host", "school.example", "--scope", "turns", "--scope", "events")
    made = run(*create, "--days", "30", "--label", "the shop", "--json").json()
    listed = run("token", "list", "--json").json()["tokens"]
    assert [(one["id"], one["host"], one["scopes"]) for one in listed] == [
        (made["id"], "school.example", ["events", "turns"])
    ]
    secret = made["token"].rpartition("-")[2]
    assert secret not in run("token", "list").out
    for path in home.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()
    with open_database(home).read() as session:
        check_token(session, made["token"], product="any-product", scope=Scope.TURNS, now=utc_now())
        with pytest.raises(NotAllowed, match="scope read"):
            check_token(session, made["token"], product="any-product", scope=Scope.READ, now=utc_now())
    assert run("token", "revoke", made["id"], "--json").json()["revoked"]
    with open_database(home).read() as session, pytest.raises(NotProven, match="revoked"):
        check_token(session, made["token"], product="any-product", scope=Scope.TURNS, now=utc_now())
    assert "revoked" in run("token", "list").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--host", "school.example", "--scope", "turns", "--product", "nobody"), "product list"),
        (("--host", "local", "--scope", "turns"), "name of a host"),
        (("--host", "School Example", "--scope", "turns"), "name of a host"),
        (("--host", "school.example", "--scope", "turns", "--days", "0"), "1 to"),
        (("--host", "school.example", "--scope", "turns", "--days", "99999"), "1 to"),
    ],
)
def test_a_token_that_cannot_be_is_not_made(run: Run, home: Path, words: tuple[str, ...], told: str) -> None:
    refused = run("token", "create", *words)
    assert refused.code == 1
    assert told in refused.reason()
    assert run("token", "list", "--json").json() == {"tokens": []}
    assert "token list" in run("token", "revoke", "ct-000000000000").reason()
