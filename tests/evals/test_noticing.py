"""A small sample of the cohorts the stuck score is measured on; the full count is in evals/baselines/noticing.json."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals import noticing
from evals.assumptions import Assumptions, Habit
from evals.cohorts import make_cohort, truly_stuck
from evals.fit_noticing import fit
from evals.noticing import measure_noticing
from learning.events import Verb

SEEDS = (40, 41, 42)
BASELINE = Path(noticing.__file__).parent / "baselines" / "noticing.json"


def test_a_seed_is_one_cohort_and_another_seed_another() -> None:
    assert make_cohort(7) == make_cohort(7)
    assert make_cohort(7) != make_cohort(8)


def test_cohorts_are_as_the_assumptions_say() -> None:
    learners = [learner for seed in SEEDS for learner in make_cohort(seed).learners]
    completed = sum(learner.finished is not None for learner in learners) / len(learners)
    assert 0.05 < completed < 0.3
    assert {learner.habit for learner in learners} == set(Habit)
    asked = {
        habit: [sum(event.verb is Verb.ASKED for event in each.events) for each in learners if each.habit is habit]
        for habit in (Habit.SILENT, Habit.CHATTY)
    }
    assert sum(asked[Habit.SILENT]) == 0 < sum(asked[Habit.CHATTY])
    for learner in learners:
        assert all(first.at < then.at for first, then in zip(learner.events, learner.events[1:], strict=False))


def test_stuck_is_no_count_of_failures() -> None:
    """Held-up learners who have not failed once, and failing ones whom nothing holds up: both are there."""
    learners = [learner for seed in SEEDS for learner in make_cohort(seed).learners]
    failed = {each.name: sum(event.verb is Verb.FAILED for event in each.events) for each in learners}
    held_up = {each.name: any(True for _ in truly_stuck(each, least_days=2)) for each in learners}
    assert any(held_up[name] and not failed[name] for name in failed)
    assert any(not held_up[name] and failed[name] >= 5 for name in failed)


def test_the_score_tells_who_is_stuck_tomorrow_and_help_is_offered_seldom() -> None:
    figures = measure_noticing(SEEDS, sensitivity=False)
    assert figures["auc_a_day_ahead"]["mean"] > 0.8
    assert figures["auc_a_day_ahead"]["mean"] > max(sign["mean"] for sign in figures["auc_of_one_sign"].values())
    assert figures["contacts_a_learner_week"] <= 1
    assert figures["most_contacts_in_seven_days"] == 1
    assert figures["offers_to_the_stuck"] > 0.6
    assert figures["stuck_learners_offered_help"] > 0.6


def test_a_score_that_guesses_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure itself: against learners whose obstacles are another's, the same score says nothing."""
    cohort, other = make_cohort(40), make_cohort(41)
    swapped = tuple(
        replace(mine, stuck=theirs.stuck) for mine, theirs in zip(cohort.learners, other.learners, strict=True)
    )
    monkeypatch.setattr(noticing, "make_cohort", lambda _seed, _assumed: replace(cohort, learners=swapped))
    assert abs(measure_noticing((40,), sensitivity=False)["auc_a_day_ahead"]["mean"] - 0.5) < 0.12


def test_a_cohort_where_hardly_anything_happens_is_measured_too() -> None:
    quiet = noticing._figures((1, 2), Assumptions(learners=1, lessons=1, days=4, obstacle=0.001))
    assert (quiet["learners"], quiet["stuck_learners"], quiet["days_until_offered_median"]) == (2, 0, None)
    assert quiet["auc_a_day_ahead"] == {"mean": None, "interval_95": None}
    json.dumps(quiet, allow_nan=False)


def test_the_weights_are_fitted_so_that_no_sign_speaks_against() -> None:
    assert all(weight >= 0 for name, weight in fit((40,)).items() if name != "bias")


def test_the_committed_figures_hold_what_is_asked_of_them() -> None:
    figures = json.loads(BASELINE.read_text("utf-8"))
    assert figures["auc_a_day_ahead"]["mean"] >= 0.85
    assert figures["contacts_a_learner_week"] <= 1
    assert figures["seeds"] == [*noticing.HELD_OUT]
