"""Weeks are laid out so that nothing is lost, nothing comes too early, and more time is never worse."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.plan import Plan, Step, in_order, lay_out


@st.composite
def courses(draw: st.DrawFn) -> list[Step]:
    """Lessons that require some of the others, in no circle; the author's order knows nothing of it."""
    count = draw(st.integers(1, 12))
    names = [f"lesson-{number}" for number in range(count)]
    apart = draw(st.permutations(names))
    likes = st.none() | st.floats(-1, 1)
    return [
        Step(
            name,
            draw(st.integers(1, 200)),
            frozenset(draw(st.sets(st.sampled_from(apart[: apart.index(name)] or [name])))) - {name},
            draw(likes),
        )
        for name in names
    ]


MINUTES = st.integers(30, 600)
DAYS = st.none() | st.integers(0, 200)


def lessons_of(plan: Plan) -> list[str]:
    return list(dict.fromkeys(share.lesson for week in plan.weeks for share in week.shares))


@settings(max_examples=60, deadline=None)
@given(courses(), MINUTES, DAYS)
def test_every_lesson_is_planned_once_and_whole(course: list[Step], minutes: int, days: int | None) -> None:
    plan = lay_out(course, minutes_a_week=minutes, days_left=days)
    planned: dict[str, int] = {}
    for week in plan.weeks:
        for share in week.shares:
            planned[share.lesson] = planned.get(share.lesson, 0) + share.minutes
    assert planned == {step.lesson: step.minutes for step in course}
    for step in course:
        parts = [(week.number, s.part, s.of) for week in plan.weeks for s in week.shares if s.lesson == step.lesson]
        first = parts[0][0]
        assert parts == [(first + number, number + 1, len(parts)) for number in range(len(parts))]


@settings(max_examples=60, deadline=None)
@given(courses(), MINUTES, DAYS)
def test_no_week_takes_more_than_it_gives_and_none_is_empty(course: list[Step], minutes: int, days: int | None) -> None:
    plan = lay_out(course, minutes_a_week=minutes, days_left=days)
    assert [week.number for week in plan.weeks] == list(range(1, len(plan.weeks) + 1))
    assert all(0 < week.minutes <= minutes for week in plan.weeks)


@settings(max_examples=60, deadline=None)
@given(courses(), MINUTES, DAYS)
def test_what_is_required_comes_before_what_requires_it(course: list[Step], minutes: int, days: int | None) -> None:
    order = lessons_of(lay_out(course, minutes_a_week=minutes, days_left=days))
    for step in course:
        assert all(order.index(required) < order.index(step.lesson) for required in step.requires)


@settings(max_examples=60, deadline=None)
@given(courses(), MINUTES, MINUTES)
def test_more_hours_never_end_later(course: list[Step], one: int, other: int) -> None:
    fewer, more = (lay_out(course, minutes_a_week=minutes) for minutes in sorted((one, other)))
    assert more.days <= fewer.days


@settings(max_examples=60, deadline=None)
@given(courses(), MINUTES, st.integers(1, 60))
def test_a_deadline_that_can_be_met_is_met_and_so_it_is_with_more_hours(
    course: list[Step], minutes: int, days: int
) -> None:
    if lay_out(course, minutes_a_week=minutes).days <= days:
        assert lay_out(course, minutes_a_week=minutes, days_left=days).is_met
        assert lay_out(course, minutes_a_week=minutes + 30, days_left=days).is_met


@settings(max_examples=60, deadline=None)
@given(courses(), MINUTES, st.integers(0, 60))
def test_what_is_said_of_a_deadline_is_so(course: list[Step], minutes: int, days: int) -> None:
    plan = lay_out(course, minutes_a_week=minutes, days_left=days)
    if plan.is_met:
        assert plan.days <= days
        return
    assert plan.days > days
    if plan.minutes_needed is not None:
        assert plan.minutes_needed > minutes
        assert lay_out(course, minutes_a_week=plan.minutes_needed, days_left=days).is_met
    # What is done in time is whole: nothing of it waits for something after the deadline.
    in_time = set(lessons_of(plan)) - set(plan.after)
    assert all(step.requires <= in_time for step in course if step.lesson in in_time)


def test_without_requirements_the_authors_order_stays() -> None:
    course = [Step(name, 10) for name in "dbca"]
    assert [step.lesson for step in in_order(course)] == list("dbca")


def test_a_lesson_waits_for_a_later_one_it_requires() -> None:
    course = [Step("a", 10, frozenset({"c"})), Step("b", 10), Step("c", 10), Step("d", 10)]
    assert [step.lesson for step in in_order(course)] == ["b", "c", "a", "d"]


def test_requirements_in_a_circle_or_of_unknown_lessons_lose_no_lesson() -> None:
    course = [Step("a", 10, frozenset({"b"})), Step("b", 10, frozenset({"a", "elsewhere"})), Step("c", 10)]
    assert sorted(step.lesson for step in in_order(course)) == ["a", "b", "c"]


def test_what_serves_the_goal_comes_first_with_all_it_requires_where_time_is_short() -> None:
    course = [
        Step("first", 60, likeness=0.1),
        Step("aside", 60, likeness=0.2),
        Step("ground", 60, likeness=0.1),
        Step("goal", 60, frozenset({"ground"}), likeness=0.9),
    ]
    plan = lay_out(course, minutes_a_week=60, days_left=14)
    assert lessons_of(plan) == ["ground", "goal", "first", "aside"]
    assert plan.after == ("first", "aside")
    assert plan.minutes_needed == 120


def test_a_lesson_longer_than_a_week_is_shared_among_weeks() -> None:
    plan = lay_out([Step("short", 20), Step("long", 70), Step("last", 20)], minutes_a_week=30)
    told = [[(share.lesson, share.minutes, share.part, share.of) for share in week.shares] for week in plan.weeks]
    assert told == [
        [("short", 20, 1, 1)],
        [("long", 30, 1, 3)],
        [("long", 30, 2, 3)],
        [("long", 10, 3, 3), ("last", 20, 1, 1)],
    ]


def test_days_count_from_the_first_to_the_last() -> None:
    assert lay_out([Step("a", 60), Step("b", 60)], minutes_a_week=60).days == 14
