"""Items a host's server brings: with its token, for its product, each kept once."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from companion.wiring import House
from feedback.tables import ItemRow
from foundation.ids import PersonId
from learning.people import person_by_host_id
from learning.tokens import Scope, create_token
from tests.api.serving import assert_problem

ITEMS = "/v1/products/bread/feedback/items"
HOST = "school.example"


def token(house: House, *scopes: Scope, product: str = "bread") -> dict[str, str]:
    with house.database.write() as session:
        made = create_token(session, product=product, scopes=scopes, host=HOST, days=1, by="owner", now=house.clock())
    return {"Authorization": f"Bearer {made.text}"}


@pytest.fixture
def host(bakery: House) -> dict[str, str]:
    return token(bakery, Scope.FEEDBACK)


def items(house: House) -> list[ItemRow]:
    with house.database.read() as session:
        return list(session.scalars(select(ItemRow).order_by(ItemRow.external)))


def test_one_item_or_a_list_is_kept_once(client: httpx.Client, bakery: House, host: dict[str, str]) -> None:
    one = {"id": "1", "text": "Too salty, ask ann@example.org", "lesson": "02-dough", "rating": 2, "source": "survey"}
    two = {"id": "2", "text": "Nice", "consent": True, "created": "2026-02-01T10:00:00+03:00"}
    for body, kept, known in ((one, 1, 0), ([one, two], 1, 1), ({"items": [one, two]}, 0, 2)):
        response = client.post(ITEMS, json=body, headers=host)
        assert (response.status_code, response.json()) == (200, {"kept": kept, "known": known, "refused": []})
    first, second = sorted(items(bakery), key=lambda row: row.text)
    assert (second.text, second.lesson, second.score, second.kind) == ("Too salty, ask […]", "02-dough", -0.5, "survey")
    assert (first.consent, first.source) == (True, "webhook")


def test_rows_that_cannot_be_kept_are_told_one_by_one(
    client: httpx.Client, bakery: House, host: dict[str, str]
) -> None:
    rows: list[Any] = [{"text": "kept"}, {}, 7, {"text": "x" * 9_000}, {"text": "y", "lesson": "99-nowhere"}]
    told = client.post(ITEMS, json=rows, headers=host).json()
    assert (told["kept"], [each["index"] for each in told["refused"]]) == (1, [1, 2, 3, 4])
    assert "there is no lesson '99-nowhere' in bread" in told["refused"][3]["reason"]
    odd = [{"text": "\ud800lone", "id": "\ud800"}, {"text": "odd", "id": {"a": 1}, "rating": "NaN", "author": ["x"]}]
    sent = {**host, "Content-Type": "application/json"}
    told = client.post(ITEMS, content=json.dumps(odd).encode("ascii"), headers=sent).json()
    assert (told["kept"], [each["index"] for each in told["refused"]]) == (1, [1])


def test_authors_are_the_hosts_own_learners(client: httpx.Client, bakery: House, host: dict[str, str]) -> None:
    with bakery.database.write() as session:
        person: PersonId = person_by_host_id(session, HOST, "u-1", now=bakery.clock())
    client.post(
        ITEMS, json=[{"id": "1", "text": "a", "author": "u-1"}, {"id": "2", "text": "b", "author": "u-2"}], headers=host
    )
    assert items(bakery)[0].learner == person
    assert str(items(bakery)[1].learner).startswith("a-")


def test_only_a_token_for_feedback_of_this_product_brings_items(client: httpx.Client, bakery: House) -> None:
    one = {"text": "Nice"}
    assert_problem(client.post(ITEMS, json=one), 401)
    assert_problem(client.post(ITEMS, json=one, headers={"Authorization": "Bearer ct-000000000000-" + "0" * 64}), 401)
    assert_problem(client.post(ITEMS, json=one, headers=token(bakery, Scope.READ)), 403)
    elsewhere = token(bakery, Scope.FEEDBACK, product="tea-house")
    assert_problem(client.post(ITEMS, json=one, headers=elsewhere), 403)
    assert items(bakery) == []


def test_more_than_a_batch_is_refused_whole(client: httpx.Client, bakery: House, host: dict[str, str]) -> None:
    assert_problem(client.post(ITEMS, json=[{"text": "x"}] * 501, headers=host), 422)
    assert_problem(client.post(ITEMS, json="just a string", headers=host), 422)
    assert items(bakery) == []
