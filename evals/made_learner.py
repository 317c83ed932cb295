"""One made-up learner's way through a course: what they do, and what stands in their way."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from evals.assumptions import Assumptions, Habit, MadeLesson, Traits, make_traits
from learning.events import Verb
from learning.log import Happened

BEGINS = datetime(2026, 3, 2, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MadeLearner:
    """One learner: their events in order, and for every day of the course whether an obstacle stood at its end."""

    name: str
    habit: Habit
    events: tuple[Happened, ...]
    stuck: tuple[bool, ...]
    finished: int | None


@dataclass(slots=True)
class Life:
    """One learner's way through the course, day by day."""

    name: str
    course: list[MadeLesson]
    assumed: Assumptions
    rng: np.random.Generator
    traits: Traits = field(init=False)
    now: datetime = BEGINS
    lesson: int = 0
    read_min: float = 0.0
    exercise: int = 0
    met: set[tuple[int, int]] = field(default_factory=set)
    # In the reading (-1) or at an exercise; None where nothing is in the way.
    obstacle: int | None = None
    events: list[Happened] = field(default_factory=list)

    def lived(self) -> MadeLearner:
        """Live through every day of the course, once."""
        self.traits = make_traits(self.rng, self.assumed)
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
        if day in self.traits.away:
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
