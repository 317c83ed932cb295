"""Cohorts: who came to a place before a release and who after it, alike in how they had got on until then.

A learner counts once, by their first visit of the lesson, and with what they told within a week of it. Whoever came
in the last week before the release may have seen both, and is left out.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from feedback.course_log import CourseLog, TroubleKind
from foundation.ids import content_hash

WINDOW = timedelta(days=7)
"""For how long after the first visit trouble is counted."""
REACH = timedelta(days=180)
"""How far back learners are taken as a cohort; those of earlier years may have been others."""
GROUPS = 50
"""Into so many parts learners are put, by their id, to see how much a figure depends on who happens to be in it."""
STRATA = 5
"""New here; and whoever was in other lessons before, by whether they were slow and had setbacks more than most."""

_DAY_S = 24 * 3600.0

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when first visits count, around when a change was released."""

    since: datetime
    released: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Learners at a place, in the order they came: arrays `(n,)`.

    `after` says on which side of the release, `stratum` whom they are alike (0 to STRATA - 1), `group` is 0 to
    GROUPS - 1; `told` holds by kind whether they had such trouble, `troubled` whether they had any.
    """

    came: tuple[datetime, ...]
    after: Flags
    stratum: Numbers
    group: Numbers
    told: Mapping[TroubleKind, Flags]
    troubled: Flags

    def until(self, moment: datetime) -> "Cohorts":
        """Those who came until a moment; nothing that came later is in what is told of them."""
        n = bisect_right(self.came, moment)
        told = {kind: flags[:n] for kind, flags in self.told.items()}
        return Cohorts(self.came[:n], self.after[:n], self.stratum[:n], self.group[:n], told, self.troubled[:n])


def cohorts_at(log: CourseLog, lesson: str, anchors: Collection[str] | None, *, period: Period) -> Cohorts:
    """Who first came to a lesson in the period, and had trouble in these sections of it; None is the whole lesson."""
    came = sorted(
        (at, learner)
        for learner, at in log.visits.get(lesson, {}).items()
        if period.since <= at <= period.released - WINDOW or period.released <= at <= period.until
    )
    place = {learner: n for n, (_, learner) in enumerate(came)}
    told = {kind: np.zeros(len(came), dtype=np.bool_) for kind in TroubleKind}
    for trouble in log.troubles_at(lesson, anchors):
        n = place.get(trouble.learner)
        if n is not None and came[n][0] <= trouble.at <= came[n][0] + WINDOW:
            told[trouble.kind][n] = True
    after = np.array([at >= period.released for at, _ in came], dtype=np.bool_)
    return Cohorts(
        came=tuple(at for at, _ in came),
        after=after,
        stratum=_strata(log, came, after),
        group=np.array([_group(learner) for _, learner in came], dtype=np.int64),
        told=told,
        troubled=np.logical_or.reduce(list(told.values())),
    )


@dataclass(frozen=True, slots=True)
class TroubledBefore:
    """Of the learners who came to a lesson before a release, how many had trouble in it, and in each section.

    Trouble of which nobody knows the section counts for each that has some.
    """

    learners: int
    troubled: int
    by_section: Mapping[str, int]


def troubled_before(log: CourseLog, lesson: str, *, period: Period) -> TroubledBefore:
    """What there was in a lesson before the release, counted as for a cohort."""
    last = period.released - WINDOW
    came = {learner: at for learner, at in log.visits.get(lesson, {}).items() if period.since <= at <= last}
    by_section: dict[str | None, set[str]] = defaultdict(set)
    for trouble in log.troubles_at(lesson, None):
        at = came.get(trouble.learner)
        if at is not None and at <= trouble.at <= at + WINDOW:
            by_section[trouble.anchor].add(trouble.learner)
    somewhere = by_section.pop(None, set())
    return TroubledBefore(
        learners=len(came),
        troubled=len(somewhere.union(*by_section.values())),
        by_section={str(anchor): len(found | somewhere) for anchor, found in sorted(by_section.items(), key=str)},
    )


# A learner is at many lessons.
@lru_cache(maxsize=1 << 16)
def _group(learner: str) -> int:
    return int(content_hash("effect", learner, size=4), 16) % GROUPS


def _strata(log: CourseLog, came: Sequence[tuple[datetime, str]], after: Flags) -> Numbers:
    """Slow and with setbacks is meant beside the median of those who came before the release."""
    past = np.array([_past(log, learner, at) for at, learner in came], dtype=np.float64).reshape(-1, 3)
    known, each = past[:, 0] > 0, np.maximum(past[:, 0], 1)
    slow = _above_most(past[:, 1] / each, known, after)
    stumbling = _above_most(past[:, 2] / each, known, after)
    strata: Numbers = np.where(known, 1 + slow + 2 * stumbling, 0).astype(np.int64)
    return strata


def _past(log: CourseLog, learner: str, at: datetime) -> tuple[int, float, int]:
    """In how many lessons a learner had been, for how many days, and with how many setbacks."""
    begun = log.begun.get(learner, ())
    days = (at - begun[0]).total_seconds() / _DAY_S if begun else 0.0
    return bisect_left(begun, at), days, bisect_left(log.setbacks.get(learner, ()), at)


def _above_most(values: NDArray[np.float64], known: Flags, after: Flags) -> Numbers:
    usual = values[known & ~after]
    limit = median(usual.tolist()) if len(usual) else 0.0
    return (values > limit).astype(np.int64)
