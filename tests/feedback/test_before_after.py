"""The difference at a place: who is compared with whom, what is taken for drift and for luck, and how sure it is."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from feedback.before_after import Difference, compare
from feedback.cohorts import WINDOW, Period, cohorts_at, troubled_before
from feedback.course_log import CourseLog, Trouble, TroubleKind
from feedback.luck import NO_LUCK, Usual, luck_of, usual_rates
from tests.feedback.cohorts_made import RELEASED, course_log, moment

PERIOD = Period(moment(-180), RELEASED, moment(200))
OTHERS = {f"other-{n}": (0.1, 0.1) for n in range(4)}


def _difference(
    rates: Mapping[str, tuple[float, float]], *, usual: Usual | None = None, before: int = 200, after: int = 200
) -> Difference:
    log = course_log(rates, before=before, after=after)
    others = [cohorts_at(log, lesson, None, period=PERIOD) for lesson in rates if lesson != "here"]
    found = compare(cohorts_at(log, "here", None, period=PERIOD), others, usual)
    assert found is not None
    return found


def test_less_trouble_after_is_a_negative_difference_with_its_error() -> None:
    found = _difference({"here": (0.3, 0.2)})
    assert found.value == pytest.approx(-0.1, abs=0.001)
    # Two shares of 200: the root of 0.3 × 0.7 / 200 + 0.2 × 0.8 / 200.
    assert found.error == pytest.approx(0.043, abs=0.008)


def test_what_changed_everywhere_is_no_effect() -> None:
    everywhere = _difference({"here": (0.3, 0.2), **{f"other-{n}": (0.3, 0.2) for n in range(4)}})
    assert everywhere.value == pytest.approx(0.0, abs=0.01)
    assert everywhere.drift.odds_ratio < 0.7
    assert _difference({"here": (0.3, 0.2), **OTHERS}).value == pytest.approx(-0.1, abs=0.01)


def test_places_that_drift_apart_make_it_less_sure() -> None:
    apart = {f"other-{n}": rates for n, rates in enumerate([(0.1, 0.3), (0.3, 0.1), (0.2, 0.2), (0.15, 0.3)])}
    assert _difference({"here": (0.3, 0.2), **apart}).error > 1.5 * _difference({"here": (0.3, 0.2), **OTHERS}).error


def test_a_place_where_hardly_anybody_had_trouble_says_nothing_of_drift() -> None:
    found = _difference({"here": (0.3, 0.2), "quiet": (0.005, 0.015)})
    assert (found.drift.places, found.drift.odds_ratio) == (0, 1.0)


def test_nobody_left_with_trouble_is_still_not_certain() -> None:
    found = _difference({"here": (0.1, 0.0)}, before=40, after=40)
    assert found.value == pytest.approx(-0.1)
    assert found.error > 0.02


def test_learners_are_compared_with_their_like() -> None:
    """More who are new to the course come after; new ones always have more trouble, and nothing changed for them."""
    visits, troubles, begun = {}, [], {}
    for side, new_ones, first in (("before", 50, -100.0), ("after", 150, 1.0)):
        for k in range(200):
            name, at = f"{side}-{k}", moment(first + 80 * k / 200)
            is_new = k < new_ones
            visits[name] = at
            begun[name] = [at] if is_new else [at - timedelta(days=3), at]
            had_trouble = k % 2 == 0 if is_new else k % 10 == 0
            if had_trouble:
                troubles.append(Trouble(TroubleKind.STUCK, name, None, at))
    log = CourseLog({"here": visits}, {"here": troubles}, {}, begun)
    found = compare(cohorts_at(log, "here", None, period=PERIOD), [], None)
    assert found is not None
    assert sum(t.learner.startswith("after") for t in troubles) > 1.5 * sum("before" in t.learner for t in troubles)
    assert found.value == pytest.approx(0.0, abs=0.01)


def test_who_is_like_nobody_is_compared_with_nobody() -> None:
    log = course_log({"here": (0.3, 0.2)}, before=0)
    assert compare(cohorts_at(log, "here", None, period=PERIOD), [], None) is None


def test_who_may_have_seen_both_is_left_out_and_trouble_counts_for_a_week() -> None:
    visits = {"early": moment(-30), "both": moment(-3), "late": moment(2)}
    troubles = [
        Trouble(TroubleKind.STUCK, "early", None, moment(-30) + WINDOW),
        Trouble(TroubleKind.GAP, "late", None, moment(2) + WINDOW + timedelta(minutes=1)),
        Trouble(TroubleKind.GAP, "both", None, moment(-3)),
    ]
    log = CourseLog({"here": visits}, {"here": troubles}, {}, {})
    found = cohorts_at(log, "here", None, period=PERIOD)
    assert found.came == (visits["early"], visits["late"])
    assert found.troubled.tolist() == [True, False]
    assert troubled_before(log, "here", period=PERIOD).troubled == 1


def test_a_section_has_its_own_trouble_and_that_of_nobody_knows_where() -> None:
    visits = {name: moment(-30) for name in "abc"}
    troubles = [
        Trouble(TroubleKind.STUCK, name, anchor, moment(-29))
        for name, anchor in (("a", "how"), ("b", "why"), ("c", None))
    ]
    log = CourseLog({"here": visits}, {"here": troubles}, {}, {})
    assert cohorts_at(log, "here", ["how"], period=PERIOD).troubled.tolist() == [True, False, True]
    before = troubled_before(log, "here", period=PERIOD)
    assert (before.learners, before.troubled, before.by_section) == (3, 3, {"how": 2, "why": 2})


def test_what_stands_out_among_its_like_is_luck_and_what_is_plainly_unlike_them_is_not() -> None:
    usual = usual_rates([(200, n) for n in (22, 26, 28, 30, 30, 31, 33, 34, 36, 40)])
    assert usual is not None
    assert luck_of(0.2, 200, usual).share > 0.7
    assert luck_of(0.5, 200, usual).share < 0.05
    assert luck_of(0.1, 200, usual) == NO_LUCK
    assert luck_of(0.2, 200, None) == NO_LUCK


def test_luck_takes_its_part_of_an_improvement() -> None:
    usual = Usual(mean=0.15, variance=0.0002, places=12)
    lucky, plain = _difference({"here": (0.21, 0.15)}, usual=usual), _difference({"here": (0.21, 0.15)})
    assert plain.value < lucky.value < 0
    assert abs(lucky.value) < 0.3 * abs(plain.value)


def test_too_few_places_have_no_usual_rate() -> None:
    assert usual_rates([(100, 10)] * 4) is None
