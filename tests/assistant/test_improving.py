"""What the author of a course is told of the loop, and nobody else is."""

from typing import Any

import pytest

from companion.wiring import House
from feedback.item import ItemKind
from feedback.theme import ThemeKind
from foundation.ids import PersonId
from learning.roles import Role
from tests.assistant.asking import ask
from tests.assistant.handing import staff
from tests.conftest import TakeIn
from tests.fakes import FixedClock
from tests.feedback.saying import Sayings

LESSONS = {
    "01-loops.md": "---\nblock: Week 1\n---\n# Loops\n\nA loop repeats its body while a condition holds.\n",
    "02-joins.md": "---\nblock: Week 2\n---\n# Joins\n\nA join pairs the rows of two tables by a key.\n",
}
TEXTS = (
    "the join loses rows",
    "a join loses my rows",
    "rows are lost by the join",
    "join loses rows again",
    "lost rows",
)


@pytest.fixture
def said(house: House, take_in: TakeIn, clock: FixedClock, unmeasured: None) -> Sayings:
    """Five learners were stuck in the lesson of week 2 and asked what it does not answer."""
    take_in(LESSONS, "course")
    sayings = Sayings(house.database, clock)
    for name, kind in (("t-joins", ThemeKind.TROUBLE), ("t-outer", ThemeKind.GAP)):
        sayings.theme(name, kind, lesson="02-joins", anchor="joins", label="join loses rows")
        sayings.say_all(TEXTS, name, kind=ItemKind.STUCK, lesson="02-joins")
    return sayings


def _ask(house: House, text: str, learner: PersonId | None, **more: Any) -> dict[str, Any]:
    return ask(house, text, "course", learner=learner, **more)


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("What are people stuck on in week 2?", "t-joins"),
        ("На чём застревают ученики на неделе 2?", "t-joins"),
        ("Which questions does the course not answer?", "t-outer"),
        ("На какие вопросы курс не отвечает?", "t-outer"),
    ],
)
def test_an_author_is_told_figures_that_lead_to_their_items(house: House, said: Sayings, text: str, theme: str) -> None:
    done = _ask(house, text, staff(house, Role.AUTHOR, product="course"))
    assert done["move"] == "improving"
    assert done["facts"]["themes"] == [theme]
    assert len(done["facts"]["items"]) == len(TEXTS)
    assert [link["url"] for link in done["nearest"]] == [f"/console/p/course/themes/{theme}"]
    assert "join loses rows (" in done["text"] or "join loses rows («" in done["text"]
    assert " 5" in done["text"]
    assert not any(f"a-{place}" in done["text"] for place in range(len(TEXTS)))


def test_another_week_has_no_such_trouble(house: House, said: Sayings) -> None:
    done = _ask(house, "What are people stuck on in week 1?", staff(house, Role.AUTHOR, product="course"))
    assert done["move"] == "improving"
    assert done["facts"] == {}
    assert "join" not in done["text"].lower()


@pytest.mark.parametrize("is_staff_elsewhere", [True, False])
def test_nobody_else_hears_of_it(house: House, said: Sayings, take_in: TakeIn, is_staff_elsewhere: bool) -> None:
    take_in({"01.md": "# Bread\n\nDough rests.\n"}, "another")
    other = staff(house, Role.AUTHOR, product="another") if is_staff_elsewhere else None
    done = _ask(house, "What are people stuck on in week 2?", other)
    assert done["move"] != "improving"
    assert "themes" not in done["facts"]


def test_without_a_draft_the_author_hears_why(house: House, said: Sayings) -> None:
    author = staff(house, Role.AUTHOR, product="course")
    done = _ask(house, "Draft a clearer paragraph for this", author, lesson="02-joins")
    assert done["move"] == "improving"
    assert "No change is drafted" in done["text"]
