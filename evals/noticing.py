"""Does the stuck score notice who is stuck, a day ahead, and is help offered to the right people and not too often.

Measured on made-up cohorts (`evals.cohorts`): every evening of a course each learner who was there within two weeks
gets a score from their events, and what is asked is whether an obstacle stands in their way at the end of the next day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np

from evals.assumptions import Assumptions
from evals.cohorts import Cohort, make_cohort, truly_stuck
from evals.made_learner import MadeLearner
from evals.ranking_scores import auroc, bootstrap_interval
from learning.enrolments import Dial
from learning.events import Verb
from learning.log import Happened
from learning.offers import offer_of, worth_offering
from learning.pace import Pace, cohort_pace
from learning.stuck_score import Reason, Sign, StuckScore, current_score, read_signs

DEVELOPMENT = tuple(range(24))
HELD_OUT = tuple(range(200, 224))
PRESENT = timedelta(days=14)
"""Whoever was away for longer has left, as far as anybody can see."""
_TRULY_DAYS = 2
_DAY = timedelta(days=1)
_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "nothing is changed": {},
    "one event in five is lost": {"lost_events": 0.2},
    "half the learners' tries are not told": {"without_tries": 0.5},
    "everybody fails twice as often without an obstacle": {"slip": 0.4},
    "obstacles twice as frequent": {"obstacle": 0.28},
    "obstacles half as frequent": {"obstacle": 0.07},
    "obstacles do not depend on ability": {"slope": 0.0},
    "obstacles pass overnight twice as often": {"insight_overnight": 0.3},
    "exercises of very unequal difficulty": {"difficulty_spread": 1.8},
    "nobody asks": {"habits": (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)},
    "everybody asks about everything": {"habits": (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)},
    "everybody tries carelessly": {"habits": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)},
    "being stuck makes nobody leave": {"dropping_when_stuck": 0.0},
    "only 12 learners": {"learners": 12},
}


@dataclass(frozen=True, slots=True)
class Evening:
    """One learner at the end of one day: how they scored, and whether they are stuck at the end of the next."""

    learner: int
    day: int
    score: StuckScore | None
    stuck_tomorrow: bool


def measure_noticing(seeds: Sequence[int] = HELD_OUT, *, sensitivity: bool = True) -> dict[str, Any]:
    """The figures of the cohorts of some seeds, and with `sensitivity` also those where an assumption is changed."""
    figures = {"seeds": list(seeds), **_figures(seeds, Assumptions())}
    if sensitivity:
        some = seeds[: max(len(seeds) // 3, 1)]
        changed = {name: _figures(some, replace(Assumptions(), **change)) for name, change in _CHANGES.items()}
        figures["when_assumptions_change"] = {name: _short(found) for name, found in changed.items()}
    return figures


def watch(cohort: Cohort) -> list[Evening]:
    """Every evening of every learner who was there within two weeks and has not finished."""
    paces = _Paces(cohort)
    evenings = []
    for number, learner in enumerate(cohort.learners):
        for day in range(cohort.days - 1):
            now = cohort.day_ends(day)
            if is_present(learner, day, now):
                score = current_score(learner.events, cohort.lessons, paces=paces.on(day), now=now)
                evenings.append(Evening(number, day, score, learner.stuck[day + 1]))
    return evenings


def is_present(learner: MadeLearner, day: int, now: datetime) -> bool:
    """Whether a learner still takes the course, as far as their events tell."""
    if learner.finished is not None and day >= learner.finished:
        return False
    return any(now - PRESENT <= event.at < now for event in learner.events)


def _figures(seeds: Sequence[int], assumed: Assumptions) -> dict[str, Any]:
    cohorts = [_measure(make_cohort(seed, assumed)) for seed in seeds]
    contacts = sum(cohort.offers for cohort in cohorts)
    right = sum(cohort.right for cohort in cohorts)
    reached, stuck = sum(cohort.reached for cohort in cohorts), sum(cohort.stuck for cohort in cohorts)
    coming = sum(cohort.reached_coming for cohort in cohorts)
    weeks = sum(cohort.weeks for cohort in cohorts)
    return {
        "cohorts": len(cohorts),
        "learners": sum(cohort.learners for cohort in cohorts),
        "completed_median": _median([cohort.completed for cohort in cohorts]),
        "evenings": sum(cohort.evenings for cohort in cohorts),
        "stuck_tomorrow": _mean([cohort.base_rate for cohort in cohorts]),
        "auc_a_day_ahead": _mean([cohort.auc for cohort in cohorts]),
        "auc_of_one_sign": {sign: _mean([cohort.signs[sign] for cohort in cohorts]) for sign in Sign},
        "contacts_a_learner_week": round(contacts / max(weeks, 1), 4),
        "most_contacts_in_seven_days": max(cohort.most_in_a_week for cohort in cohorts),
        "offers": contacts,
        "offers_to_the_stuck": round(right / max(contacts, 1), 4),
        "stuck_learners": stuck,
        "stuck_learners_offered_help": round(reached / max(stuck, 1), 4),
        "offered_help_if_only_on_days_they_come": round(coming / max(stuck, 1), 4),
        "days_until_offered_median": _median([wait for cohort in cohorts for wait in cohort.waits]),
    }


def _short(figures: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "completed_median",
        "auc_a_day_ahead",
        "contacts_a_learner_week",
        "offers_to_the_stuck",
        "stuck_learners_offered_help",
    )
    return {name: figures[name] for name in names}


@dataclass(frozen=True, slots=True)
class _Measured:
    """What one cohort gave."""

    learners: int
    completed: float
    evenings: int
    base_rate: float
    auc: float
    signs: Mapping[Sign, float]
    offers: int
    right: int
    weeks: float
    most_in_a_week: int
    stuck: int
    reached: int
    reached_coming: int
    waits: tuple[int, ...]


def _measure(cohort: Cohort) -> _Measured:
    evenings = watch(cohort)
    offers = _offer(cohort, evenings)
    wanting = {number: list(truly_stuck(each, least_days=_TRULY_DAYS)) for number, each in enumerate(cohort.learners)}
    stuck = {number: stretches for number, stretches in wanting.items() if stretches}
    waits = {number: _waits(stretches, offers[number]) for number, stretches in stuck.items()}
    coming = _offer(cohort, [evening for evening in evenings if _came(cohort, evening)])
    made = [(number, day) for number, days in offers.items() for day in days]
    return _Measured(
        learners=len(cohort.learners),
        completed=float(np.mean([learner.finished is not None for learner in cohort.learners])),
        evenings=len(evenings),
        base_rate=float(np.mean([evening.stuck_tomorrow for evening in evenings])) if evenings else float("nan"),
        auc=_auc(evenings, lambda score: score.score),
        signs={sign: _auc(evenings, partial(_told, sign=sign)) for sign in Sign},
        offers=len(made),
        right=sum(cohort.learners[number].stuck[day] for number, day in made),
        weeks=len(evenings) / 7,
        most_in_a_week=max((_most_within(days, 7) for days in offers.values()), default=0),
        stuck=len(stuck),
        reached=sum(bool(found) for found in waits.values()),
        reached_coming=sum(bool(_waits(stretches, coming[number])) for number, stretches in stuck.items()),
        waits=tuple(wait for found in waits.values() for wait in found),
    )


def _offer(cohort: Cohort, evenings: Iterable[Evening]) -> dict[int, list[int]]:
    """The days on which each learner is offered help with the dial as it comes, where nothing comes of any offer."""
    offers: dict[int, list[int]] = defaultdict(list)
    past: dict[int, list[Happened]] = defaultdict(list)
    for evening in evenings:
        now, who = cohort.day_ends(evening.day), evening.learner
        if evening.score is not None and worth_offering(evening.score, past[who], dial=Dial.WEEKLY, now=now):
            made = offer_of("course", cohort.learners[who].name, evening.score, now=now)
            past[who].append(Happened(made.id, Verb.OFFERED, now, lesson=made.lesson))
            offers[who].append(evening.day)
    return offers


def _came(cohort: Cohort, evening: Evening) -> bool:
    ends = cohort.day_ends(evening.day)
    return any(ends - _DAY <= event.at < ends for event in cohort.learners[evening.learner].events)


def _waits(stretches: Sequence[range], offered: Sequence[int]) -> list[int]:
    firsts = [next((day for day in offered if day in stretch), None) for stretch in stretches]
    return [first - stretch.start for stretch, first in zip(stretches, firsts, strict=True) if first is not None]


def _most_within(days: Sequence[int], length: int) -> int:
    return max((sum(day <= other < day + length for other in days) for day in days), default=0)


def _auc(evenings: Sequence[Evening], value: Any) -> float:
    scores = [(0.0 if evening.score is None else value(evening.score), evening.stuck_tomorrow) for evening in evenings]
    high = [score for score, stuck in scores if stuck]
    low = [score for score, stuck in scores if not stuck]
    return auroc(high, low) if high and low else float("nan")


def _told(score: StuckScore, *, sign: Sign) -> float:
    return next((reason.count for reason in score.reasons if reason.sign is sign), 0.0)


def _mean(values: Sequence[float]) -> dict[str, Any]:
    """Mean over cohorts with its interval: learners of one cohort share a course, cohorts share nothing."""
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return {"mean": None, "interval_95": None}
    return {"mean": round(float(np.mean(known)), 4), "interval_95": bootstrap_interval(known)}


def _median(values: Sequence[float]) -> float | None:
    return round(float(np.median(values)), 4) if values else None


class _Paces:
    """The pace of every lesson as it was known on each day."""

    def __init__(self, cohort: Cohort) -> None:
        self._cohort = cohort
        self._days: dict[int, Mapping[str, Pace]] = {}
        self._logs: dict[str, list[tuple[datetime, list[Happened]]]] = defaultdict(list)
        for learner in cohort.learners:
            for lesson in cohort.lessons:
                here = [event for event in learner.events if event.lesson == lesson]
                done = next((event.at for event in here if event.verb is Verb.COMPLETED), None)
                if done is not None:
                    self._logs[lesson].append((done, here))

    def on(self, day: int) -> Mapping[str, Pace]:
        if day not in self._days:
            now = self._cohort.day_ends(day)
            found = [
                cohort_pace(lesson, [log for done, log in logs if done < now]) for lesson, logs in self._logs.items()
            ]
            self._days[day] = {pace.lesson: pace for pace in found if pace is not None}
        return self._days[day]


def signs_of(cohort: Cohort) -> list[tuple[list[Reason], bool]]:
    """Every evening's signs, told or not, with whether the learner is stuck at the end of the next day."""
    paces = _Paces(cohort)
    found = []
    for evening in watch(cohort):
        if evening.score is not None:
            now, lesson = cohort.day_ends(evening.day), evening.score.lesson
            events = [e for e in cohort.learners[evening.learner].events if e.lesson == lesson and e.at <= now]
            pace = paces.on(evening.day).get(lesson)
            found.append((read_signs(events, pace=pace, now=now), evening.stuck_tomorrow))
    return found
