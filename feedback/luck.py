"""How much of a high rate is luck: a place is mended because it stood out, and what stands out is partly chance.

Without a word on that any change would seem to help a little, for by chance alone the rate is nearer to the usual next
time. The rate is drawn towards that of the course's other places, as far as its own error says (empirical Bayes; Efron
and Morris 1975), but not one that is plainly unlike them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_TOLD = 5
"""Of fewer places, or of a place where fewer had trouble, nothing is read."""
# The share of places that are plainly unlike the usual, before anything is known of one.
_STANDING_OUT = 0.1


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
