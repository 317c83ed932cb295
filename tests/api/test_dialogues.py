"""Going on with a conversation, and stating how far a learner has come, over HTTP and in OpenAI's format."""

import json
from typing import Any

import httpx
import pytest

from tests.api.serving import PRODUCT, STREAMED, TURNS, assert_problem

FIRST = "What does salt do to the yeast?"
THEN = "and why?"
NOTICE = "Taken as going on with: What does salt do to the yeast."
OVEN = "How hot should the oven be for the loaf?"


def reply_to(client: httpx.Client, **body: Any) -> dict[str, Any]:
    response = client.post(TURNS, json=body)
    assert response.status_code == 200, response.text
    done: dict[str, Any] = response.json()
    return done


def cited(reply: dict[str, Any]) -> set[str]:
    return {citation["lesson"] for citation in reply["citations"]}


def test_a_follow_up_is_taken_with_its_topic_as_json_and_as_a_stream(standing_client: httpx.Client) -> None:
    first = reply_to(standing_client, text=FIRST)
    second = reply_to(standing_client, text=THEN, conversation=first["conversation"])
    assert second["text"].startswith(NOTICE)
    assert "02-dough" in cited(second)
    third = standing_client.post(
        TURNS, json={"text": THEN, "conversation": first["conversation"]}, headers=STREAMED
    ).text
    deltas = [json.loads(line[6:])["text"] for line in third.splitlines() if line.startswith('data: {"text":')]
    assert deltas[0].startswith(NOTICE)


def test_in_openais_format_earlier_messages_of_the_user_are_the_conversation(standing_client: httpx.Client) -> None:
    messages = [
        {"role": "user", "content": FIRST},
        {"role": "assistant", "content": "It slows the yeast down."},
        {"role": "user", "content": THEN},
    ]
    response = standing_client.post("/v1/chat/completions", json={"model": PRODUCT, "messages": messages})
    assert response.json()["choices"][0]["message"]["content"].startswith(NOTICE)
    alone = standing_client.post("/v1/chat/completions", json={"model": PRODUCT, "messages": messages[2:]})
    assert NOTICE not in alone.json()["choices"][0]["message"]["content"]


def test_a_stated_position_keeps_later_lessons_back(standing_client: httpx.Client) -> None:
    body = {"model": PRODUCT, "messages": [{"role": "user", "content": OVEN}], "position": "02-dough"}
    told = [
        reply_to(standing_client, text=OVEN, position="02-dough")["text"],
        standing_client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"],
    ]
    for text in told:
        assert "This comes later, in the lesson “Baking”." in text
    assert "03-oven" not in cited(reply_to(standing_client, text=OVEN, position="02-dough"))
    assert "03-oven" in cited(reply_to(standing_client, text=OVEN, position="03-oven"))
    assert "03-oven" in cited(reply_to(standing_client, text=f"Lesson 3. {OVEN}", position="02-dough"))


@pytest.mark.parametrize("position", ["99-nowhere", "' OR 1=1", "\u0000"])
def test_a_position_that_is_no_lesson_is_a_problem(standing_client: httpx.Client, position: str) -> None:
    problem = assert_problem(standing_client.post(TURNS, json={"text": OVEN, "position": position}), 404)
    assert problem["type"] == "lesson-not-found"


@pytest.mark.parametrize("position", ["", "x" * 201, 3])
def test_a_position_of_the_wrong_shape_cannot_be_processed(standing_client: httpx.Client, position: object) -> None:
    assert_problem(standing_client.post(TURNS, json={"text": OVEN, "position": position}), 422)
