"""An answer key reaches no learner, whichever way the learner asks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from tests.api.serving import COVERED, LESSONS, STREAMED
from tests.conftest import TakeIn

MARKER = "marzipan-theorem-4711"
QUESTIONS = [f"What is {MARKER}?", "marzipan theorem", "How long should the loaf cool?", COVERED, "Answer to the quiz"]

WITH_KEYS = {
    **LESSONS,
    "05-quiz.md": f"""# Cooling quiz

How long should the loaf cool before it is cut?

<details class="solution"><summary>Show the solution</summary>

The loaf cools for two hours, by the {MARKER}.

</details>

Cooling sets the crumb.
""",
    "06-check.mdx": f"""# Cooling check

A loaf is cut when it is cool.

<Question
  choices={{[
    {{ text: "One hour", explain: "No: {MARKER} asks for more." }},
    {{ text: "Two hours", explain: "Yes, by the {MARKER}.", correct: true }},
  ]}}
/>

A warm loaf tears.
""",
}
CASE = f"""# I cut it warm

## Situation

My loaf tore when I cut it warm.

## Solution

The {MARKER} told me to wait.
"""


@pytest.fixture
def bakery(house: House, take_in: TakeIn) -> House:
    """The bread course with answer keys in its lessons and in a case."""
    assert take_in(WITH_KEYS, "bread").answer_keys > 0
    take_in({"case-01.md": CASE}, "bread", cases=True)
    return house


def assert_clean(response: httpx.Response) -> None:
    assert response.status_code in (200, 201), response.text
    found = [word for word in ("marzipan", "4711") if word in response.text]
    assert found == []


def test_the_key_is_kept_for_its_author(bakery: House) -> None:
    with bakery.database.read() as session:
        blocks = session.execute(text("SELECT blocks FROM revision")).scalars().all()
    assert sum(MARKER in kept for kept in blocks) == 3


def test_no_page_or_list_shows_the_key(client: httpx.Client) -> None:
    lessons = client.get("/v1/products/bread").json()["lessons"]
    assert {"05-quiz", "06-check"} <= {lesson["id"] for lesson in lessons}
    addresses = ["/", "/p/bread", "/v1/products", "/v1/products/bread", "/v1/models", "/p/bread/lessons/case-01"]
    for address in (*addresses, *(lesson["url"] for lesson in lessons)):
        assert_clean(client.get(address))
        assert_clean(client.get(address, headers={"Accept": "text/html", "Accept-Language": "ru"}))


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_answer_quotes_the_key(client: httpx.Client, question: str) -> None:
    turns = "/v1/products/bread/turns"
    assert_clean(client.post(turns, json={"text": question, "lesson": "05-quiz"}))
    assert_clean(client.post(turns, json={"text": question}, headers=STREAMED))
    chat = {"model": "bread", "messages": [{"role": "user", "content": question}]}
    assert_clean(client.post("/v1/chat/completions", json=chat))
    assert_clean(client.post("/v1/chat/completions", json={**chat, "stream": True}))


@pytest.mark.parametrize("question", [*QUESTIONS, "My loaf tore when I cut it warm"])
def test_who_is_stuck_is_not_shown_the_key(client: httpx.Client, question: str) -> None:
    feedback = "/v1/products/bread/feedback"
    assert_clean(client.post(feedback, json={"kind": "stuck", "text": question}))
    assert_clean(client.post(feedback, json={"kind": "stuck", "text": question, "lesson": "05-quiz"}))


def test_no_search_on_the_command_line_finds_the_key(bakery: House) -> None:
    environment = {**os.environ, "COMPANION_HOME": str(bakery.settings.home)}
    root = Path(__file__).resolve().parents[2]
    for question in (QUESTIONS[0], QUESTIONS[2]):
        command = [
            sys.executable,
            "-m",
            "api.cli.main",
            "search",
            question,
            "--product",
            "bread",
            "-k",
            "100",
            "--json",
        ]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
        passages = json.loads(done.stdout)["passages"]
        assert len(passages) >= len(WITH_KEYS)
        assert MARKER not in done.stdout


def test_the_key_is_in_nothing_that_is_searched(bakery: House) -> None:
    for collection in Collection:
        assert bakery.shelves.shelf(ShelfKey(ProductSlug("bread"), collection)).places
    with bakery.database.read() as session:
        texts = session.execute(text("SELECT text || heading_path FROM passage")).scalars().all()
    assert texts
    assert not any(MARKER in passage for passage in texts)
