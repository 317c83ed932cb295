"""The console's pages: in both languages, whole without JavaScript, and honest when there is nothing to show."""

import re
from datetime import timedelta

import httpx
import pytest

from api.console.rendering import FOLDER, console_texts
from companion.wiring import House
from feedback.gaps import record_gap
from foundation.ids import ProductSlug, TurnId
from learning.roles import Role
from tests.api.console.visiting import PASSWORD, Visitor, visit
from tests.api.serving import assert_problem
from tests.fakes import FixedClock

PAGES = [
    "/console/login",
    "/console",
    "/console/account",
    "/console/people",
    "/console/p/bread",
    "/console/p/bread/people",
    "/console/p/bread/cases",
    "/console/p/bread/gaps",
    *(f"/console/p/bread/{page}" for page in ("week", "themes", "lessons", "proposals", "releases", "effects")),
    "/console/p/bread/settings",
    "/console/nowhere",
    "/console/p/nobody",
]


def leave_gaps(house: House, *questions: str) -> None:
    with house.database.write() as session:
        for number, question in enumerate(questions):
            record_gap(
                session,
                product=ProductSlug("bread"),
                turn=TurnId(f"t-{number}"),
                question=question,
                outcome="declined",
                lesson=None,
                now=house.clock() + timedelta(minutes=number),
            )


def test_both_languages_say_everything(client: httpx.Client, bakery: House) -> None:
    assert set(console_texts("ru")) == set(console_texts("en"))
    named = re.compile(r"\bt\.(\w+)")
    asked = {key for path in (FOLDER / "templates").glob("*.html") for key in named.findall(path.read_text())}
    assert asked - {"get"} <= set(console_texts("en"))
    for role in (role for role in Role if role in {"author", "curator", "team", "moderator", "admin"}):
        assert {f"role_{role}", f"role_{role}_may"} <= set(console_texts("en"))


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_page_is_whole_in_both_languages(client: httpx.Client, bakery: House, lang: str) -> None:
    eve = visit(client, bakery, "eve", everywhere=Role.ADMIN)
    eve.open(f"/console?lang={lang}")
    for path in PAGES:
        visitor = Visitor(client, **{"Accept-Language": lang}) if path.endswith("login") else eve
        page = visitor.http.get(path)
        assert f'<html lang="{lang}">' in page.text
        assert "{{" not in page.text
        assert "{%" not in page.text
        assert '<a class="skip" href="#content">' in page.text
        assert not re.search(r"<(h1|h2|title|a|button|dt|dd|li)[^>]*>\s*</\1>", page.text), path
        assert "<script" not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-language"] == lang
        for field in re.findall(r'<(?:input|select|textarea) id="([^"]+)"', page.text):
            assert f'<label for="{field}"' in page.text, (path, field)
        for form in re.findall(r'<form[^>]*method="post".*?</form>', page.text, re.DOTALL):
            assert 'name="csrf" value="' in form


def test_an_error_is_a_page_for_a_browser_and_a_problem_for_a_program(client: httpx.Client, bakery: House) -> None:
    eve = visit(client, bakery, "eve", everywhere=Role.ADMIN)
    page = eve.open("/console/p/nobody", status=404)
    assert "There is nothing here" in page
    assert "console.css" in page
    refused = eve.http.post("/console/people/grant", data={})
    assert refused.status_code == 403
    assert "console.css" in refused.text
    assert_problem(eve.http.post("/console/people/grant", data={}, headers={"Accept": "application/json"}), 403)
    assert_problem(eve.http.get("/console/p/nobody", headers={"Accept": "application/json"}), 404)


def test_the_overview_tells_what_waits(client: httpx.Client, bakery: House) -> None:
    leave_gaps(bakery, "Which flour?", "Which jar?")
    client.post("/v1/products/bread/learners")
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    page = ann.open("/console")
    assert 'aria-label="Questions not answered: 2"' in page
    assert "<dt>Learners</dt><dd>1</dd>" in page
    assert "Tea house" not in page
    assert "/console/people" not in page


def test_one_learners_question_is_counted_and_not_shown(client: httpx.Client, bakery: House, clock: FixedClock) -> None:
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    leave_gaps(bakery, "Which flour does my aunt Zinaida take?", "<script>alert(1)</script>")
    clock.move(hours=1)
    for path in ("", "/gaps", "/week", "/themes?kind=gap", "/lessons"):
        page = ann.open(f"/console/p/bread{path}")
        assert "Zinaida" not in page
        assert "alert(1)" not in page
    assert "Messages in this time: 2" in ann.open("/console/p/bread/gaps")
    for odd in ("kind=x", "days=-1", "days=²", "kind=&days=", "days=999999999"):
        ann.open(f"/console/p/bread/themes?{odd}")


def test_a_password_is_changed_by_who_knows_it_and_ends_the_other_sessions(client: httpx.Client, bakery: House) -> None:
    ann, phone = visit(client, bakery, "ann", bread=Role.AUTHOR), Visitor(client)
    phone.log_in("ann")
    path, account = "/console/account/password", "/console/account"
    wrong = ann.send(path, on=account, current="not her password", password="five other words here")
    assert wrong.status_code == 422
    assert "not your password" in wrong.text
    weak = ann.send(path, on=account, current=PASSWORD, password="short")
    assert "12 characters" in weak.text
    assert PASSWORD not in weak.text
    before = ann.session
    done = ann.send(path, on=account, current=PASSWORD, password="five other words here")
    assert done.headers["location"] == f"{account}?done=password_changed"
    assert ann.session not in ("", before)
    ann.open(account)
    assert phone.http.get("/console").status_code == 303
    assert phone.log_in("ann").status_code == 422
    assert phone.log_in("ann", "five other words here").status_code == 303


def test_a_password_cannot_be_guessed_from_a_session_left_open(client: httpx.Client, bakery: House) -> None:
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    path, account = "/console/account/password", "/console/account"
    statuses = [
        ann.send(path, on=account, current=f"guess {number}", password="five other words here").status_code
        for number in range(6)
    ]
    assert statuses == [422] * 5 + [429]


def test_a_name_and_a_language_are_ones_own_and_remembered(client: httpx.Client, bakery: House) -> None:
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    account = "/console/account"
    assert ann.send(account, name="  Анна \n Петрова ", lang="ru").headers["location"] == f"{account}?done=account_kept"
    assert "Анна Петрова" in ann.open("/console")
    assert '<html lang="ru">' in ann.open("/console")
    elsewhere = Visitor(client)
    elsewhere.log_in("ann")
    assert '<html lang="ru">' in elsewhere.open("/console")
    for fields in ({"name": "x" * 81, "lang": "ru"}, {"name": "Ann", "lang": "de"}):
        assert ann.send(account, **fields).status_code == 422
    assert "Анна Петрова" in ann.open("/console")


def test_what_was_done_is_told_in_our_own_words_only(client: httpx.Client, bakery: House) -> None:
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    assert 'role="status"' in ann.open("/console?done=invite_accepted")
    for made_up in ("x", "<b>x</b>", "%00", "../x"):
        page = ann.open(f"/console?done={made_up}")
        assert 'role="status"' not in page
        assert "<b>x" not in page
