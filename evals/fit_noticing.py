"""Fits the weights of the stuck score: `python -m evals.fit_noticing` prints them for `learning/stuck_weights.toml`.

Logistic regression with a small ridge, by Newton's method, over the evenings of the development cohorts; a sign whose
weight would come out negative is left at zero, so that more trouble never lowers the score.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evals.cohorts import make_cohort
from evals.noticing import DEVELOPMENT, signs_of
from learning.stuck_score import Reason, Sign, stuck_weights, units

_RIDGE = 1.0
_STEPS = 25


def fit(seeds: Sequence[int] = DEVELOPMENT) -> dict[str, float]:
    """The bias and the weight of every sign."""
    rows = [row for seed in seeds for row in signs_of(make_cohort(seed))]
    features = np.asarray([_row(signs) for signs, _ in rows])
    stuck = np.asarray([float(truth) for _, truth in rows])
    kept = list(range(len(Sign)))
    while True:
        weights = _newton(features[:, kept], stuck)
        negative = [place for place, weight in enumerate(weights[1:]) if weight < 0]
        if not negative:
            break
        kept.pop(min(negative, key=lambda place: weights[1 + place]))
    found = dict.fromkeys(map(str, Sign), 0.0)
    found |= {str([*Sign][place]): float(weight) for place, weight in zip(kept, weights[1:], strict=True)}
    return {"bias": float(weights[0]), **found}


def _row(signs: Sequence[Reason]) -> list[float]:
    counted = {reason.sign: units(reason, stuck_weights()) for reason in signs}
    return [counted.get(sign, 0.0) for sign in Sign]


def _newton(features: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    columns = np.column_stack([np.ones(len(features)), features])
    weights, ridge = np.zeros(columns.shape[1]), _RIDGE * np.eye(columns.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (truth - chance) - ridge @ weights
        curve = (columns * (chance * (1 - chance))[:, None]).T @ columns + ridge
        weights = weights + np.linalg.solve(curve, slope)
    return weights


if __name__ == "__main__":
    for name, weight in fit().items():
        print(f"{name} = {weight:.2f}")
