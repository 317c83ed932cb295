"""The plan of an effect: how many learners it takes, and what it says where that cannot be had."""

from datetime import timedelta

import pytest

from feedback.cohorts import Period
from feedback.effect_plan import DROP, LEAST, drop_found, needs_of, plan_effect
from tests.feedback.cohorts_made import RELEASED, course_log, moment

_FROM_SURE_TO_UNSURE = ((400, 100, 1_000), (400, 100, 200), (60, 24, 2_000), (20, 1, 40))
PERIOD = Period(moment(-180), RELEASED, RELEASED)


def test_more_trouble_and_fewer_learners_before_take_more_learners_after() -> None:
    needed = [needs_of(400, troubled).learners or 10_000 for troubled in (40, 60, 80, 100)]
    assert needed == sorted(needed)
    assert (needs_of(250, 50).learners or 10_000) > (needs_of(500, 100).learners or 0)


def test_where_no_number_of_learners_would_do_the_plan_says_what_it_finds_instead() -> None:
    assert needs_of(60, 24).learners is None
    found = [drop_found(before, troubled, after) for before, troubled, after in _FROM_SURE_TO_UNSURE]
    assert found[:3] == sorted(share for share in found[:3] if share is not None)
    assert (found[2] or 0) > DROP
    assert found[3] is None


def test_a_share_below_ten_points_can_only_be_mended_whole() -> None:
    assert needs_of(400, 24).drop == pytest.approx(0.06)
    assert needs_of(400, 0).learners is None


def test_a_plan_names_its_looks_and_what_was_there_before() -> None:
    rates = {"here": (0.2, 0.2), **{f"other-{n}": (0.1, 0.1) for n in range(12)}}
    plan = plan_effect(course_log(rates, before=400, after=0, anchor="how"), "here", ["how"], period=PERIOD)
    assert plan["before"] == {"learners": 400, "troubled": 80}
    assert plan["looks"][-1] == plan["needed"]
    assert plan["looks"] == sorted(plan["looks"])
    assert plan["finds"] == pytest.approx(DROP, abs=0.005)
    assert plan["usual"]["places"] == 13
    assert plan["until"] == (RELEASED + timedelta(days=180)).isoformat()


@pytest.mark.parametrize(("before", "rate"), [(LEAST - 1, 0.5), (200, 0.0)])
def test_where_nothing_can_be_compared_no_look_is_planned(before: int, rate: float) -> None:
    plan = plan_effect(course_log({"here": (rate, 0.0)}, before=before, after=0), "here", None, period=PERIOD)
    assert (plan["looks"], plan["finds"]) == ([], None)
