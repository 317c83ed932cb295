"""Pace: how long a lesson takes people, so that somebody's time in it can be compared with that of most.

Time is what lies between one thing done in a lesson and the next, and at most half an hour of it: nobody knows what
happened in longer gaps. Only those who completed a lesson tell how long it takes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy.orm import Session

from learning.events import Verb
from learning.log import Happened, events_with, latest_actors
from learning.progress import VISITS

IDLE_S = 30 * 60.0
LEAST_LEARNERS = 5
"""Of fewer people a median says little, and might tell of one of them."""
_SAMPLE = 200
_LEAST_MEDIAN_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a lesson takes: the median of those who completed it, in seconds, at least a minute."""

    lesson: str
    learners: int
    median_s: float


def time_spent(events: Sequence[Happened], *, until: datetime | None = None) -> float:
    """Seconds one learner has spent in one lesson, from what they did there, in order; to a moment where one is named.

    A try that says how long it took counts with that where the gap before it says less.
    """
    spent, before = 0.0, None
    for event in events:
        gap = 0.0 if before is None else (event.at - before).total_seconds()
        said = float(event.detail.get("duration_s", 0.0))
        spent += min(max(gap, said), IDLE_S)
        before = event.at
    if until is not None and before is not None:
        spent += min(max((until - before).total_seconds(), 0.0), IDLE_S)
    return spent


def cohort_pace(lesson: str, logs: Iterable[Sequence[Happened]]) -> Pace | None:
    """The pace of a lesson, from what each learner did in it, in order; None where too few completed it."""
    times = []
    for events in logs:
        completed = next((place for place, event in enumerate(events) if event.verb is Verb.COMPLETED), None)
        if completed:
            times.append(time_spent(events[: completed + 1]))
    if len(times) < LEAST_LEARNERS:
        return None
    return Pace(lesson, len(times), max(median(times), _LEAST_MEDIAN_S))


def read_pace(session: Session, product: str, lesson: str) -> Pace | None:
    """A lesson's pace among the last 200 people who completed it."""
    actors = latest_actors(session, product, Verb.COMPLETED, lesson=lesson, limit=_SAMPLE)
    if len(actors) < LEAST_LEARNERS:
        return None
    logs: dict[str | None, list[Happened]] = defaultdict(list)
    for event in events_with(session, product, VISITS, lesson=lesson, actors=actors):
        logs[event.actor].append(event)
    return cohort_pace(lesson, logs.values())


def time_compared(session: Session, product: str, person: str, *, lesson: str, now: datetime) -> float | None:
    """How many times as long as most a learner who is in a lesson now has spent in it; None where nobody knows."""
    pace = read_pace(session, product, lesson)
    if pace is None:
        return None
    return time_spent(events_with(session, product, VISITS, lesson=lesson, actors=[person]), until=now) / pace.median_s
