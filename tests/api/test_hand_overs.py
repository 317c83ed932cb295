"""Asking a person over HTTP: one press, one card, and what became of it for whoever holds the conversation."""

from typing import Any

import httpx
import pytest

from assistant.decide_hand_over import answer_hand_over, decline_hand_over
from assistant.hand_over import HandOverState, find_hand_over, queue
from companion.wiring import House
from foundation.ids import PersonId
from learning.people import add_person
from learning.roles import Role, grant_role
from tests.api.serving import COVERED, NOT_COVERED, PRODUCT, TURNS, assert_problem

pytestmark = pytest.mark.usefixtures("unmeasured")
HAND_OVERS = f"/v1/products/{PRODUCT}/hand-overs"


def curator(house: House) -> PersonId:
    with house.database.write() as session:
        person = add_person(session, name="Vera", now=house.clock())
        grant_role(session, person, Role.CURATOR, product=PRODUCT, now=house.clock())
    return person


def asked(client: httpx.Client, text: str = NOT_COVERED, **more: Any) -> dict[str, Any]:
    return client.post(TURNS, json={"text": text, **more}).json()


def press(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post(HAND_OVERS, json={"consent": True, **body})


def test_a_question_goes_to_a_person_and_the_answer_comes_back(client: httpx.Client, bakery: House) -> None:
    turn = asked(client)
    about = {"conversation": turn["conversation"], "turn": turn["turn"], "called": "Ann"}
    first = press(client, **about)
    assert first.status_code == 201
    card = first.json()
    assert (card["state"], card["question"], card["by"]) == ("waiting", NOT_COVERED, "")
    assert "card" not in card
    assert "proposed" not in card
    again = press(client, **about)
    assert (again.status_code, again.json()["id"]) == (200, card["id"])

    with bakery.database.write() as session:
        answer_hand_over(
            session, PRODUCT, card["id"], by=curator_in(session, bakery), reply="Michelangelo.", now=bakery.clock()
        )
    mine = {"conversation": card["conversation"]}
    told = client.get(f"{HAND_OVERS}/{card['id']}", params=mine).json()
    assert (told["state"], told["reply"], told["by"], told["told"]) == ("answered", "Michelangelo.", "Vera", None)
    assert client.post(f"{HAND_OVERS}/{card['id']}/told", params=mine).status_code == 204
    (listed,) = client.get(HAND_OVERS, params=mine).json()["hand_overs"]
    assert listed["told"] is not None


def curator_in(session: Any, house: House) -> PersonId:
    person = add_person(session, name="Vera", now=house.clock())
    grant_role(session, person, Role.CURATOR, product=PRODUCT, now=house.clock())
    return person


def test_a_learner_who_comes_back_elsewhere_is_told_by_their_key(client: httpx.Client, bakery: House) -> None:
    learner = client.post(f"/v1/products/{PRODUCT}/learners").json()["learner"]
    card = press(client, note="Is there a tasting?", learner=learner).json()
    by = curator(bakery)
    with bakery.database.write() as session:
        decline_hand_over(session, PRODUCT, card["id"], by=by, reason="Not this year.", now=bakery.clock())
    (told,) = client.get(HAND_OVERS, params={"learner": learner}).json()["hand_overs"]
    assert (told["id"], told["state"], told["reason"]) == (card["id"], "declined", "Not this year.")
    stranger = client.post(f"/v1/products/{PRODUCT}/learners").json()["learner"]
    assert client.get(HAND_OVERS, params={"learner": stranger}).json() == {"hand_overs": []}
    assert_problem(client.get(HAND_OVERS, params={"learner": "l-" + "0" * 32}), 403)
    assert client.get(HAND_OVERS).json() == {"hand_overs": []}


def test_a_question_is_taken_back_while_it_waits(client: httpx.Client, bakery: House) -> None:
    card = press(client, note="Is there a tasting?").json()
    path, mine = f"{HAND_OVERS}/{card['id']}", {"conversation": card["conversation"]}
    assert client.delete(path, params=mine).json()["state"] == "withdrawn"
    assert "withdrawn" in assert_problem(client.delete(path, params=mine), 409)["detail"]
    with bakery.database.read() as session:
        assert find_hand_over(session, PRODUCT, card["id"]).state is HandOverState.WITHDRAWN


@pytest.mark.parametrize("body", [{}, {"consent": False}, {"consent": None}, {"consent": "yes, maybe"}])
def test_nothing_is_kept_without_consent(client: httpx.Client, bakery: House, body: dict[str, Any]) -> None:
    assert_problem(client.post(HAND_OVERS, json={"note": "Is there a tasting?", **body}), 422)
    with bakery.database.read() as session:
        assert queue(session, [PRODUCT], state=HandOverState.WAITING) == []


def test_what_belongs_to_others_is_not_there(client: httpx.Client) -> None:
    turn, other = asked(client, COVERED), asked(client)
    card = press(client, conversation=turn["conversation"], turn=turn["turn"]).json()
    wrong = {"conversation": other["conversation"]}
    for response in (
        client.get(f"{HAND_OVERS}/{card['id']}", params=wrong),
        client.delete(f"{HAND_OVERS}/{card['id']}", params=wrong),
        client.post(f"{HAND_OVERS}/{card['id']}/told", params=wrong),
        client.get(f"/v1/products/tea-house/hand-overs/{card['id']}", params={"conversation": turn["conversation"]}),
        press(client, conversation=other["conversation"], turn=turn["turn"]),
        press(client, conversation=turn["conversation"], note="Hello?", lesson="no-such-lesson"),
        client.post("/v1/products/no-such/hand-overs", json={"consent": True, "note": "Hello?"}),
    ):
        assert_problem(response, 404)


def test_a_message_that_wants_a_person_explains_and_sends_nothing(client: httpx.Client, bakery: House) -> None:
    told = asked(client, "Can I talk to somebody?", want="person")
    assert (told["intent"], told["move"], told["offers"], told["facts"]) == (
        "person",
        "person",
        ["person"],
        {"waiting": 0},
    )
    assert "Ask a person" in told["text"]
    with bakery.database.read() as session:
        assert queue(session, [PRODUCT], state=HandOverState.WAITING) == []
    press(client, conversation=told["conversation"], note="Is there a tasting?")
    again = asked(client, "Anybody?", want="person", conversation=told["conversation"], locale="ru")
    assert again["facts"] == {"waiting": 1}
    assert "Уже ждут ответа человека: 1" in again["text"]
