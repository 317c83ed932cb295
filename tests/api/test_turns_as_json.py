"""Asking for one JSON answer, and going on with a conversation."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House
from tests.api.serving import COVERED, LESSONS, NOT_COVERED, TURNS, assert_problem

DONE_FIELDS = {
    "intent",
    "move",
    "offers",
    "facts",
    "turn",
    "conversation",
    "outcome",
    "text",
    "citations",
    "nearest",
    "confidence",
    "gap",
    "composer",
    "timing_ms",
}


def ask(client: httpx.Client, question: str, **more: str) -> dict[str, Any]:
    response = client.post(TURNS, json={"text": question, **more})
    assert response.status_code == 200, response.text
    done: dict[str, Any] = response.json()
    return done


def rows(house: House, query: str) -> list[Any]:
    with house.database.read() as session:
        return list(session.execute(text(query)).all())


def test_a_covered_question_is_answered_in_the_lessons_own_words(client: httpx.Client) -> None:
    done = ask(client, COVERED)
    assert done.keys() == DONE_FIELDS
    assert done["outcome"] in ("answered", "partly")
    assert done["composer"] == "extractive"
    assert 0 <= done["confidence"] <= 1
    assert [citation["number"] for citation in done["citations"]] == list(range(1, len(done["citations"]) + 1))
    for citation in done["citations"]:
        assert citation["quote"] in LESSONS[f"{citation['lesson']}.md"]
        assert citation["quote"] in done["text"]
        assert f"[{citation['number']}]" in done["text"]
        assert citation["locator"]["url"].startswith(f"/p/bread/lessons/{citation['lesson']}#")
        assert client.get(citation["locator"]["url"].partition("#")[0]).status_code == 200


def test_a_question_nothing_covers_is_declined_and_noted_as_a_gap(client: httpx.Client, bakery: House) -> None:
    done = ask(client, NOT_COVERED)
    assert done["outcome"] == "declined"
    assert done["citations"] == []
    assert len(done["nearest"]) <= 3
    assert rows(bakery, "SELECT id, question, outcome FROM gap") == [(done["gap"], NOT_COVERED, "declined")]


def test_the_turn_is_kept_as_it_was_answered(client: httpx.Client, bakery: House) -> None:
    done = ask(client, COVERED, lesson="02-dough")
    (row,) = rows(bakery, "SELECT id, conversation, position, question, lesson, outcome FROM turn")
    assert tuple(row) == (done["turn"], done["conversation"], 0, COVERED, "02-dough", done["outcome"])
    (event,) = rows(bakery, "SELECT id, product, verb, lesson FROM event")
    assert tuple(event) == (f"asked-{done['turn']}", "bread", "asked", "02-dough")


def test_a_conversation_goes_on_by_its_id_alone(client: httpx.Client, bakery: House) -> None:
    first = ask(client, COVERED)
    second = ask(client, NOT_COVERED, conversation=first["conversation"])
    assert second["conversation"] == first["conversation"]
    kept = rows(bakery, "SELECT id, position FROM turn ORDER BY position")
    assert [tuple(row) for row in kept] == [(first["turn"], 0), (second["turn"], 1)]


def test_without_a_conversation_each_question_begins_its_own(client: httpx.Client) -> None:
    assert ask(client, COVERED)["conversation"] != ask(client, COVERED)["conversation"]


def test_another_products_conversation_is_not_known(client: httpx.Client, bakery: House) -> None:
    conversation = ask(client, COVERED)["conversation"]
    elsewhere = {"text": "How long does green tea draw?", "conversation": conversation}
    assert_problem(client.post("/v1/products/tea-house/turns", json=elsewhere), 404)
    assert len(rows(bakery, "SELECT id FROM turn")) == 1


def test_a_conversation_that_never_was_is_not_known(client: httpx.Client, bakery: House) -> None:
    problem = assert_problem(client.post(TURNS, json={"text": COVERED, "conversation": "c-" + "0" * 32}), 404)
    assert "conversation" in problem["detail"]
    assert rows(bakery, "SELECT id FROM turn") == []


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_the_words_around_the_quotes_follow_the_locale(client: httpx.Client, locale: str) -> None:
    done = ask(client, NOT_COVERED, locale=locale)
    is_russian = any("а" <= letter <= "я" for letter in done["text"].lower())
    assert is_russian == (locale == "ru")


def test_an_unknown_product_is_a_problem(client: httpx.Client) -> None:
    for response in (
        client.post("/v1/products/nothing-here/turns", json={"text": COVERED, "lesson": "99-nowhere"}),
        client.get("/v1/products/nothing-here"),
    ):
        problem = assert_problem(response, 404)
        assert problem["type"] == "product-not-found"
        # What to type into a terminal is no advice for a learner.
        assert "`" not in problem["detail"]


def test_an_unknown_lesson_is_a_problem_and_nothing_is_kept(client: httpx.Client, bakery: House) -> None:
    problem = assert_problem(client.post(TURNS, json={"text": COVERED, "lesson": "99-nowhere"}), 404)
    assert problem["type"] == "lesson-not-found"
    assert rows(bakery, "SELECT id FROM conversation") == []


def test_an_address_that_does_not_exist_is_a_problem(client: httpx.Client) -> None:
    response = client.get("/v1/nothing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_a_wrong_method_names_the_right_one(client: httpx.Client) -> None:
    response = client.put(TURNS, json={})
    assert response.status_code == 405
    assert "POST" in response.headers["allow"]
    assert response.json()["status"] == 405
