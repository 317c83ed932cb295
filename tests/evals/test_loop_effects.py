"""The proof of measured effects, a small seeded sample: what is useless, harmful or a mend is called so."""

from dataclasses import replace

from evals.loop_effects import ALIKE, PLAIN, Trial, tell_trials, try_change
from feedback.effect import Verdict

SMALL = replace(PLAIN, lessons=8, before=300)
SEEDS = range(4)


def test_a_useless_change_is_hardly_ever_called_anything() -> None:
    trials = [try_change(world, 0.0, seed=seed) for world in (SMALL, replace(ALIKE, lessons=8)) for seed in SEEDS]
    assert sum(trial.verdict is Verdict.NO_EVIDENCE for trial in trials) >= len(trials) - 1


def test_a_mend_is_found_and_a_harm_called_out() -> None:
    mended = [try_change(SMALL, -0.15, seed=seed) for seed in SEEDS]
    harmed = [try_change(SMALL, 0.15, seed=seed) for seed in SEEDS]
    assert sum(trial.verdict is Verdict.HELPED for trial in mended) >= 3
    assert sum(trial.verdict is Verdict.WORSE for trial in harmed) >= 3
    assert all(trial.difference < 0 for trial in mended)
    assert try_change(SMALL, 0.15, seed=0) == harmed[0]


def test_trials_are_told_with_how_often_the_truth_was_said() -> None:
    trials = [Trial(Verdict.HELPED, 100, 200, -0.1)] * 3 + [Trial(Verdict.NO_EVIDENCE, 200, 200, -0.05)]
    told = tell_trials(trials, wanted=Verdict.HELPED)
    assert (told["helped"], told["no_evidence"], told["worse"]) == (3, 1, 0)
    assert told["interval_95"][0] < told["right"] == 0.75 < told["interval_95"][1]
