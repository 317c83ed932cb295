"""Whether more or fewer learners than before speak of a theme, tested so that many themes together mislead nobody.

Two periods of the same length are compared, `before` and `now`. If a theme were as common in both, each of its learners
would fall into one of them as the active learners do: the number in the later one is binomial given the sum, which
makes an exact test of two rates (Przyborowski & Wilenski 1940). Of all themes shown at once the p-values are corrected
by the step-up procedure of Benjamini & Hochberg (1995), so that of what is called a trend at most one in twenty is
expected to be none.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

TREND_PERIOD = timedelta(days=28)
FALSE_DISCOVERY_RATE = 0.05
# Of outcomes that are as likely as the one observed, rounding may make some a little less likely.
_AS_LIKELY = 1.0 + 1e-9


class Direction(StrEnum):
    """UNKNOWN where nobody was there before, so that there is nothing to compare with."""

    UP = "up"
    DOWN = "down"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trend:
    """`before` and `now` count learners, None where these are fewer than the floor and not nobody.

    `p` is of the exact test, `q` corrected for all themes shown with it; None for UNKNOWN.
    """

    direction: Direction
    days: int
    before: int | None
    now: int | None
    p: float | None
    q: float | None


def rate_test(before: int, now: int, *, active_before: int, active_now: int) -> float | None:
    """Two-sided p-value of a change of rate; None where either period had nobody active, or nobody spoke."""
    n = before + now
    if not n or not active_before or not active_now:
        return None
    chances = _binomial(n, active_now / (active_before + active_now))
    return round(min(float(chances[chances <= chances[now] * _AS_LIKELY].sum()), 1.0), 6)


def corrected(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini and Hochberg's q-values, in the order given; what was not tested stays None."""
    tested = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    q_values: list[float | None] = [None] * len(p_values)
    least = 1.0
    for rank in range(len(tested), 0, -1):
        p, place = tested[rank - 1]
        least = min(least, p * len(tested) / rank)
        q_values[place] = round(least, 6)
    return q_values


def direction_of(before: int, now: int, *, active_before: int, active_now: int, q: float | None) -> Direction:
    """What may be said of a change."""
    if q is None:
        return Direction.UNKNOWN
    if q > FALSE_DISCOVERY_RATE:
        return Direction.STEADY
    return Direction.UP if now * active_before > before * active_now else Direction.DOWN


def _binomial(n: int, share: float) -> npt.NDArray[np.float64]:
    """The chance of every count from 0 to n, float64 `(n + 1,)`."""
    counts = np.arange(n + 1)
    factorial = np.concatenate(([0.0], np.cumsum(np.log(counts[1:]))))
    ways = factorial[n] - factorial - factorial[::-1]
    chances: npt.NDArray[np.float64] = np.exp(ways + counts * math.log(share) + counts[::-1] * math.log1p(-share))
    return chances
