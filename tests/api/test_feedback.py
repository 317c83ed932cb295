"""What learners say about answers and lessons: kept under the turn or lesson it is about."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House
from tests.api.serving import COVERED, FEEDBACK, TURNS, assert_problem
from tests.conftest import TakeIn

VERBS = {"thumb_up": "rated", "thumb_down": "rated", "comment": "commented", "stuck": "stuck"}
CASE = """---
title: "My starter never rose"
---

# My starter never rose

## Situation

I fed my sourdough starter every twelve hours, and after a week it still did not double in six hours.

## What I did

I put the jar on a warm shelf, and the yeast in it woke up.
"""


def say(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = client.post(FEEDBACK, json=fields)
    assert response.status_code == 201, response.text
    said: dict[str, Any] = response.json()
    return said


def items(house: House) -> list[tuple[Any, ...]]:
    with house.database.read() as session:
        columns = "id, product, kind, text, turn, lesson"
        found = session.execute(text(f"SELECT {columns} FROM item WHERE source = 'widget' ORDER BY rowid"))
        return [tuple(row) for row in found]


def asked(client: httpx.Client, product: str = "bread") -> dict[str, Any]:
    done: dict[str, Any] = client.post(f"/v1/products/{product}/turns", json={"text": COVERED}).json()
    return done


@pytest.mark.parametrize("kind", list(VERBS))
def test_each_kind_is_kept_with_its_turn_and_lesson(client: httpx.Client, bakery: House, kind: str) -> None:
    done = asked(client)
    about = {"turn": done["turn"], "conversation": done["conversation"], "lesson": "02-dough"}
    said = say(client, kind=kind, text="  Which flour?\x00 ", **about)
    assert said["kind"] == kind
    assert items(bakery) == [(said["id"], "bread", kind, "Which flour?", done["turn"], "02-dough")]
    with bakery.database.read() as session:
        query = text("SELECT id, verb, lesson, detail FROM event WHERE id LIKE 'said-%'")
        (event,) = session.execute(query).all()
    assert tuple(event)[:3] == (f"said-{said['id']}", VERBS[kind], "02-dough")
    assert said["id"] in event[3]
    assert done["turn"] in event[3]
    assert "flour" not in event[3]


@pytest.mark.parametrize("kind", list(VERBS))
def test_only_a_comment_needs_words(client: httpx.Client, bakery: House, kind: str) -> None:
    for fields in ({}, {"text": ""}, {"text": " \n\x00"}):
        response = client.post(FEEDBACK, json={"kind": kind, **fields})
        if kind == "comment":
            assert_problem(response, 422)
        else:
            assert response.status_code == 201
    assert len(items(bakery)) == (0 if kind == "comment" else 3)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "applause"},
        {"kind": "comment", "text": "x" * 8_001},
        {"kind": "thumb_up", "turn": "T"},
        {"kind": "thumb_up", "conversation": "no id"},
        {"kind": "thumb_up", "lesson": ""},
        {"kind": "stuck", "text": 7},
    ],
)
def test_what_cannot_be_accepted_is_not_kept(client: httpx.Client, bakery: House, fields: dict[str, object]) -> None:
    assert_problem(client.post(FEEDBACK, json=fields), 422)
    assert items(bakery) == []


def test_a_turn_is_rated_only_under_its_own_product_and_conversation(client: httpx.Client, bakery: House) -> None:
    tea, bread = asked(client, "tea-house"), asked(client)
    wrong = (
        {"turn": tea["turn"]},
        {"turn": tea["turn"], "conversation": tea["conversation"]},
        {"turn": bread["turn"], "conversation": tea["conversation"]},
        {"turn": f"t-{'0' * 32}"},
    )
    for about in wrong:
        assert_problem(client.post(FEEDBACK, json={"kind": "thumb_up", **about}), 404)
    assert items(bakery) == []
    say(client, kind="thumb_up", turn=bread["turn"])
    assert len(items(bakery)) == 1


def test_unknown_product_or_lesson_is_a_problem(client: httpx.Client, bakery: House) -> None:
    unknown = assert_problem(client.post("/v1/products/nothing-here/feedback", json={"kind": "thumb_up"}), 404)
    assert unknown["type"] == "product-not-found"
    unknown = assert_problem(client.post(FEEDBACK, json={"kind": "thumb_up", "lesson": "99-nowhere"}), 404)
    assert unknown["type"] == "lesson-not-found"
    assert items(bakery) == []


def test_who_is_stuck_is_shown_the_nearest_lessons(client: httpx.Client) -> None:
    said = say(client, kind="stuck", text="When do I feed the starter?")
    assert said["case"] is None
    assert 1 <= len(said["nearest"]) <= 3
    assert said["nearest"][0] == {
        "lesson": "01-starter",
        "title": "Sourdough starter",
        "url": "/p/bread/lessons/01-starter",
    }
    assert client.get(said["nearest"][0]["url"]).status_code == 200


def test_who_is_stuck_without_words_is_helped_by_the_question_of_the_turn_or_the_open_lesson(
    client: httpx.Client,
) -> None:
    question = {"text": "How often is the starter fed?"}
    done = client.post(TURNS, json=question).json()
    assert say(client, kind="stuck", turn=done["turn"])["nearest"][0]["lesson"] == "01-starter"
    assert "04-keeping" in [near["lesson"] for near in say(client, kind="stuck", lesson="04-keeping")["nearest"]]
    assert say(client, kind="stuck")["nearest"] == []


def test_who_is_stuck_is_shown_a_case_when_there_are_cases(client: httpx.Client, take_in: TakeIn) -> None:
    take_in({"case-01.md": CASE}, "bread", cases=True)
    case = say(client, kind="stuck", text="My starter does not double")["case"]
    assert case["title"] == "My starter never rose"
    assert case["situation"] in CASE
    page, _, anchor = case["url"].partition("#")
    shown = client.get(page)
    assert shown.status_code == 200
    assert f'id="{anchor}"' in shown.text


@pytest.mark.parametrize("kind", ["thumb_up", "thumb_down", "comment"])
def test_only_who_is_stuck_is_shown_where_to_look(client: httpx.Client, kind: str) -> None:
    said = say(client, kind=kind, text="the starter is well explained")
    assert (said["nearest"], said["case"]) == ([], None)


def test_a_rating_and_consent_are_kept_with_the_passage_the_answer_cites(client: httpx.Client, bakery: House) -> None:
    done = asked(client)
    said = say(client, kind="comment", text="Ann Lee helped, 5 stars", turn=done["turn"], rating=5, consent=True)
    with bakery.database.read() as session:
        query = text("SELECT text, score, consent, passage, voice FROM item WHERE id = :item")
        (kept,) = session.execute(query, {"item": said["id"]}).all()
    assert tuple(kept) == ("[…] helped, 5 stars", 1.0, 1, done["citations"][0]["passage"], "nobody")
    for wrong in ({"rating": 6}, {"rating": 0}, {"consent": "perhaps"}, {"kind": "unanswered"}):
        assert_problem(client.post(FEEDBACK, json={"kind": "comment", "text": "x", **wrong}), 422)
