"""The difference a change made at a place: comparable learners before and after, less what changed where nothing did.

Learners are compared within strata, weighted as by Mantel and Haenszel (1959). How much trouble changed at unchanged
lessons (placebo places) is a common odds ratio of theirs, and how unequally, the variance between them (DerSimonian and
Laird 1986); what was to be expected is the rate before, less what is taken for luck, with that applied.

The error is a jackknife over groups of learners (`feedback.cohorts`): whoever was at several places stays one learner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback.cohorts import GROUPS, STRATA, Cohorts
from feedback.luck import LEAST_TOLD, Luck, Usual, luck_of

LEAST_SPREAD = 0.07
"""Lessons drift apart by themselves at least so much (log odds), though few of them show it: an assumption."""

Table = NDArray[np.float64]
"""Counts `(…, STRATA, 2, 2)`: by stratum, before and after, learners and those of them with trouble."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed where nothing was changed: an odds ratio, and the spread (log odds) from place to place."""

    odds_ratio: float
    spread: float
    places: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How a place changed, in shares of learners with trouble: `value` is `after` less what was `expected`.

    `before` and `after` are of comparable learners; `error` is the standard error of the value.
    """

    before: float
    after: float
    expected: float
    value: float
    error: float
    drift: Drift


def compare(place: Cohorts, placebos: Sequence[Cohorts], usual: Usual | None) -> Difference | None:
    """The difference at a place; None where nobody before is comparable with anybody after."""
    table = tabulate(place)
    counts = table.sum(axis=0)
    if not _weights(counts).sum():
        return None
    quiet = np.array([each for each in map(tabulate, placebos) if _tells(each.sum(axis=0))])
    quiet = quiet.reshape(-1, GROUPS, STRATA, 2, 2)
    before, after = (float(rate) for rate in _rates(counts))
    luck = luck_of(before, int(counts[:, 0, 0].sum()), usual)
    odds = _log_odds_ratio(quiet.sum(axis=1))
    expected = float(_expected(np.asarray(before), luck, odds))
    spread = max(_spread(quiet.sum(axis=(1, 2))), LEAST_SPREAD)
    known = max(_jackknife(table, quiet, luck), _null_variance(counts, luck))
    error = math.sqrt(known + luck.variance + (expected * (1 - expected) * spread) ** 2)
    drift = Drift(round(math.exp(odds), 4), round(spread, 4), len(quiet))
    return Difference(before, after, expected, after - expected, error, drift)


def tabulate(cohorts: Cohorts) -> Table:
    """Cohorts counted by group: `(GROUPS, STRATA, 2, 2)`."""
    table = np.zeros((GROUPS, STRATA, 2, 2))
    cells = cohorts.group, cohorts.stratum, cohorts.after.astype(np.int64)
    np.add.at(table[..., 0], cells, 1.0)
    np.add.at(table[..., 1], cells, cohorts.troubled.astype(np.float64))
    return table


def _jackknife(table: Table, quiet: Table, luck: Luck) -> float:
    """The variance of the difference: how it varies when one group of learners is left out."""
    # Leaving out a group that nobody is in tells nothing.
    somebody = table.any(axis=(1, 2, 3)) | quiet.any(axis=(0, 2, 3, 4))
    left = (table.sum(axis=0) - table)[somebody]
    quiet_left = (quiet.sum(axis=1, keepdims=True) - quiet)[:, somebody]
    comparable = _weights(left).sum(axis=-1) > 0
    left, quiet_left = left[comparable], quiet_left[:, comparable]
    if len(left) < 2:
        return 0.0
    before, after = _rates(left)
    odds = np.array([_log_odds_ratio(quiet_left[:, group]) for group in range(len(left))])
    values = after - _expected(before, luck, odds)
    return float((len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum())


def _weights(counts: Table) -> Table:
    """Mantel's and Haenszel's, `(…, STRATA)`: zero for a stratum that one side lacks."""
    before, after = counts[..., 0, 0], counts[..., 1, 0]
    weights: Table = before * after / np.maximum(before + after, 1.0)
    return weights


def _rates(counts: Table) -> tuple[Table, Table]:
    """The shares with trouble of comparable learners, before and after: `(…)` each."""
    weights = _weights(counts)
    shares = counts[..., 1] / np.maximum(counts[..., 0], 1.0)
    rates = (weights[..., None] * shares).sum(axis=-2) / weights.sum(axis=-1)[..., None]
    return rates[..., 0], rates[..., 1]


def _expected(before: Table, luck: Luck, odds: Table | float) -> Table:
    likely = np.clip(before - luck.share * (before - luck.mean), 1e-9, 1 - 1e-9)
    expected: Table = 1 / (1 + np.exp(-np.log(likely / (1 - likely)) - odds))
    return expected


def _tells(counts: Table) -> bool:
    return bool(counts[..., 1].sum() >= LEAST_TOLD and _weights(counts).sum() > 0)


def _log_odds_ratio(places: Table) -> float:
    """Of trouble after against before, over all strata of all places `(n, STRATA, 2, 2)`; 0.0 of no places.

    A half is added to both sums, so that a few who had no trouble do not make it endless.
    """
    n = np.maximum(places[..., 0].sum(axis=-1), 1.0)
    yes, no = places[..., 1], places[..., 0] - places[..., 1]
    more, less = (yes[..., 1] * no[..., 0] / n).sum(), (yes[..., 0] * no[..., 1] / n).sum()
    return math.log((more + 0.5) / (less + 0.5))


def _spread(places: Table) -> float:
    """How unequally trouble changed from place to place beyond chance, as a standard deviation of log odds.

    `places` is `(n, 2, 2)`: before and after, learners and those with trouble.
    """
    if len(places) < 3:
        return 0.0
    yes, no = places[..., 1] + 0.5, places[..., 0] - places[..., 1] + 0.5
    ratios = np.log(yes[:, 1] * no[:, 0] / (yes[:, 0] * no[:, 1]))
    weights = 1 / (1 / yes + 1 / no).sum(axis=1)
    apart = float((weights * (ratios - (weights @ ratios) / weights.sum()) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return math.sqrt(max(apart - (len(places) - 1), 0.0) / scale) if scale > 0 else 0.0


def _null_variance(counts: Table, luck: Luck) -> float:
    """Of the difference if nothing had changed: with few learners the jackknife may see none at all."""
    weights, learners = _weights(counts), counts[..., 0]
    pooled = counts[..., 1].sum(axis=-1) / np.maximum(learners.sum(axis=-1), 1.0)
    parts = (1 - luck.share) ** 2 / np.maximum(learners[..., 0], 1.0) + 1 / np.maximum(learners[..., 1], 1.0)
    return float((weights**2 * pooled * (1 - pooled) * parts).sum() / weights.sum() ** 2)
