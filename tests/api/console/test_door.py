"""Logging in and out of the console, and what a browser keeps of it."""

import dataclasses
import logging
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from companion.wiring import House
from learning.roles import Role
from tests.api.console.visiting import PASSWORD, Visitor, hire, visit
from tests.api.serving import serving
from tests.fakes import FixedClock


@pytest.fixture
def home(house: House) -> Iterator[httpx.Client]:
    """A service on a home without products."""
    with serving(house) as client:
        yield client


def logins(house: House) -> int:
    with house.database.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM login")) or 0)


def test_who_logs_in_comes_to_the_page_they_wanted(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    ann = Visitor(home)
    sent = ann.http.get("/console/people")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/console/login?next=%2Fconsole%2Fpeople"
    came = ann.log_in(" ANN ", next="/console/people")
    assert came.headers["location"] == "/console/people"
    assert "Ann" in ann.open("/console/people")


def test_logging_in_never_leads_out_of_the_console(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    abroad = ["https://evil.example", "//evil.example", "/console//evil.example", "/console\\x", "/consoles"]
    for elsewhere in (*abroad, "/p/bread", "", "x"):
        assert Visitor(home).log_in("ann", next=elsewhere).headers["location"] == "/console", elsewhere


def test_a_wrong_password_and_an_unknown_login_are_told_alike(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    pages = []
    for login, password in (("ann", "not her password"), ("bob", PASSWORD)):
        refused = Visitor(home).log_in(login, password)
        assert refused.status_code == 422
        assert not [name for name in refused.cookies if "login" in name]
        pages.append(re.sub(rf"[0-9a-f]{{64}}|{login}", "…", refused.text))
    assert pages[0] == pages[1]
    assert logins(house) == 0


def test_the_same_work_is_done_for_a_login_nobody_has(
    home: httpx.Client, house: House, quick_hashes: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    verified = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for login in ("ann", "nobody"):
        assert Visitor(home).log_in(login, "not the password").status_code == 422
    one, other = verified
    assert one.rpartition("$")[0].rpartition("$")[0] == other.rpartition("$")[0].rpartition("$")[0]


def test_a_browser_keeps_what_no_script_can_read(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    cookies = Visitor(home).log_in("ann").headers.get_list("set-cookie")
    (login,) = [cookie for cookie in cookies if cookie.startswith("companion-login=")]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(login.split("; "))
    assert "Secure" not in login
    with house.database.read() as session:
        kept = session.scalar(text("SELECT token_hash FROM login"))
    assert kept not in login


def test_behind_tls_the_cookies_are_for_this_host_alone(house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    public = house.settings.model_copy(update={"public_url": "https://companion.example"})
    with serving(dataclasses.replace(house, settings=public)) as client:
        cookies = client.get("/console/login").headers.get_list("set-cookie")
    (form,) = cookies
    assert form.startswith("__Host-companion-form=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(form.split("; "))


def test_logging_in_begins_a_session_of_its_own(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    ann = Visitor(home)
    form = ann.token_on("/console/login")
    ann.session = planted = "0" * 64
    ann.http.post("/console/login", data={"csrf": form, "login": "ann", "password": PASSWORD})
    assert ann.session not in ("", planted)


def test_who_logs_in_once_more_leaves_the_session_before(home: httpx.Client, house: House, clock: FixedClock) -> None:
    ann = visit(home, house, "ann", everywhere=Role.ADMIN)
    first = ann.session
    assert ann.http.get("/console/login").headers["location"] == "/console"
    ann.session = ""
    form = ann.token_on("/console/login")
    ann.session = first
    ann.http.post("/console/login", data={"csrf": form, "login": "ann", "password": PASSWORD})
    assert ann.session != first
    assert logins(house) == 1
    ann.session = first
    assert ann.http.get("/console").status_code == 303


def test_logging_out_ends_the_session_and_not_the_cookie_alone(home: httpx.Client, house: House) -> None:
    ann = visit(home, house, "ann", everywhere=Role.ADMIN)
    kept = ann.session
    left = ann.send("/console/logout", on="/console")
    assert left.headers["location"] == "/console/login?done=logged_out"
    assert ann.session == ""
    ann.session = kept
    assert ann.http.get("/console").status_code == 303
    assert logins(house) == 0


def test_logging_out_everywhere_ends_every_session_of_ones_own(home: httpx.Client, house: House) -> None:
    ann, bob = (visit(home, house, name, everywhere=Role.ADMIN) for name in ("ann", "bob"))
    phone = Visitor(home)
    phone.log_in("ann")
    ann.send("/console/account/logout-everywhere", on="/console/account")
    for visitor, status in ((ann, 303), (phone, 303), (bob, 200)):
        assert visitor.http.get("/console").status_code == status


def test_a_session_ends_when_it_lies_idle_and_when_it_grows_old(
    home: httpx.Client, house: House, clock: FixedClock
) -> None:
    ann = visit(home, house, "ann", everywhere=Role.ADMIN)
    for _ in range(27):
        clock.move(hours=11)
        ann.open("/console")
    clock.move(hours=12)
    assert ann.http.get("/console").status_code == 303
    ann.log_in("ann")
    for _ in range(14 * 3):
        clock.move(hours=8)
        last = ann.http.get("/console").status_code
    assert last == 303


def test_an_old_hash_is_made_anew_when_its_owner_comes(
    home: httpx.Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    harder = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr("learning.passwords._hasher", harder)
    assert Visitor(home).log_in("ann", "not her password").status_code == 422
    for _ in range(2):
        assert Visitor(home).log_in("ann").status_code == 303
        with house.database.read() as session:
            kept = str(session.scalar(text("SELECT secret FROM identity")))
        assert not harder.check_needs_rehash(kept)
        assert kept.startswith("$argon2id$")


def test_a_password_is_the_same_however_its_letters_are_composed(home: httpx.Client, house: House) -> None:
    ann = visit(home, house, "ann", everywhere=Role.ADMIN)
    fields = {"current": PASSWORD, "password": "зелёный чай и мёд"}
    assert ann.send("/console/account/password", on="/console/account", **fields).status_code == 303
    assert Visitor(home).log_in("ann", "зеле\u0308ный чай и ме\u0308д").status_code == 303


def test_who_guesses_is_stopped_and_told_when_to_come_again(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    hire(house, "bob", everywhere=Role.ADMIN)
    guessing = Visitor(home)
    for number in range(5):
        assert guessing.log_in("ann", f"guess number {number}").status_code == 422
    for login in ("ann", "ANN ", "ann"):
        stopped = guessing.log_in(login)
        assert stopped.status_code == 429
        assert 0 < int(stopped.headers["retry-after"]) <= 15 * 60
    assert Visitor(home).log_in("bob").status_code == 303


def test_who_mistypes_now_and_then_is_never_stopped(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    for _ in range(3):
        for number in range(4):
            assert Visitor(home).log_in("ann", f"guess number {number}").status_code == 422
        assert Visitor(home).log_in("ann").status_code == 303


def test_an_address_that_tries_every_login_is_stopped(home: httpx.Client, house: House) -> None:
    guessing = Visitor(home)
    token = guessing.token_on("/console/login")
    tries = [
        guessing.http.post("/console/login", data={"csrf": token, "login": f"user{number}", "password": "x"})
        for number in range(51)
    ]
    assert [reply.status_code for reply in tries] == [422] * 50 + [429]


def test_another_language_keeps_where_one_was_going(home: httpx.Client, house: House) -> None:
    hire(house, "ann", everywhere=Role.ADMIN)
    ann = Visitor(home)
    switch = re.search(r'class="language" href="([^"]+)"', ann.open("/console/login?next=/console/people"))
    assert switch
    page = ann.open(f"/console/login{unescape(switch[1])}")
    assert '<html lang="ru">' in page
    assert 'name="next" value="/console/people"' in page


def test_no_login_or_password_reaches_the_log(
    home: httpx.Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hire(house, "zenobia", everywhere=Role.ADMIN)
    zenobia = Visitor(home)
    zenobia.log_in("zenobia", "misplaced-password")
    zenobia.log_in("misplaced-password", "zenobia")
    zenobia.log_in("zenobia")
    zenobia.open("/console/account")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert any(line.startswith("login.begun person=p-") for line in ours)
    for word in ("zenobia", "misplaced", PASSWORD, zenobia.session):
        assert not [line for line in ours if word in line]


def test_without_staff_the_door_says_how_the_first_one_is_made(home: httpx.Client, house: House) -> None:
    assert "companion admin create" in Visitor(home).open("/console/login")
    hire(house, "ann", everywhere=Role.ADMIN)
    assert "companion admin create" not in Visitor(home).open("/console/login")
