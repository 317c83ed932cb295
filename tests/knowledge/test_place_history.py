"""Since when a section reads as it does, and what changed in a stretch of time."""

import pytest

from companion.wiring import House
from knowledge.place_history import anchors_of, changed_after, changed_lessons, standings_of, unchanged_since
from tests.conftest import TakeIn
from tests.fakes import FixedClock

pytestmark = pytest.mark.usefixtures("unmeasured")


def _one(first: str, how: str) -> str:
    return f"# One\n\n{first}\n\n## How\n\n{how}\n"


def test_a_section_has_a_history_of_its_own(house: House, take_in: TakeIn, clock: FixedClock) -> None:
    at = []
    for first, how in (("A.", "B."), ("A.", "C."), ("D.", "C."), ("D.", "B."), ("D.", "B."), ("E.", "B.")):
        take_in({"one.md": _one(first, how), "two.md": "# Two\n\nText.\n"})
        at.append(clock.now)
        clock.move(days=1)
    with house.database.read() as session:
        standings = standings_of(session, "course", "one")
        # The fifth changed nothing, and is no release.
        assert [standing.published for standing in standings] == [at[0], at[1], at[2], at[3], at[5]]
        assert unchanged_since(session, standings, anchors=["how"], release=4) == at[1]
        assert unchanged_since(session, standings, anchors=None, release=4) == at[2]
        assert unchanged_since(session, standings, anchors=["how"], release=2) is None
        assert unchanged_since(session, standings, anchors=["how"], release=1) is None
        assert changed_after(session, standings, anchors=["how"], release=2) == at[3]
        assert changed_after(session, standings, anchors=["how"], release=4) is None
        assert changed_after(session, standings, anchors=None, release=4) == at[5]
        assert changed_lessons(session, "course", since=at[0], until=at[4]) == {"one"}
        assert changed_lessons(session, "course", since=at[3], until=at[4]) == frozenset()
        assert standings[0].revision is not None
        assert anchors_of(session, standings[0].revision) == {"one", "how"}
        assert anchors_of(session, "nothing") == frozenset()


def test_a_lesson_that_came_or_went_changed(house: House, take_in: TakeIn, clock: FixedClock) -> None:
    take_in({"one.md": "# One\n\nText.\n"})
    first = clock.now
    clock.move(days=1)
    take_in({"two.md": "# Two\n\nText.\n"}, replace=True)
    with house.database.read() as session:
        assert changed_lessons(session, "course", since=first, until=clock.now) == {"one", "two"}
        assert [standing.revision is None for standing in standings_of(session, "course", "two")] == [True, False]
        assert changed_after(session, standings_of(session, "course", "one"), anchors=None, release=1) == clock.now
        assert standings_of(session, "course", "nothing")[0].revision is None
