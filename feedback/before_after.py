"""The difference a change made at a place: comparable learners before and after, less what changed where nothing did.

Learners are compared within strata, weighted as by Mantel and Haenszel. How much trouble changed at unchanged lessons
(placebo places) is a common odds ratio of theirs, and how unequally, the variance between them (DerSimonian and
Laird 1986); what was to be expected is the rate before with that applied. A place is mended because it stood out, and
what stands out is partly chance: the rate before is drawn towards that of the course's other places, as far as its own
error says (empirical Bayes; Efron and Morris 1975).

The error is a jackknife over groups of learners (`feedback.cohorts`): whoever was at several places stays one learner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback.cohorts import GROUPS, STRATA, Cohorts

LEAST_TOLD = 5
"""A placebo place where fewer had trouble in both periods together says nothing of how it changed."""

# The share of places that are plainly unlike the usual, before anything is known of one.
_STANDING_OUT = 0.1

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Usual:
    """How the rates of a course's places are spread before a release: their mean, and variance without chance's."""

    mean: float
    variance: float
    places: int


@dataclass(frozen=True, slots=True)
class Luck:
    """Of what a rate is above the usual `mean`, the `share` that is taken for chance; `variance` is of that guess."""

    mean: float = 0.0
    share: float = 0.0
    variance: float = 0.0


NO_LUCK = Luck()


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
    quiet = [tabulate(each) for each in placebos]
    telling = [each for each in quiet if _tells(each.sum(axis=0))]
    spread = _spread([each.sum(axis=0) for each in telling])
    before, after = _rates(counts)
    luck = luck_of(before, int(counts[:, 0, 0].sum()), usual)
    odds = _log_odds_ratio(telling)
    expected = _expected(before, luck, odds)
    left_out = [_without(group, table, telling, luck) for group in range(GROUPS)]
    values = np.array([value for value in left_out if value is not None])
    # Groups nobody is in leave everything as it is, and are no part of the jackknife.
    variance = (len(values) - 1) / max(len(values), 1) * float(((values - values.mean()) ** 2).sum())
    rate = expected * (1 - expected)
    variance = max(variance, _null_variance(counts, luck)) + luck.variance + (rate * spread) ** 2
    drift = Drift(round(math.exp(odds), 4), round(spread, 4), len(telling))
    return Difference(before, after, expected, after - expected, math.sqrt(variance), drift)


def tabulate(cohorts: Cohorts) -> Table:
    """Counts `(GROUPS, STRATA, 2, 2)`: of each group and stratum before and after, learners and those with trouble."""
    table = np.zeros((GROUPS, STRATA, 2, 2))
    side = cohorts.after.astype(np.int64)
    cells = cohorts.group, cohorts.stratum, side
    np.add.at(table[..., 0], cells, 1.0)
    np.add.at(table[..., 1], cells, cohorts.troubled.astype(np.float64))
    return table


def usual_rates(places: Sequence[tuple[int, int]]) -> Usual | None:
    """How rates are spread over places, each with its learners and those of them with trouble; None for too few.

    The variance is by moments: that of the rates less what chance alone makes.
    """
    told = [(n, yes) for n, yes in places if n]
    if len(told) < LEAST_TOLD:
        return None
    rates = np.array([yes / n for n, yes in told])
    mean = float(sum(yes for _, yes in told) / sum(n for n, _ in told))
    chance = float(np.mean([rate * (1 - rate) / n for rate, (n, _) in zip(rates, told, strict=True)]))
    return Usual(mean, max(float(rates.var(ddof=1)) - chance, 0.0), len(told))


def luck_of(rate: float, learners: int, usual: Usual | None) -> Luck:
    """How much of a rate above the usual ones is taken for chance, and how unsure that is.

    A place is either one of the usual or plainly another; how likely it is the first weighs what would then be chance.
    """
    if usual is None or rate <= usual.mean or not learners:
        return NO_LUCK
    chance = rate * (1 - rate) / learners
    together = usual.variance + chance
    if together == 0:
        return NO_LUCK
    above, share = rate - usual.mean, chance / together
    density = math.exp(-(above**2) / together / 2) / math.sqrt(2 * math.pi * together)
    one_of_them = (1 - _STANDING_OUT) * density / ((1 - _STANDING_OUT) * density + _STANDING_OUT)
    taken = one_of_them * share
    return Luck(
        usual.mean, taken, (1 - taken) * taken * chance + one_of_them * (1 - one_of_them) * (share * above) ** 2
    )


def _without(group: int, table: Table, placebos: Sequence[Table], luck: Luck) -> float | None:
    """The difference without one group of learners; None where none of them was at the places."""
    if not table[group].any() and not any(each[group].any() for each in placebos):
        return None
    counts = table.sum(axis=0) - table[group]
    if not _weights(counts).sum():
        return None
    before, after = _rates(counts)
    return after - _expected(before, luck, _log_odds_ratio(placebos, without=group))


def _weights(counts: Table) -> Table:
    """Mantel's and Haenszel's `(STRATA,)`: zero for a stratum that one side lacks."""
    before, after = counts[:, 0, 0], counts[:, 1, 0]
    weights: Table = before * after / np.maximum(before + after, 1.0)
    return weights


def _rates(counts: Table) -> tuple[float, float]:
    weights = _weights(counts)
    rates = counts[:, :, 1] / np.maximum(counts[:, :, 0], 1.0)
    before, after = (weights @ rates) / weights.sum()
    return float(before), float(after)


def _expected(before: float, luck: Luck, odds: float) -> float:
    likely = before - luck.share * (before - luck.mean)
    if odds == 0 or not 0 < likely < 1:
        return likely
    return 1 / (1 + math.exp(-math.log(likely / (1 - likely)) - odds))


def _tells(counts: Table) -> bool:
    return bool(counts[:, :, 1].sum() >= LEAST_TOLD and _weights(counts).sum() > 0)


def _log_odds_ratio(placebos: Sequence[Table], *, without: int | None = None) -> float:
    """Of trouble after against before over all strata of all places, by Mantel and Haenszel; 0.0 of no places.

    A half is added to both sums, so that a few who had no trouble do not make it endless.
    """
    for_it = against = 0.0
    for table in placebos:
        counts = table.sum(axis=0) - (0.0 if without is None else table[without])
        n = np.maximum(counts[:, :, 0].sum(axis=1), 1.0)
        yes, no = counts[:, :, 1], counts[:, :, 0] - counts[:, :, 1]
        for_it += float((yes[:, 1] * no[:, 0] / n).sum())
        against += float((yes[:, 0] * no[:, 1] / n).sum())
    return math.log((for_it + 0.5) / (against + 0.5)) if placebos else 0.0


def _spread(places: Sequence[Table]) -> float:
    """How unequally trouble changed from place to place beyond chance, as a standard deviation of log odds."""
    if len(places) < 3:
        return 0.0
    summed = np.array([counts.sum(axis=0) for counts in places])
    yes, no = summed[:, :, 1] + 0.5, summed[:, :, 0] - summed[:, :, 1] + 0.5
    ratios = np.log(yes[:, 1] * no[:, 0] / (yes[:, 0] * no[:, 1]))
    weights = 1 / (1 / yes + 1 / no).sum(axis=1)
    apart = float((weights * (ratios - (weights @ ratios) / weights.sum()) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return math.sqrt(max(apart - (len(places) - 1), 0.0) / scale) if scale > 0 else 0.0


def _null_variance(counts: Table, luck: Luck) -> float:
    """Of the difference if nothing had changed: with few learners the jackknife may see none at all."""
    weights = _weights(counts)
    learners = counts[:, :, 0]
    pooled = counts[:, :, 1].sum(axis=1) / np.maximum(learners.sum(axis=1), 1.0)
    parts = (1 - luck.share) ** 2 / np.maximum(learners[:, 0], 1.0) + 1 / np.maximum(learners[:, 1], 1.0)
    return float((weights**2 * pooled * (1 - pooled) * parts).sum() / weights.sum() ** 2)
