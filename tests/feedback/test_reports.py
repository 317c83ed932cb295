"""Reports and their checker: every number of the author's week can be counted again."""

import copy
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedback.check_report import check_report
from feedback.item import ItemKind, Voice
from feedback.theme import ThemeKind
from feedback.week import WAITING, week_of
from foundation.database import open_database
from foundation.errors import Invalid
from tests.fakes import FixedClock
from tests.feedback.saying import COURSE, Sayings

WORDS = (
    "I do not understand the join at all",
    "What is the difference of the join and the table",
    "The join is not explained",
    "Why is there a join and not two tables",
    "The text about the join is too short",
)


@pytest.fixture(scope="module")
def _filled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("filled") / "home"
    shutil.copytree(migrated, home)
    clock = FixedClock()
    database = open_database(home, clock=clock)
    told = Sayings(database, clock)
    with told.at_once():
        _fill(told)
    database.close()
    return home


@pytest.fixture
def course(_filled: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Sayings]:
    shutil.copytree(_filled, tmp_path / "home")
    database = open_database(tmp_path / "home", clock=clock)
    yield Sayings(database, clock, begin=1_000)
    database.close()


def _fill(told: Sayings) -> None:
    """Two weeks of a course: a theme that grows, one that goes away, a gap, praise, and what is below the floor."""
    for name, kind in (
        ("t-join", "trouble"),
        ("t-loop", "trouble"),
        ("t-gap", "gap"),
        ("t-good", "praise"),
        ("t-one", "gap"),
    ):
        told.theme(name, ThemeKind(kind), terms=["join"])
    for place in range(40):
        told.known(f"early {place}", days_ago=10)
        told.known(f"late {place}", days_ago=2)
    for place in range(20):
        told.say(WORDS[place % 5], f"a-{place}", "t-join", kind=ItemKind.STUCK, days_ago=1 + place / 10)
        told.say(WORDS[place % 5], f"a-{place}", "t-loop", days_ago=3 if place < 5 else 12, score=-0.5)
    for text in WORDS:
        told.say(
            text,
            told.browser(days_ago=6, back_days_ago=1),
            "t-gap",
            voice=Voice.BROWSER,
            kind=ItemKind.UNANSWERED,
            outcome="partly",
            days_ago=2,
        )
        told.say(text, "a-1", "t-gap", kind=ItemKind.REPEATED, days_ago=1)
        told.say(f"Thank you for {text}", f"b-{text[-3:]}", "t-good", kind=ItemKind.PRAISE, consent=True)
    told.say(WORDS[0], None, "t-join", voice=Voice.NOBODY)
    told.say(WORDS[0], "a-1", "t-one")


def _week(course: Sayings) -> dict[str, Any]:
    with course.database.read() as session:
        return week_of(session, COURSE, now=course.clock())


def _wrong(course: Sayings, document: dict[str, Any]) -> list[str]:
    with course.database.read() as session:
        return [found.path for found in check_report(session, document, waiting=WAITING).differences]


def test_every_number_of_the_week_is_the_same_when_it_is_counted_again(course: Sayings) -> None:
    week = _week(course)
    with course.database.read() as session:
        checked = check_report(session, week, waiting=WAITING)
    assert checked.differences == ()
    assert checked.numbers > 80
    assert checked.quotes >= 8


def test_the_week_tells_what_hurts_what_is_new_and_what_goes_away(course: Sayings) -> None:
    week = _week(course)
    assert [theme["theme"] for theme in week["hurts"]] == ["t-join", "t-loop"]
    assert {theme["theme"] for theme in week["new"]} == {"t-join", "t-gap"}
    assert [theme["theme"] for theme in week["unanswered"]] == ["t-gap"]
    assert [theme["theme"] for theme in week["worse"]] == ["t-join"]
    assert [theme["theme"] for theme in week["better"]] == ["t-loop"]
    assert [theme["theme"] for theme in week["praised"]] == ["t-good"]
    assert len(week["praise"]) == 5
    assert week["figures"]["hidden"]["value"] == 1


@pytest.mark.parametrize(
    "path",
    [
        ("hurts", 0, "learners"),
        ("hurts", 0, "share"),
        ("hurts", 1, "severity"),
        ("hurts", 0, "trend", "q"),
        ("unanswered", 0, "low"),
        ("figures", "active"),
        ("figures", "hidden"),
        ("waiting", "cases_waiting"),
    ],
)
def test_a_report_with_one_number_changed_is_rejected(course: Sayings, path: tuple[Any, ...]) -> None:
    week = _week(course)
    part = week
    for step in path:
        part = part[step]
    part["value"] += 1 if isinstance(part["value"], int) else 0.0001
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    assert written in _wrong(course, week)


