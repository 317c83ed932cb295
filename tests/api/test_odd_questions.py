"""Questions that no course planner thought of: a clear refusal or a sane decline, and nobody's words in the logs."""

import logging
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House
from tests.api.serving import STREAMED, TURNS, assert_problem, events_of

JSON = {"Content-Type": "application/json"}
WORDS = "heliotrope-cartographer"
ROOMS = ("foundation", "knowledge", "prompts", "learning", "feedback", "assistant", "companion", "api", "uvicorn")


@pytest.fixture(autouse=True)
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything our rooms say is listened to, and no test may find a learner's words in it."""
    for room in ROOMS:
        caplog.set_level(logging.DEBUG, logger=room)
    yield caplog
    assert WORDS not in caplog.text


def turns_kept(house: House) -> list[tuple[str, str]]:
    with house.database.read() as session:
        return [tuple(row) for row in session.execute(text("SELECT question, outcome FROM turn"))]


@pytest.mark.parametrize("question", ["", " ", "\n\t\r\n", "\x00", "\x00 \x07\ufeff", "\u2003\x85"])
def test_a_question_without_a_character_is_refused(client: httpx.Client, bakery: House, question: str) -> None:
    problem = assert_problem(client.post(TURNS, json={"text": question}), 422)
    assert "empty" in problem["detail"]
    assert turns_kept(bakery) == []


@pytest.mark.parametrize("question", ["x", "я", "?", "7", "🥖", "🥖🥐🍞 🥨", "…!!!", "a\u0301", "\u202e\u200d"])
def test_a_question_without_words_to_look_for_is_declined(client: httpx.Client, bakery: House, question: str) -> None:
    done = client.post(TURNS, json={"text": question}).json()
    assert done["outcome"] == "declined"
    assert done["citations"] == []
    assert done["text"]
    assert [outcome for _, outcome in turns_kept(bakery)] == ["declined"]


def test_a_question_of_20000_characters_is_refused_with_the_limit(client: httpx.Client, bakery: House) -> None:
    problem = assert_problem(client.post(TURNS, json={"text": f"{WORDS} " * 850}), 422)
    assert "8000" in problem["detail"]
    assert WORDS not in problem["detail"]
    assert turns_kept(bakery) == []


def test_the_longest_question_that_is_allowed_is_taken(client: httpx.Client, bakery: House) -> None:
    question = ("dough rests " * 700)[:8_000].strip()
    padded = f"  {question.ljust(8_000, 'x')}\x00\n"
    assert client.post(TURNS, json={"text": padded}).status_code == 200
    ((kept, _),) = turns_kept(bakery)
    assert len(kept) == 8_000


def test_a_nul_in_a_question_does_not_cut_it(client: httpx.Client, bakery: House) -> None:
    assert client.post(TURNS, json={"text": f"dough\x00 rests {WORDS}"}).status_code == 200
    assert [question for question, _ in turns_kept(bakery)] == [f"dough rests {WORDS}"]


def test_half_a_character_in_a_question_is_left_out(client: httpx.Client, bakery: House) -> None:
    body = f'{{"text": "dough \\ud83e rests {WORDS}\\udd56"}}'
    assert client.post(TURNS, content=body, headers=JSON).status_code == 200
    assert [question for question, _ in turns_kept(bakery)] == [f"dough  rests {WORDS}"]


@pytest.mark.parametrize("field", ["lesson", "conversation", "locale"])
def test_half_a_character_is_refused_without_being_repeated(client: httpx.Client, bakery: House, field: str) -> None:
    fields = {"text": '"dough"', field: f'"{WORDS} \\ud800"'}
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"
    response = client.post(TURNS, content=body, headers=JSON)
    problem = assert_problem(response, 422)
    assert problem["detail"].startswith(f"{field}: ")
    assert WORDS not in response.text
    assert turns_kept(bakery) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"text": {"words": WORDS}},
        {"text": [WORDS]},
        {"text": None, WORDS: 1},
        {WORDS: "dough"},
        {"text": "dough", "locale": WORDS},
        {"text": "dough", "conversation": WORDS.upper()},
        {"text": "dough", "lesson": WORDS * 20},
        {"text": "dough", "lesson": ""},
    ],
)
def test_a_field_that_cannot_be_accepted_is_named_without_its_value(
    client: httpx.Client, bakery: House, fields: dict[str, object]
) -> None:
    response = client.post(TURNS, json=fields)
    problem = assert_problem(response, 422)
    assert problem["detail"].partition(":")[0] in ("text", "locale", "conversation", "lesson")
    assert WORDS not in response.text
    assert turns_kept(bakery) == []


def test_what_looks_like_code_is_a_question_like_any_other(client: httpx.Client, bakery: House) -> None:
    for question in (
        "'; DROP TABLE turn; --",
        "<script>alert(1)</script> dough",
        "{{ 7*7 }} dough",
        "%s%n dough",
        "OR AND",
    ):
        assert client.post(TURNS, json={"text": question}).status_code == 200
    assert len(turns_kept(bakery)) == 5


def test_a_stream_of_a_question_without_words_declines(client: httpx.Client) -> None:
    events = events_of(client.post(TURNS, json={"text": "🥖"}, headers=STREAMED).content)
    assert events[-1].name == "done"
    assert events[-1].data["outcome"] == "declined"


def test_answering_leaves_ids_and_counts_in_the_log(client: httpx.Client, logs: pytest.LogCaptureFixture) -> None:
    done = client.post(TURNS, json={"text": f"How long does the dough rest, {WORDS}?"}).json()
    assert f"turn.answered turn={done['turn']} outcome={done['outcome']}" in logs.text
