"""Made-up cohorts of learners: what each of them did, and on which days something truly held them up.

What holds a learner up is an obstacle: something in a lesson they do not see yet, met with a chance that depends on how
hard it is and how able they are, and overcome by an insight, somebody's help, or leaving it behind. The score that is
measured on these cohorts sees events alone; obstacles are no sum of them, and people who are not held up fail, ask and
dawdle as well. docs/design/noticing.md lists the assumptions and where their figures come from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np

from learning.events import Verb
from learning.log import Happened

BEGINS = datetime(2026, 3, 2, tzinfo=UTC)
_DAY = timedelta(days=1)


class Habit(StrEnum):
    """How somebody goes about learning."""

    STEADY = "steady"
    WEEKENDS = "weekends"
    BUSY = "busy"
    SILENT = "silent"
    CHATTY = "chatty"
    CARELESS = "careless"
    SKIMMING = "skimming"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a cohort is made by; shares and chances are 0 to 1, times in minutes."""

    learners: int = 60
    lessons: int = 12
    days: int = 49
    reading_min: float = 25.0
    try_min: float = 5.0
    difficulty_spread: float = 0.9
    # The chance of an obstacle for somebody as able as the exercise is hard, and how fast it falls with more ability.
    obstacle: float = 0.14
    slope: float = 1.3
    slip: float = 0.2
    insight_a_try: float = 0.07
    insight_overnight: float = 0.15
    helped_by_asking: float = 0.2
    left_behind: float = 0.08
    dropping_in_a_day: float = 0.012
    dropping_when_stuck: float = 0.02
    visitors: float = 0.3
    holidays: float = 0.35
    lost_events: float = 0.03
    without_tries: float = 0.05
    habits: tuple[float, ...] = (0.34, 0.12, 0.15, 0.15, 0.1, 0.07, 0.07)


@dataclass(frozen=True, slots=True)
class MadeLearner:
    """One learner: their events in order, and for every day of the course whether an obstacle stood at its end."""

    name: str
    habit: Habit
    events: tuple[Happened, ...]
    stuck: tuple[bool, ...]
    finished: int | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """A course's lessons by slug, and those who took it."""

    lessons: tuple[str, ...]
    learners: tuple[MadeLearner, ...]
    days: int

    def day_ends(self, day: int) -> datetime:
        """The moment at which a day of the course is over; the first one is 0."""
        return BEGINS + (day + 1) * _DAY


def make_cohort(seed: int, assumptions: Assumptions | None = None) -> Cohort:
    """The cohort of a seed, always the same."""
    assumed = assumptions or Assumptions()
    rng = np.random.default_rng([2026, seed])
    course = _make_course(rng, assumed)
    learners = tuple(_Life(f"s{seed}-{n}", course, assumed, rng).lived() for n in range(assumed.learners))
    return Cohort(tuple(lesson.slug for lesson in course), learners, assumed.days)


@dataclass(frozen=True, slots=True)
class _Lesson:
    slug: str
    reading_min: float
    exercises: tuple[float, ...]
    """How hard each exercise is, on the scale of learners' ability."""


def _make_course(rng: np.random.Generator, assumed: Assumptions) -> list[_Lesson]:
    lessons = []
    for n in range(assumed.lessons):
        # Later lessons are harder, and some lesson is much harder than its neighbours.
        level = -0.4 + 0.8 * n / max(assumed.lessons - 1, 1) + rng.normal(0, 0.4)
        exercises = rng.normal(level, assumed.difficulty_spread, size=1 + min(int(rng.poisson(1.2)), 3))
        reading = assumed.reading_min * float(rng.lognormal(0, 0.5))
        lessons.append(_Lesson(f"lesson-{n + 1}", reading, tuple(float(level) for level in exercises)))
    return lessons


@dataclass(slots=True)
class _Traits:
    """What makes one learner unlike another."""

    habit: Habit
    ability: float
    speed: float
    sessions_a_week: float
    session_min: float
    slip: float
    asks_when_stuck: float
    asks_anyway: float
    presses_stuck: float
    takes_hints: float
    gives_up_for_today: float
    visitor: bool
    tells_tries: bool
    away: tuple[int, int]


