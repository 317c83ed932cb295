"""Looks planned in advance: how far a difference must stand out at each, so that looking often finds no more by chance.

The chance of a wrong call that a look may spend grows with the share of learners seen (Lan and DeMets 1983). Help
spends it late, like O'Brien and Fleming's bounds: a change is praised on a lot of evidence. Harm spends it by a power
of the share (Kim and DeMets 1987): it is called out earlier. What stands out at one look usually does at the next, by
how much they share; the bounds are found look by look from the density of what went on so far (Armitage, McPherson and
Rowe 1969).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

ALPHA_HELPED = 0.02
ALPHA_WORSE = 0.03
"""How often a change that does nothing may be called a help, and a harm, over all looks together."""

_HARM_POWER = 1.5
_STEPS = 601
_FAR = 8.0
# No look is of the very same learners as the one before; this keeps the step between them above zero.
_LEAST_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Bounds:
    """In standard errors: below `-helped` a difference is a help, above `worse` a harm."""

    helped: float
    worse: float


def spent_late(share: float, alpha: float) -> float:
    """Of `alpha` what may be spent when this share of learners was seen, 0 to 1, most of it at the end."""
    if share <= 0:
        return 0.0
    return float(2 * norm.sf(norm.isf(alpha / 2) / math.sqrt(min(share, 1.0))))


def spent_early(share: float, alpha: float) -> float:
    """Of `alpha` what may be spent when this share of learners was seen, 0 to 1, a good deal of it before the end."""
    return float(alpha * min(max(share, 0.0), 1.0) ** _HARM_POWER)


@cache
def bounds_of(shares: tuple[float, ...], errors: tuple[float, ...]) -> tuple[Bounds, ...]:
    """The bounds of each look so far: `shares` of the planned learners seen, and the standard errors found.

    The information of a look is one over its squared error; two looks are as like as the root of their shares in it
    (Jennison and Turnbull 2000, canonical form, which a fixed cohort before keeps).
    """
    helped = _increments(shares, lambda share: spent_late(share, ALPHA_HELPED))
    worse = _increments(shares, lambda share: spent_early(share, ALPHA_WORSE))
    information = _growing([1 / error**2 for error in errors])
    grid, density = np.array([0.0]), np.array([1.0])
    told, before = [], 0.0
    for amount, low, high in zip(information, helped, worse, strict=True):
        step = math.sqrt(amount - before)
        bounds = Bounds(
            -_crossing(grid, density, step, low, above=False) / math.sqrt(amount),
            _crossing(grid, density, step, high, above=True) / math.sqrt(amount),
        )
        told.append(bounds)
        lowest, highest = -bounds.helped * math.sqrt(amount), bounds.worse * math.sqrt(amount)
        further = np.linspace(max(lowest, -_FAR * math.sqrt(amount)), min(highest, _FAR * math.sqrt(amount)), _STEPS)
        density = _spread(grid, density, further, step)
        grid, before = further, amount
    return tuple(told)


def _increments(shares: Sequence[float], spent: Callable[[float], float]) -> list[float]:
    total = [spent(share) for share in shares]
    return [max(now - before, 0.0) for before, now in zip([0.0, *total], total, strict=False)]


def _growing(information: Sequence[float]) -> list[float]:
    grown: list[float] = []
    for amount in information:
        grown.append(max(amount, grown[-1] * (1 + _LEAST_STEP)) if grown else amount)
    return grown


def _crossing(
    grid: NDArray[np.float64], density: NDArray[np.float64], step: float, chance: float, *, above: bool
) -> float:
    """Where the sum so far (score scale) leaves exactly `chance` beyond it after one more step; far out for none."""
    reach = float(np.abs(grid).max()) + _FAR * step
    if chance <= 0:
        return reach if above else -reach
    weights = _weights(grid) * density

    def beyond(bound: float) -> float:
        tail = norm.sf if above else norm.cdf
        return float((weights * tail((bound - grid) / step)).sum())

    low, high = -reach, reach
    for _ in range(60):
        middle = (low + high) / 2
        if (beyond(middle) > chance) is above:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _spread(
    grid: NDArray[np.float64], density: NDArray[np.float64], further: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """The density `(k,)` over `further` after one more step, of those that went on so far."""
    weights = _weights(grid) * density
    kernel = np.exp(-0.5 * ((further[:, None] - grid[None, :]) / step) ** 2) / (step * math.sqrt(2 * math.pi))
    spread: NDArray[np.float64] = kernel @ weights
    return spread


def _weights(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(grid) == 1:
        return np.array([1.0])
    weights = np.full(len(grid), grid[1] - grid[0])
    weights[[0, -1]] /= 2
    return weights
