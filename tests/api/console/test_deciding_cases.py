"""Moderators decide on alumni cases at the console, under their own name."""

import httpx
import pytest

from companion.wiring import House
from knowledge.cases.case import case_events, list_cases
from learning.roles import Role
from tests.api.console.visiting import Visitor, visit
from tests.api.serving import LESSONS
from tests.conftest import TakeIn

CASES = "/console/p/bread/cases"
HANDED = {
    "stuck": "My loaf spread on the tray like a pancake; write to zina@example.org.",
    "did": "I let the dough rest in a basket.",
    "changed": "The loaf stands up.",
    "title": "A loaf like a pancake",
    "lesson": "02-dough",
    "consent_as": "named",
    "consent_where": "everyone",
    "consent_date": "2026-02-01",
    "name": "Zinaida Quill",
}


@pytest.fixture
def bakery(house: House, take_in: TakeIn, unmeasured: None) -> House:
    """A house with one small course."""
    take_in(LESSONS, "bread")
    return house


@pytest.fixture
def case(client: httpx.Client, bakery: House) -> str:
    """A case that was handed in."""
    handed = client.post("/v1/products/bread/cases", json=HANDED)
    assert handed.status_code == 201, handed.text
    return str(handed.json()["id"])


@pytest.fixture
def max_(client: httpx.Client, bakery: House) -> Visitor:
    """A moderator."""
    return visit(client, bakery, "max", bread=Role.MODERATOR)


def test_a_case_is_read_approved_and_returned_under_the_moderators_name(
    client: httpx.Client, bakery: House, max_: Visitor, case: str
) -> None:
    assert 'aria-label="Cases to decide on: 1"' in max_.open("/console")
    assert "A loaf like a pancake" in max_.open(CASES)
    page = max_.open(f"{CASES}/{case}")
    assert "holds an e-mail address" in page
    assert f"{CASES}/{case}/approve" not in page
    assert max_.send(f"{CASES}/{case}/check", on=f"{CASES}/{case}").headers["location"].endswith("done=case_checked")
    approved = max_.send(f"{CASES}/{case}/approve", on=f"{CASES}/{case}", graduates="")
    assert approved.headers["location"].endswith("done=case_approved")
    shown = client.get("/v1/products/bread/cases/shown").json()["cases"]
    assert [one["id"] for one in shown] == [case]
    returned = max_.send(f"{CASES}/{case}/return", on=f"{CASES}/{case}", reason="Say it without the address.")
    assert returned.status_code == 303
    assert client.get("/v1/products/bread/cases/shown").json() == {"cases": []}
    assert "Say it without the address." in max_.open(f"{CASES}/{case}")
    with bakery.database.read() as session:
        decided = [(event.what, event.who) for event in case_events(session, case)][1:]
    assert decided == [("checked", "Max"), ("approved", "Max"), ("returned", "Max")]


def test_a_decision_on_what_somebody_decided_before_changes_nothing(
    client: httpx.Client, bakery: House, max_: Visitor, case: str
) -> None:
    mia = visit(client, bakery, "mia", bread=Role.MODERATOR)
    token = mia.token_on(f"{CASES}/{case}")
    max_.send(f"{CASES}/{case}/return", on=f"{CASES}/{case}", reason="Not about bread.")
    late = mia.http.post(f"{CASES}/{case}/check", data={"csrf": token})
    assert late.status_code == 409
    assert "Somebody decided in the meantime" in late.text
    with bakery.database.read() as session:
        assert [(one.state, one.moderator) for one in list_cases(session, "bread")] == [("returned", "Max")]


def test_what_is_missing_is_told_and_what_was_typed_is_kept(max_: Visitor, case: str) -> None:
    page = f"{CASES}/{case}"
    assert max_.send(f"{page}/return", on=page, reason="  ").status_code == 422
    long = max_.send(f"{page}/return", on=page, reason="why " * 400)
    assert long.status_code == 422
    assert "why why why" in long.text
    max_.send(f"{page}/check", on=page)
    for number in ("0", "-1", "many", "²", "9" * 30):
        assert max_.send(f"{page}/approve", on=page, graduates=number).status_code == 422


def test_a_case_of_another_product_is_not_there(
    client: httpx.Client, bakery: House, take_in: TakeIn, case: str
) -> None:
    take_in({"01.md": "# Tea\n\nGreen tea draws for two minutes.\n"}, "tea-house")
    tea = visit(client, bakery, "tea", tea_house=Role.MODERATOR)
    tea.open(f"/console/p/tea-house/cases/{case}", status=404)
    tea.open(f"{CASES}/{case}", status=404)
    assert tea.send(f"/console/p/tea-house/cases/{case}/check", on="/console").status_code == 404
    with bakery.database.read() as session:
        assert [one.state for one in list_cases(session, "bread")] == ["submitted"]
