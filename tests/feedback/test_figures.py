"""What is counted of themes: whose voices count, what is shown of them, and how much it hurts."""

import pytest

from feedback.figures import ProductFigures, figures_of
from feedback.item import ItemKind, Voice
from feedback.settings import choose_settings
from feedback.trend import Direction
from tests.feedback.saying import COURSE, Sayings

JOINS = (
    "I do not understand the join at all",
    "What is the difference of the join and the table",
    "The join is not explained",
    "Why is there a join and not two tables",
    "The text about the join is too short",
)


@pytest.fixture
def course(sayings: Sayings) -> Sayings:
    sayings.theme()
    return sayings


def _figures(course: Sayings, **window: object) -> ProductFigures:
    with course.database.read() as session:
        return figures_of(session, COURSE, now=course.clock(), **window)  # type: ignore[arg-type]


def test_a_theme_of_as_many_learners_as_the_floor_is_shown_with_its_figures(course: Sayings) -> None:
    items = course.say_all(JOINS)
    for name in "abcde":
        course.known(name, days_ago=3)
    figures = _figures(course)
    theme = figures.themes[0]
    assert (theme.id, theme.learners, theme.active, theme.share) == ("t-joins", 5, 10, 0.5)
    assert theme.interval == (0.2366, 0.7634)
    assert theme.items == tuple(items)
    assert theme.severity == pytest.approx(100 * 5 * 0.5 / 10)
    assert (figures.hidden, figures.items, figures.active) == (0, 5, 10)


def test_a_theme_of_fewer_learners_is_only_counted(course: Sayings) -> None:
    course.say_all(JOINS[:4])
    figures = _figures(course)
    assert (figures.themes, figures.hidden) == ((), 1)


def test_fifty_messages_of_one_learner_of_nobody_or_of_fresh_browsers_make_no_theme(course: Sayings) -> None:
    with course.at_once():
        for place in range(50):
            course.say(f"{JOINS[place % 5]} {place}", "a-troll")
            course.say(f"{JOINS[place % 5]} {place}", None, voice=Voice.NOBODY)
        for place in range(10):
            course.say(f"{JOINS[place % 5]} {place}", course.browser(days_ago=0.1), voice=Voice.BROWSER)
    assert _figures(course).themes == ()


def test_copies_from_browsers_that_came_back_count_once(course: Sayings) -> None:
    for _ in range(6):
        course.say("The join is BAD", course.browser(days_ago=3, back_days_ago=1), voice=Voice.BROWSER)
    assert _figures(course).themes == ()


def test_browsers_that_came_back_count(course: Sayings) -> None:
    for text in JOINS:
        course.say(text, course.browser(days_ago=3, back_days_ago=1), voice=Voice.BROWSER)
    theme = _figures(course).themes[0]
    assert (theme.learners, theme.active) == (5, 5)


def test_browsers_around_one_known_learner_do_not_draw_out_their_words(course: Sayings) -> None:
    for text in JOINS:
        course.say(text, course.browser(days_ago=3, back_days_ago=1), voice=Voice.BROWSER)
    secret = course.say("I do not understand the join because the text is too short", "a-known")
    theme = _figures(course).themes[0]
    assert theme.learners == 6
    assert secret not in [quote.item for quote in theme.quotes]


def test_quotes_are_of_different_learners_and_stand_in_their_items(course: Sayings) -> None:
    items = dict(zip(course.say_all(JOINS), JOINS, strict=True))
    for text in JOINS:
        course.say(f"{text} and why", "a-0")
    quotes = _figures(course).themes[0].quotes
    assert len(quotes) == 3
    assert all(quote.text in items[quote.item] for quote in quotes if quote.item in items)
    assert len({quote.item for quote in quotes}) == 3


def test_a_word_only_one_learner_uses_is_in_no_quote(course: Sayings) -> None:
    course.say_all([f"{text} zqvex{place} is my nickname here" for place, text in enumerate(JOINS)])
    shown = " ".join(quote.text for quote in _figures(course).themes[0].quotes)
    assert "join" in shown
    assert "zqvex" not in shown


def test_one_learner_counts_with_three_items_and_the_worst_they_said(course: Sayings) -> None:
    with course.at_once():
        course.say_all(JOINS)
        for _ in range(20):
            course.say("I am stuck with the join", "a-0", kind=ItemKind.STUCK)
    theme = _figures(course).themes[0]
    assert (theme.learners, len(theme.items)) == (5, 7)
    assert theme.severity == pytest.approx(100 * (4 * 0.5 + 1.0) / 5)


def test_what_everybody_says_lately_is_a_trend_and_what_two_more_say_is_none(course: Sayings) -> None:
    with course.at_once():
        course.theme("t-loops")
        for place in range(30):
            course.known(f"learner {place}", days_ago=40)
            course.known(f"later learner {place}", days_ago=2)
        for place in range(12):
            course.say(JOINS[place % 5], f"a-{place}", days_ago=1)
        for place in range(12):
            course.say(JOINS[place % 5], f"a-{place}", "t-loops", days_ago=40 if place < 5 else 1)
    trends = {theme.id: theme.trend for theme in _figures(course).themes}
    assert (trends["t-joins"].direction, trends["t-joins"].before, trends["t-joins"].now) == (Direction.UP, 0, 12)
    assert trends["t-loops"].direction is Direction.STEADY
    assert (trends["t-loops"].before, trends["t-loops"].now) == (5, 7)


def test_of_a_course_nobody_was_in_before_no_trend_is_told(course: Sayings) -> None:
    course.say_all(JOINS)
    trend = _figures(course).themes[0].trend
    assert (trend.direction, trend.p, trend.q) == (Direction.UNKNOWN, None, None)


def test_a_window_counts_what_was_said_in_it_and_knows_what_is_new(course: Sayings) -> None:
    with course.at_once():
        course.say_all(JOINS, days_ago=20)
        course.say_all(JOINS, whose="b-", days_ago=1)
        course.theme("t-new")
        course.say_all(JOINS[:2], "t-new", days_ago=20)
        course.say_all(JOINS, "t-new", days_ago=1)
    week = _figures(course, since=course.ago(7))
    assert {theme.id: (theme.learners, theme.is_new) for theme in week.themes} == {
        "t-joins": (5, False),
        "t-new": (5, True),
    }
    assert _figures(course).themes[0].learners == 10
    assert _figures(course, since=course.ago(0.5)).themes == ()


def test_the_author_may_choose_the_floor(course: Sayings) -> None:
    course.say_all(JOINS[:3])
    with course.database.write() as session:
        choose_settings(session, COURSE, by="p-author", now=course.clock(), k=3)
    assert _figures(course).themes[0].learners == 3
