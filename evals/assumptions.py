"""What made-up cohorts of learners are made by: a course, and what makes one learner unlike another."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


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
    dropping_in_a_day: float = 0.016
    dropping_when_stuck: float = 0.02
    visitors: float = 0.3
    holidays: float = 0.35
    lost_events: float = 0.03
    without_tries: float = 0.05
    habits: tuple[float, ...] = (0.34, 0.12, 0.15, 0.15, 0.1, 0.07, 0.07)


@dataclass(frozen=True, slots=True)
class MadeLesson:
    """A lesson: how long it takes to read, and how hard each exercise is, on the scale of learners' ability."""

    slug: str
    reading_min: float
    exercises: tuple[float, ...]


def make_course(rng: np.random.Generator, assumed: Assumptions) -> list[MadeLesson]:
    """A course: later lessons are harder, and some lesson is much harder than its neighbours."""
    lessons = []
    for n in range(assumed.lessons):
        level = -0.4 + 0.8 * n / max(assumed.lessons - 1, 1) + rng.normal(0, 0.4)
        exercises = rng.normal(level, assumed.difficulty_spread, size=1 + min(int(rng.poisson(1.2)), 3))
        reading = assumed.reading_min * float(rng.lognormal(0, 0.5))
        lessons.append(MadeLesson(f"lesson-{n + 1}", reading, tuple(float(level) for level in exercises)))
    return lessons


@dataclass(frozen=True, slots=True)
class Traits:
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
    away: range


def make_traits(rng: np.random.Generator, assumed: Assumptions) -> Traits:
    """Somebody of a habit that is drawn, and more or less of everything than others of that habit."""
    habit = [*Habit][int(rng.choice(len(Habit), p=np.asarray(assumed.habits) / sum(assumed.habits)))]
    talk = {Habit.SILENT: 0.0, Habit.CHATTY: 2.0}.get(habit, 1.0)
    leaves, away = int(rng.integers(3, assumed.days)), int(rng.integers(5, 15))
    return Traits(
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
        away=range(leaves, leaves + away) if rng.random() < assumed.holidays else range(0),
    )
