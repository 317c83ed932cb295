"""Events over HTTP: a host's server and a learner's browser send what happened, and read how far somebody is."""

import json
from typing import Any

import httpx
import pytest

from companion.wiring import House
from learning.tokens import Scope, create_token
from tests.api.serving import PRODUCT, assert_problem

EVENTS, PROGRESS = f"/v1/products/{PRODUCT}/events", f"/v1/products/{PRODUCT}/progress"


def token(house: House, *scopes: Scope, product: str = PRODUCT) -> dict[str, str]:
    with house.database.write() as session:
        made = create_token(
            session, product=product, scopes=scopes, host="school", days=30, by="test", now=house.clock()
        )
    return {"Authorization": f"Bearer {made.text}"}


def event(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": f"x{number}", "verb": "opened", "lesson": "02-dough", "at": "2026-03-01T12:00:00+03:00"} | fields


def new_key(client: httpx.Client, product: str = PRODUCT) -> str:
    return str(client.post(f"/v1/products/{product}/learners").json()["learner"])


def test_a_host_sends_a_batch_and_reads_progress(client: httpx.Client, bakery: House) -> None:
    trusted = token(bakery, Scope.EVENTS, Scope.READ)
    batch = {
        "learner": "student 17",
        "events": [event(1), event(2, verb="failed", block="q1"), event(3, verb="opened", lesson="no-such"), None],
    }
    taken = client.post(EVENTS, json=batch, headers=trusted)
    assert taken.status_code == 200, taken.text
    assert (taken.json()["kept"], taken.json()["known"]) == (2, 0)
    assert [(row["index"], row["id"]) for row in taken.json()["refused"]] == [(2, "x3"), (3, None)]
    assert "no-such" in taken.json()["refused"][0]["reason"]
    assert client.post(EVENTS, json=batch, headers=trusted).json()["known"] == 2

    told = client.get(PROGRESS, params={"learner": "student 17"}, headers=trusted).json()
    assert (told["current"], told["completed"], len(told["lessons"])) == ("02-dough", 0, 4)
    dough = told["lessons"][1]
    assert (dough["state"], dough["opened"], dough["completed"]) == ("opened", "2026-03-01T09:00:00Z", None)
    assert dough["blocks"] == [{"block": "q1", "attempts": 1, "failures_in_row": 1, "last": "failed", "passed": False}]
    assert_problem(client.get(PROGRESS, params={"learner": "student 18"}, headers=trusted), 404)


def test_a_browser_sends_with_its_key_and_reads_its_own(client: httpx.Client, bakery: House) -> None:
    key = new_key(client)
    done = {"learner": key, "events": [event(1), event(2, verb="completed"), event(3, verb="stuck")]}
    taken = client.post(EVENTS, json=done).json()
    assert (taken["kept"], [row["index"] for row in taken["refused"]]) == (2, [2])
    own = client.get(PROGRESS, headers={"Authorization": f"Bearer {key}"}).json()
    assert own == client.get(PROGRESS, params={"learner": key}).json()
    assert (own["completed"], own["share_completed"], own["current"]) == (1, 0.25, "03-oven")
    other = {"learner": new_key(client), "events": [event(1), event(2, learner=key)]}
    assert client.post(EVENTS, json=other).json()["kept"] == 1, "the same id of another browser is another event"


def test_nobody_sends_or_reads_without_proof(client: httpx.Client, bakery: House) -> None:
    key, tea_key = new_key(client), new_key(client, "tea-house")
    batch: dict[str, Any] = {"events": [event()]}
    assert_problem(client.post(EVENTS, json=batch), 401)
    assert_problem(client.get(PROGRESS), 401)
    for learner in ("somebody", f"l-{'0' * 32}", tea_key):
        assert_problem(client.post(EVENTS, json=batch | {"learner": learner}), 403)
        assert_problem(client.get(PROGRESS, params={"learner": learner}), 403)
    wrong = token(bakery, Scope.TURNS), token(bakery, Scope.EVENTS, Scope.READ, product="tea-house")
    for headers in wrong:
        assert_problem(client.post(EVENTS, json=batch | {"learner": key}, headers=headers), 403)
        assert_problem(client.get(PROGRESS, params={"learner": "17"}, headers=headers), 403)
    assert_problem(client.post("/v1/products/nowhere/events", json=batch | {"learner": key}), 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 422), ("{", 400), ("[]", 422), ('{"events": 7}', 422), ('{"events": [' + "1," * 500 + "1]}", 422)],
)
def test_a_body_that_is_no_batch_is_a_problem(standing_client: httpx.Client, body: str, status: int) -> None:
    sent = standing_client.post(EVENTS, content=body, headers={"Content-Type": "application/json"})
    assert_problem(sent, status)


def test_what_json_should_not_hold_refuses_its_row_alone(client: httpx.Client, bakery: House) -> None:
    odd = ["NaN", '{"id": "a", "verb": NaN}', json.dumps(event(id="\ud800")), json.dumps(event(at="9" * 400)), "1e999"]
    key = new_key(client)
    body = f'{{"learner": "{key}", "events": [{json.dumps(event())}, {", ".join(odd)}]}}'
    sent = client.post(EVENTS, content=body, headers={"Content-Type": "application/json"})
    assert sent.status_code == 200, sent.text
    assert (sent.json()["kept"], len(sent.json()["refused"])) == (1, 5)


def test_help_is_offered_with_its_reasons_and_as_the_dial_says(client: httpx.Client, bakery: House) -> None:
    offers, key = f"/v1/products/{PRODUCT}/offers", new_key(client)
    own = {"Authorization": f"Bearer {key}"}
    assert client.get(offers, headers=own).json() == {"dial": "weekly", "offer": None}
    tries = [event(n, verb="failed", block="q1", at=f"2026-03-02T08:0{n}:00Z") for n in range(4)]
    client.post(EVENTS, json={"learner": key, "events": tries})

    told = client.get(offers, params={"locale": "ru"}, headers=own).json()["offer"]
    assert (told["lesson"], told["title"], told["url"]) == (
        "02-dough",
        "Mixing and resting",
        f"/p/{PRODUCT}/lessons/02-dough",
    )
    assert told["reasons"] == [
        {"sign": "failed_in_row", "count": 4, "block": "q1", "text": "4 неудачные попытки подряд"}
    ]
    again = client.get(offers, headers=own | {"Accept-Language": "en"}).json()["offer"]
    assert again["id"] == told["id"]
    assert again["reasons"][0]["text"] == "4 failed attempts in a row"

    assert client.post(offers, json={"learner": key, "dial": "never"}).json() == {"dial": "never", "offer": None}
    assert client.get(offers, headers=own).json() == {"dial": "never", "offer": None}
    assert_problem(client.post(offers, json={"learner": key, "dial": "hourly"}), 422)
    assert_problem(client.post(offers, json={"dial": "never"}), 401)
    assert_problem(client.post(offers, json={"learner": f"l-{'0' * 32}", "dial": "never"}), 403)
