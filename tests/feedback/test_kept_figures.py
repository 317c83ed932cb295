"""What is kept of figures is what counting anew gives, until a theme's items change or the day is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedback.figures import ProductFigures, figures_of
from feedback.kept_figures import keep_figures
from feedback.settings import choose_settings
from tests.feedback.saying import COURSE, Sayings

WORDS = (
    "I do not understand the join",
    "The join is not explained",
    "Why is there a join",
    "What is a join",
    "No join",
)


@pytest.fixture
def course(sayings: Sayings) -> Sayings:
    with sayings.at_once():
        for theme in ("t-join", "t-loop", "t-few"):
            sayings.theme(theme, terms=["join"])
        sayings.say_all(WORDS, "t-join", days_ago=1)
        sayings.say_all(WORDS, "t-loop", days_ago=40, score=-1.0)
        sayings.say_all(WORDS[:2], "t-few", days_ago=2)
    return sayings


def _figures(course: Sayings, days: int = 0) -> ProductFigures:
    with course.database.read() as session:
        return figures_of(session, COURSE, since=course.ago(days) if days else None, now=course.clock())


def _anew(course: Sayings, days: int = 0) -> ProductFigures:
    now = course.clock()
    with course.database.read() as session:
        return figures_of(session, COURSE, since=course.ago(days) if days else None, until=now, now=now)


def test_what_is_kept_is_what_counting_gives(course: Sayings) -> None:
    assert keep_figures(course.database, COURSE, now=course.clock()) == 3
    for days in (0, 7, 28, 91, 3):
        assert _figures(course, days) == _anew(course, days)
    assert keep_figures(course.database, COURSE, now=course.clock()) == 0


def test_a_window_that_begins_at_a_named_moment_is_counted_anew(course: Sayings) -> None:
    keep_figures(course.database, COURSE, now=course.clock())
    with course.database.read() as session:
        since = course.ago(2) + timedelta(hours=15)
        assert [theme.id for theme in figures_of(session, COURSE, since=since, now=course.clock()).themes] == ["t-join"]
        since = course.ago(1) + timedelta(seconds=1)
        assert figures_of(session, COURSE, since=since, now=course.clock()).themes == ()


def test_a_theme_whose_items_changed_is_counted_at_once(course: Sayings) -> None:
    keep_figures(course.database, COURSE, now=course.clock())
    course.say("I am new and do not understand the join", "a-new", "t-join")
    assert {theme.id: theme.learners for theme in _figures(course).themes} == {"t-join": 6, "t-loop": 5}
    assert keep_figures(course.database, COURSE, now=course.clock()) == 1


def test_what_was_kept_on_another_day_or_for_another_floor_is_not_used(course: Sayings) -> None:
    keep_figures(course.database, COURSE, now=course.clock())
    with course.database.write() as session:
        choose_settings(session, COURSE, by="p-author", now=course.clock(), k=6)
    assert _figures(course).themes == ()
    course.clock.move(days=1)
    assert replace(_figures(course), themes=()) == replace(_anew(course), themes=())
    assert keep_figures(course.database, COURSE, now=course.clock()) == 3
