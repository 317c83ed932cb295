"""The proof of measured effects, a small seeded sample: what is useless, harmful or a mend is called so."""

from evals.loop_effects import ALIKE, PLAIN, run_effects, tell_trials, try_change
from feedback.effect import Verdict

SEEDS = range(12)


def test_a_useless_change_is_hardly_ever_called_anything() -> None:
    trials = [try_change(world, 0.0, seed=seed) for world in (PLAIN, ALIKE) for seed in SEEDS]
    assert tell_trials(trials, wanted=Verdict.NO_EVIDENCE)["no_evidence"] >= len(trials) - 2


def test_a_mend_of_ten_points_is_found_and_a_harm_called_out() -> None:
    mended = [try_change(PLAIN, -0.1, seed=seed) for seed in SEEDS]
    harmed = [try_change(PLAIN, 0.15, seed=seed) for seed in SEEDS]
    assert sum(trial.verdict is Verdict.HELPED for trial in mended) >= 7
    assert sum(trial.verdict is Verdict.WORSE for trial in harmed) >= 7
    assert not any(trial.verdict is Verdict.WORSE for trial in mended)
    assert not any(trial.verdict is Verdict.HELPED for trial in harmed)


def test_the_same_seed_gives_the_same_figures() -> None:
    one, again = (run_effects(runs=4, seed=3) for _ in range(2))
    assert one == again
    assert one["useless_no_evidence"]["n"] == 12
