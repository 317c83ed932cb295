"""What feedback comes to, over HTTP with a token."""

from collections.abc import Iterator

import httpx
import pytest

from companion.wiring import House
from learning.tokens import Scope
from tests.api.serving import serving
from tests.api.test_learners import host_token
from tests.fakes import FixedClock
from tests.feedback.saying import COURSE, Sayings

WORDS = (
    "I do not understand the join",
    "The join is not explained",
    "Why is there a join",
    "What is a join",
    "No join",
)
PLACE = f"/v1/products/{COURSE}/feedback"


@pytest.fixture
def client(house: House, clock: FixedClock) -> Iterator[httpx.Client]:
    course = Sayings(house.database, clock)
    with course.at_once():
        course.theme("t-join", label="join")
        course.say_all(WORDS, "t-join", days_ago=1)
    with serving(house) as opened:
        yield opened


def test_themes_and_the_week_are_told_to_who_may_read(client: httpx.Client, house: House) -> None:
    may = host_token(house, Scope.READ, product=COURSE)
    told = client.get(f"{PLACE}/themes", headers=may).json()
    assert [(theme["id"], theme["learners"]) for theme in told["themes"]] == [("t-join", 5)]
    week = client.get(f"{PLACE}/summary", params={"lang": "ru"}, headers=may).json()
    assert week["document"]["hurts"][0]["learners"]["value"] == 5
    assert "Что мешает сильнее всего" in week["markdown"]
    assert week["lang"] == "ru"


def test_nobody_reads_them_without_a_token_for_this_product_and_scope(client: httpx.Client, house: House) -> None:
    writes = host_token(house, Scope.FEEDBACK, product=COURSE)
    for what in ("themes", "summary"):
        assert client.get(f"{PLACE}/{what}").status_code == 401
        assert client.get(f"{PLACE}/{what}", headers=writes).status_code == 403
    may = host_token(house, Scope.READ, product="")
    assert client.get("/v1/products/nobody/feedback/themes", headers=may).status_code == 404
    assert client.get(f"{PLACE}/themes", params={"since": "2099-01-01T00:00:00Z"}, headers=may).status_code == 422
    assert client.get(f"{PLACE}/themes", params={"since": "soon"}, headers=may).status_code == 422