def _make_traits(rng: np.random.Generator, assumed: Assumptions) -> _Traits:
    habit = [*Habit][int(rng.choice(len(Habit), p=np.asarray(assumed.habits) / sum(assumed.habits)))]
    talk = {Habit.SILENT: 0.0, Habit.CHATTY: 2.0}.get(habit, 1.0)
    leaves = int(rng.integers(3, assumed.days)) if rng.random() < assumed.holidays else -1
    return _Traits(
        habit=habit,
        ability=float(rng.normal()),
        speed=float(rng.lognormal(0, 0.35)),
        sessions_a_week={Habit.BUSY: 1.3, Habit.WEEKENDS: 1.8}.get(habit, 3.2) * float(rng.lognormal(0, 0.3)),
        session_min=55.0 * float(rng.lognormal(0, 0.4)),
        slip=min((0.55 if habit is Habit.CARELESS else assumed.slip) * float(rng.lognormal(0, 0.3)), 0.8),
        asks_when_stuck=min(0.3 * talk, 0.8),
        asks_anyway=0.6 if habit is Habit.CHATTY else 0.08 * talk,
        presses_stuck=0.08 * talk,
        takes_hints=0.2 * min(talk, 1.0),
        gives_up_for_today=float(rng.uniform(0.15, 0.45)),
        visitor=bool(rng.random() < assumed.visitors),
        tells_tries=bool(rng.random() >= assumed.without_tries),
        away=(leaves, leaves + int(rng.integers(5, 15))),
    )


