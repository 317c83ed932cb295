"""Proposals over HTTP with a token."""

from collections.abc import Iterator

import httpx
import pytest

from companion.wiring import House
from feedback.item import Place
from feedback.propose import propose
from foundation.ids import ProductSlug
from learning.tokens import Scope
from tests.api.serving import serving
from tests.api.test_learners import host_token
from tests.conftest import TakeIn
from tests.feedback.troubled import troubled

WHERE = "/v1/products/course/feedback/proposals"
LESSON = "# Loops\n\nA loop **repeats** ten times.\n"
WRONG = ["it should be nine instead of ten", "not ten but nine", "ten is wrong", "ten?", "ten looks wrong"]


@pytest.fixture
def client(house: House, take_in: TakeIn) -> Iterator[httpx.Client]:
    take_in({"loops.md": LESSON})
    troubled(house, "th-ten", Place("loops", "loops"), WRONG, terms=["ten"])
    propose(
        house.database, house.shelves, ProductSlug("course"), now=house.clock(), answers=lambda _session, _product: []
    )
    with serving(house) as opened:
        yield opened


def test_proposals_are_told_to_who_may_read_and_to_nobody_else(client: httpx.Client, house: House) -> None:
    may = host_token(house, Scope.READ, product="course")
    (told,) = client.get(WHERE, params={"state": ["open"]}, headers=may).json()["proposals"]
    assert (told["kind"], told["lesson"], told["anchor"], told["version"]) == ("fix_error", "loops", "loops", 1)
    assert [each["markdown"] for each in told["changes"]] == ["A loop **repeats** nine times."]
    assert client.get(WHERE, params={"state": "rejected"}, headers=may).json()["proposals"] == []
    assert client.get(WHERE, params={"state": "nice"}, headers=may).status_code == 422
    assert client.get(WHERE).status_code == 401
    assert client.get(WHERE, headers=host_token(house, Scope.FEEDBACK, product="course")).status_code == 403
