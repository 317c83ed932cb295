"""Hints over HTTP: beside exercises of a lesson's page, as turns, and after "I'm stuck"."""

import re
from typing import Any

import httpx
import pytest

from companion.wiring import House
from tests.api.serving import serving
from tests.conftest import TakeIn

LESSON = """# Dough

Hydration is the weight of water divided by the weight of flour, as a share of the flour.

## Exercise: A wet dough

A baker takes 800 g of flour and 600 g of water. What is the hydration?

<details><summary>Solution</summary>

The hydration is 75 %, and that is a wet dough.

</details>
"""
WET = "dough/exercise-a-wet-dough"
HINTS = "/v1/products/course"


@pytest.fixture
def course(take_in: TakeIn, house: House) -> House:
    take_in({"dough.md": LESSON, "tea.md": "# Tea\n\nTea draws for two minutes at eighty degrees.\n"})
    return house


def posted(client: httpx.Client, path: str, **fields: Any) -> dict[str, Any]:
    response = client.post(f"{HINTS}/{path}", json=fields)
    assert response.is_success, response.text
    told: dict[str, Any] = response.json()
    return told


def test_beside_each_exercise_of_a_page_there_is_a_press_for_a_hint(course: House) -> None:
    with serving(course) as client:
        page = client.get("/p/course/lessons/dough", headers={"Accept": "text/html"}).text
        other = client.get("/p/course/lessons/tea", headers={"Accept": "text/html"}).text
    assert re.findall(r'data-companion="hint" data-block="([^"]*)"', page) == [WET]
    assert page.index("600 g of water") < page.index("data-block")
    assert "data-block" not in other
    assert "75" not in page


def test_a_press_is_a_turn_with_a_rung_and_offers(course: House) -> None:
    with serving(course) as client:
        first = posted(client, "turns", text="A hint", block=WET, want="hint")
        again = posted(client, "turns", text="A hint", block=WET, want="hint", conversation=first["conversation"])
    assert (first["move"], first["facts"]) == ("ladder", {"exercise": WET, "rung": 1})
    assert (again["facts"]["rung"], again["offers"]) == (2, ["hint", "person"])
    assert "75" not in first["text"] + again["text"]


def test_who_says_that_they_are_stuck_in_a_lesson_gets_the_same_hint(course: House) -> None:
    with serving(course) as client:
        said = posted(client, "feedback", kind="stuck", lesson="dough", text="I cannot get this dough right")
        nowhere = posted(client, "feedback", kind="stuck", text="I cannot get this dough right")
        rated = posted(client, "feedback", kind="comment", lesson="dough", text="Good")
    assert {"id", "kind", "nearest", "case", "hint"} <= said.keys()
    hint = said["hint"]
    assert (hint["rung"], hint["exercise"], hint["offers"]) == (1, WET, ["hint", "person"])
    assert hint["citations"][0]["lesson"] == "dough"
    assert "75" not in hint["text"]
    assert nowhere["hint"] is None
    assert rated["hint"] is None