@dataclass(slots=True)
class _Life:
    """One learner's way through the course, day by day."""

    name: str
    course: list[_Lesson]
    assumed: Assumptions
    rng: np.random.Generator
    traits: _Traits = field(init=False)
    now: datetime = BEGINS
    lesson: int = 0
    read_min: float = 0.0
    exercise: int = 0
    met: set[tuple[int, int]] = field(default_factory=set)
    # In the reading (-1) or at an exercise; None where nothing is in the way.
    obstacle: int | None = None
    events: list[Happened] = field(default_factory=list)

    def lived(self) -> MadeLearner:
        self.traits = _make_traits(self.rng, self.assumed)
        stuck, gone, finished = [], False, None
        first = int(self.rng.integers(0, 5))
        for day in range(self.assumed.days):
            if not gone and finished is None and day >= first and self._comes(day, first):
                self._session(day)
                finished = day if self.lesson >= len(self.course) else None
            gone = gone or (day >= first and self._drops_out())
            stuck.append(self.obstacle is not None)
        kept = tuple(event for event in self.events if self.rng.random() >= self.assumed.lost_events)
        return MadeLearner(self.name, self.traits.habit, kept, tuple(stuck), finished)

    def _comes(self, day: int, first: int) -> bool:
        if day == first:
            return True
        if self.traits.away[0] <= day < self.traits.away[1]:
            return False
        chance = self.traits.sessions_a_week / 7
        if self.traits.habit is Habit.WEEKENDS:
            chance *= 3.0 if day % 7 >= 5 else 0.2
        return self._chance(chance * (0.7 if self.obstacle is not None else 1.0))

    def _drops_out(self) -> bool:
        chance = 0.16 if self.traits.visitor else self.assumed.dropping_in_a_day
        return self._chance(chance + (self.assumed.dropping_when_stuck if self.obstacle is not None else 0.0))

    def _session(self, day: int) -> None:
        self.now = BEGINS + day * _DAY + timedelta(hours=float(np.clip(self.rng.normal(18, 2.5), 6, 22)))
        ends = min(self.now + timedelta(minutes=self.traits.session_min), BEGINS + (day + 1) * _DAY)
        if self.obstacle is not None and self._chance(self.assumed.insight_overnight):
            self.obstacle = None
        self._tell(Verb.OPENED)
        if self.traits.habit is Habit.SKIMMING:
            self._skim()
        while self.now < ends and self.lesson < len(self.course):
            going_on = self._try() if self._has_read() else self._read(ends)
            if not going_on:
                return

    def _has_read(self) -> bool:
        return self.read_min >= self.course[self.lesson].reading_min * self.traits.speed

    def _read(self, ends: datetime) -> bool:
        """Read on; in front of an obstacle pages are read again and again without getting further."""
        lesson = self.course[self.lesson]
        if self._meets(-1, float(np.mean(lesson.exercises)) - 1.2):
            self.obstacle = -1
        minutes = min(float(self.rng.uniform(5, 14)), (ends - self.now).total_seconds() / 60)
        self.now += timedelta(minutes=max(minutes, 0.5))
        if self.obstacle is None:
            self.read_min += minutes
            if self._chance(self.traits.asks_anyway * 0.3):
                self._tell(Verb.ASKED)
            return True
        if self._chance(0.3):
            self._tell(Verb.OPENED)
        return self._struggle()

    def _try(self) -> bool:
        """One try at an exercise; False where that was enough for today."""
        lesson, block = self.course[self.lesson], f"{self.course[self.lesson].slug}-{self.exercise}"
        if self._meets(self.exercise, lesson.exercises[self.exercise]):
            self.obstacle = self.exercise
        took = self.assumed.try_min * self.traits.speed * float(self.rng.lognormal(0, 0.5))
        self.now += timedelta(minutes=took)
        failed = self._chance(0.95 if self.obstacle is not None else self.traits.slip)
        if self.traits.tells_tries:
            self._tell(Verb.FAILED if failed else Verb.PASSED, block, duration_s=round(60 * took))
        if failed:
            return self._struggle() if self.obstacle is not None else not self._chance(0.05)
        self.obstacle = None
        if self._chance(self.traits.asks_anyway * 0.3):
            self._tell(Verb.ASKED)
        self._go_on()
        return True

    def _struggle(self) -> bool:
        """What somebody does who is held up: wait for an insight, ask, take a hint, leave it behind, or stop."""
        overcome = self._chance(self.assumed.insight_a_try)
        if self._chance(self.traits.asks_when_stuck * 0.5):
            self._tell(Verb.ASKED)
            overcome = overcome or self._chance(self.assumed.helped_by_asking)
        if self._chance(self.traits.takes_hints * 0.5):
            self._tell(Verb.HINTED, self._block(), rung=1)
            overcome = overcome or self._chance(self.assumed.helped_by_asking)
        if self._chance(self.traits.presses_stuck * 0.5):
            self._tell(Verb.STUCK)
        if overcome:
            self.obstacle = None
        elif self._chance(self.assumed.left_behind):
            self._leave_behind()
        return not self._chance(self.traits.gives_up_for_today) or self.obstacle is None

    def _leave_behind(self) -> None:
        left, self.obstacle = self.obstacle, None
        if left == -1:
            self.read_min = 1e9
        else:
            self._go_on()

    def _go_on(self) -> None:
        self.exercise += 1
        if self.exercise < len(self.course[self.lesson].exercises):
            return
        self._tell(Verb.COMPLETED)
        self.lesson, self.exercise, self.read_min = self.lesson + 1, 0, 0.0
        if self.lesson < len(self.course):
            self._tell(Verb.OPENED)

    def _skim(self) -> None:
        """Look into lessons to come, and back: opened, not begun."""
        for ahead in range(self.lesson + 1, min(self.lesson + 3, len(self.course))):
            if self._chance(0.3):
                self.now += timedelta(minutes=1)
                self._tell(Verb.OPENED, lesson=ahead)
        self._tell(Verb.OPENED)

    def _meets(self, place: int, hardness: float) -> bool:
        """Whether an obstacle is met here: asked once of every place."""
        if self.obstacle is not None or (self.lesson, place) in self.met:
            return False
        self.met.add((self.lesson, place))
        even = np.log(self.assumed.obstacle / (1 - self.assumed.obstacle))
        return self._chance(1 / (1 + np.exp(-(even + self.assumed.slope * (hardness - self.traits.ability)))))

    def _block(self) -> str | None:
        return None if self.obstacle in (None, -1) else f"{self.course[self.lesson].slug}-{self.obstacle}"

    def _chance(self, of: float) -> bool:
        return bool(self.rng.random() < of)

    def _tell(self, verb: Verb, block: str | None = None, *, lesson: int | None = None, **detail: Any) -> None:
        self.now += timedelta(seconds=1)
        slug = self.course[self.lesson if lesson is None else lesson].slug
        event = f"{self.name}-{len(self.events)}"
        self.events.append(Happened(event, verb, self.now, self.name, slug, block, detail))


def truly_stuck(learner: MadeLearner, *, least_days: int) -> Iterator[range]:
    """The stretches of at least so many days at the end of each of which an obstacle stood."""
    began: int | None = None
    for day, stuck in enumerate((*learner.stuck, False)):
        if stuck and began is None:
            began = day
        elif not stuck and began is not None:
            if day - began >= least_days:
                yield range(began, day)
            began = None