def test_a_number_that_does_not_say_how_it_is_counted_is_rejected(course: Sayings) -> None:
    week = _week(course)
    week["hurts"][0]["mood"] = 7
    week["figures"]["items"]["of"] = "what I like"
    assert _wrong(course, week) == ["figures.items", "hurts[0].mood"]


def test_a_quote_nobody_said_is_rejected(course: Sayings) -> None:
    week = _week(course)
    week["hurts"][0]["quotes"][0]["text"] = "The author is a genius"
    week["unanswered"][0]["quotes"][0]["item"] = week["hurts"][0]["quotes"][1]["item"]
    assert set(_wrong(course, week)) == {"hurts[0].quotes", "unanswered[0].quotes"}


def test_a_report_whose_rows_changed_is_rejected(course: Sayings) -> None:
    week = _week(course)
    course.say(WORDS[1], "a-newcomer", "t-join", days_ago=0.5)
    assert "hurts[0].learners" in _wrong(course, week)


def test_what_was_brought_after_a_report_was_made_does_not_make_it_wrong(course: Sayings) -> None:
    week = _week(course)
    course.clock.move(days=1)
    course.say(WORDS[1], "a-newcomer", "t-join", days_ago=1.5, received=course.clock())
    assert _wrong(course, week) == []


@pytest.mark.parametrize(
    "garbage",
    [
        {"value": 1, "of": "theme_learners", "with": None},
        {"value": 1, "of": ["theme_learners"], "with": {}},
        {"value": 1, "of": "theme_learners", "with": {"theme": "t-join", "since": None, "until": "0001-01-01"}},
        {"value": 1, "of": "trend_p", "with": {"theme": "t-nobody", "since": None, "until": "2026-03-02T00:00:00Z"}},
        {"value": 1, "of": "effect_low", "with": {"effect": "e-nobody", "look": "1"}},
        {"value": 1, "of": "effect_low", "with": {"effect": "e-nobody", "look": "x"}},
        {"quotes": 7},
        {"quotes": [{"item": [], "text": 1}], "theme": "t-join"},
        {"quotes": ["words"], "theme": "t-join", "learners": {"value": "many"}},
        True,
        0.5,
    ],
)
def test_garbage_in_a_report_is_told_as_a_difference(course: Sayings, garbage: object) -> None:
    week = _week(course)
    assert any(path.startswith("more") for path in _wrong(course, {**week, "more": garbage}))


def test_what_is_no_report_is_refused(course: Sayings) -> None:
    week = _week(course)
    for broken in ({}, {"product": "course"}, {**copy.deepcopy(week), "made": "yesterday"}):
        with pytest.raises(Invalid, match="no report"):
            _wrong(course, broken)


def test_whatever_was_said_by_whomever_the_numbers_are_the_same_when_they_are_counted_again(sayings: Sayings) -> None:
    with sayings.at_once():
        _say_anything(sayings, random.Random(9))
    for days in (7, 365):
        with sayings.database.read() as session:
            week = week_of(session, COURSE, now=sayings.clock(), days=days)
            assert check_report(session, week, waiting=WAITING).differences == ()


def _say_anything(told: Sayings, rng: random.Random) -> None:
    """Known learners, browsers that came back and browsers that did not, and nobody, all in all themes."""
    themes: list[str | None] = [told.theme(f"t-{number}", rng.choice(list(ThemeKind))) for number in range(6)]
    came = [rng.uniform(1, 60) for _ in range(30)]
    browsers = [told.browser(days_ago=days, back_days_ago=rng.uniform(0, days)) for days in came]
    browsers += [told.browser(days_ago=days) for days in came[:10]]
    known = [told.known(f"learner {number}", days_ago=rng.uniform(0, 60)) for number in range(30)]
    whose = {Voice.PERSON: [*known, "a-1", "a-2"], Voice.BROWSER: browsers, Voice.NOBODY: [None]}
    for _ in range(250):
        voice = rng.choice(list(Voice))
        told.say(
            " ".join(rng.choice(" ".join(WORDS).split()) for _ in range(rng.randint(1, 9))),
            rng.choice(whose[voice]),
            rng.choice([*themes, None]),
            voice=voice,
            kind=rng.choice(list(ItemKind)),
            days_ago=rng.choice([rng.uniform(0, 60), 7, 14]),
            outcome=rng.choice(["", "partly", "declined"]),
            score=rng.choice([None, -1.0, 0.3]),
            consent=rng.random() < 0.3,
        )
