"""The plan of how a change's effect is measured, made before anything of it can be seen.

Which sections, which learners before, how many are needed after, and when to look: so that nobody looks until it fits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from scipy.stats import norm

from feedback.before_after import LEAST_SPREAD
from feedback.cohorts import WINDOW, Period, cohorts_at, troubled_before
from feedback.course_log import CourseLog
from feedback.luck import LEAST_TOLD, NO_LUCK, Luck, Usual, luck_of, usual_rates
from feedback.sequential import ALPHA_HELPED, ALPHA_WORSE

DROP = 0.10
"""The fall in the share of learners with trouble that a plan is made to find."""
POWER = 0.8
LOOKS = 4
LEAST = 20
"""Of fewer learners on a side no look is taken: it would say nothing, and might tell of one of them."""
GIVES_UP = timedelta(days=180)
"""After so long the last look is taken at whoever came by then."""
_MOST = 2_000
# What is left to be lost: to several looks, and to learners whom nobody is comparable with.
_DEARER = 1.1
# In standard errors, what a true difference must be to be found with the planned power.
_STANDS_OUT = float(norm.isf(ALPHA_HELPED) + norm.ppf(POWER))


@dataclass(frozen=True, slots=True)
class Needs:
    """How many learners after a release find a `drop` with the planned power; None for more than there can be."""

    drop: float
    learners: int | None


def plan_effect(log: CourseLog, lesson: str, anchors: Sequence[str] | None, *, period: Period) -> dict[str, Any]:
    """The plan for sections of a lesson, or for the whole of it; without looks where too little was known before.

    `needed` is how many learners after find `drop`, None where no number of them would, for want of others to compare
    with; `finds` is the smallest drop that the last look planned finds as surely.
    """
    cohorts = cohorts_at(log, lesson, anchors, period=period)
    before, troubled = len(cohorts.came), int(cohorts.troubled.sum())
    usual, quiet = _usual(log, lesson, anchors, period)
    luck = luck_of(troubled / before, before, usual) if before else NO_LUCK
    needs = needs_of(before, troubled, luck=luck, quiet=quiet)
    final = max(needs.learners or min(3 * before, _MOST), 2 * LEAST)
    can_tell = before >= LEAST and troubled > 0
    looks = [math.ceil(final * k / LOOKS) for k in range(1, LOOKS + 1)] if can_tell else []
    return {
        "window_days": WINDOW.days,
        "since": period.since.isoformat(),
        "until": (period.released + GIVES_UP).isoformat(),
        "anchors": None if anchors is None else list(anchors),
        "before": {"learners": before, "troubled": troubled},
        "usual": None if usual is None else {"mean": usual.mean, "variance": usual.variance, "places": usual.places},
        "drop": round(needs.drop, 4),
        "power": POWER,
        "needed": needs.learners,
        "finds": drop_found(before, troubled, final, luck=luck, quiet=quiet) if can_tell else None,
        "looks": [look for look in looks if look >= LEAST],
        "alpha": {"helped": ALPHA_HELPED, "worse": ALPHA_WORSE},
    }


def needs_of(before: int, troubled: int, *, luck: Luck = NO_LUCK, quiet: Sequence[int] = ()) -> Needs:
    """How many learners after are needed beside so many before, of whom so many had trouble.

    `quiet` counts those who had trouble at each unchanged lesson before: what these tell has an error, too.
    """
    share = troubled / before if before else 0.0
    drop = min(DROP, share)
    if drop <= 0:
        return Needs(0.0, None)
    fixed, a_learner = _variances(before, share, drop, luck=luck, quiet=quiet)
    left = (drop / _STANDS_OUT) ** 2 / _DEARER - fixed
    return Needs(drop, None if left <= 0 or a_learner / left > _MOST else math.ceil(a_learner / left))


def drop_found(
    before: int, troubled: int, after: int, *, luck: Luck = NO_LUCK, quiet: Sequence[int] = ()
) -> float | None:
    """The smallest drop that so many learners after find with the planned power; None where no drop would be found."""
    share = troubled / before
    for step in range(1, 101):
        drop = share * step / 100
        fixed, a_learner = _variances(before, share, drop, luck=luck, quiet=quiet)
        if drop >= _STANDS_OUT * math.sqrt(_DEARER * (fixed + a_learner / after)):
            return round(drop, 4)
    return None


def _variances(before: int, share: float, drop: float, *, luck: Luck, quiet: Sequence[int]) -> tuple[float, float]:
    """Of the difference: what stays however many come after the release, and what one learner more divides."""
    rate, then = share * (1 - share), share - drop
    telling = [troubled for troubled in quiet if troubled >= LEAST_TOLD]
    drifting = rate**2 / sum(telling) if telling else 0.0
    fixed = (1 - luck.share) ** 2 * rate / before + luck.variance + drifting + rate**2 * _spread_seen(telling)
    # Nobody with trouble left is still known from so many only.
    return fixed, max(then * (1 - then), rate / 4) + drifting * before


def _spread_seen(telling: Sequence[int]) -> float:
    """The variance between places that chance alone shows on average, where they all change alike.

    Cut off at zero its mean is 0.4 of its own standard error, or half of that with the many learners who come after.
    """
    if len(telling) < 3:
        return LEAST_SPREAD**2
    one_place = 2 * len(telling) / sum(telling)
    return max(0.2 * one_place * math.sqrt(2 / (len(telling) - 1)), LEAST_SPREAD**2)


def _usual(
    log: CourseLog, lesson: str, anchors: Sequence[str] | None, period: Period
) -> tuple[Usual | None, list[int]]:
    """How the rates of the course's places were spread, and how many had trouble in each of the other lessons.

    The places are lessons as a whole, or the sections that somebody had trouble in.
    """
    places, quiet = [], []
    for each in sorted(log.visits):
        told = troubled_before(log, each, period=period)
        quiet += [told.troubled] if each != lesson else []
        if told.learners >= LEAST:
            rates = [told.troubled] if anchors is None else list(told.by_section.values())
            places += [(told.learners, troubled) for troubled in rates]
    return usual_rates(places), quiet
