"""Does the measuring of effects say the truth: changes that do nothing, harm or help, in courses that are made up.

Learners come to a course's lessons one after another, some have trouble there, and at a moment a release changes one
lesson. What is known of them goes through the product's own plan and looks (`feedback.effect_plan`, `feedback.look`).
Everything that could pass for an effect is in it: the place is chosen because it stood out, later learners are less
able, lessons drift by themselves, and the same learners are at all of them. Run it: `python -m evals.loop_effects`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.wilson import wilson_interval
from feedback.cohorts import REACH, WINDOW, Period
from feedback.course_log import CourseLog, Trouble, TroubleKind
from feedback.effect import Effect, Verdict
from feedback.effect_plan import plan_effect
from feedback.item import Place
from feedback.look import take_due
from foundation.ids import ProductSlug

RELEASED = datetime(2026, 6, 1, tzinfo=UTC)
RUNS = 400
_DAY_S = 24 * 3600.0
_SPARE = 1.05

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EffectWorld:
    """What is assumed of a course and its learners; shares and chances are 0 to 1.

    `usual` and `spread` are of the chance of trouble at lessons that are as they should be, `defects` lessons have a
    chance of `defect`. `ability` (a standard deviation, log odds) makes learners unlike; those who begin after the
    release are `weaker` by so much on average, and each lesson drifts by itself by `drift`. `before` learners came.
    """

    lessons: int = 16
    before: int = 400
    usual: float = 0.06
    spread: float = 0.03
    defects: int = 3
    defect: float = 0.25
    ability: float = 0.8
    weaker: float = 0.2
    drift: float = 0.05
    skips: float = 0.1
    days_a_lesson: float = 2.0
    setbacks: float = 1.5


PLAIN = EffectWorld()
# A place that is chosen because it stands out among its like: nothing but chance tells it from the others.
ALIKE = replace(PLAIN, usual=0.15, spread=0.0, defects=0)
MIXED = replace(PLAIN, usual=0.15, spread=0.05, defects=0)
WORLDS: Mapping[str, EffectWorld] = {"defects": PLAIN, "all alike": ALIKE, "mixed": MIXED}
OTHERWISE: Mapping[str, EffectWorld] = {
    "half as many learners before": replace(PLAIN, before=200),
    "a new cohort much weaker": replace(PLAIN, weaker=0.6),
    "lessons drift three times as much": replace(PLAIN, drift=0.15),
    "few lessons": replace(PLAIN, lessons=5, defects=1),
    "learners all alike": replace(PLAIN, ability=0.0),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What one change was found to do, at how many learners after it, and how many were planned for."""

    verdict: Verdict
    learners: int
    planned: int
    difference: float


def try_change(world: EffectWorld, change: float, *, seed: int) -> Trial:
    """Change the lesson that stood out most by so much (−0.1: ten points less trouble), and look at it as planned."""
    rng = np.random.default_rng([seed, 6])
    course = _Course(world, rng)
    before = course.learners(world.before, after=False)
    book = _Book()
    book.write(before)
    log = book.log
    named = max(log.troubles, key=lambda lesson: (_rate(log, lesson), lesson))
    period = Period(RELEASED - REACH, RELEASED, RELEASED)
    plan = plan_effect(log, named, None, period=period)
    wanted = plan["looks"][-1]
    after = course.learners(int(wanted * _SPARE / (1 - world.skips)) + 1, after=True)
    course.apply(change, at=int(named.removeprefix("lesson-")), to=after)
    book.write(after)
    effect = Effect("f-1", ProductSlug("made"), "p-1", 2, Place(named), RELEASED, plan, (), Verdict.WATCHING)
    upto = RELEASED + REACH + WINDOW
    looks, verdict = take_due(effect, log, upto=upto, is_over=True, changed=lambda _until: frozenset())
    return Trial(verdict, looks[-1]["after"]["learners"], wanted, looks[-1]["difference"])


def run_effects(
    *, runs: int = RUNS, seed: int = 1, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> dict[str, Any]:
    """How often useless, harmful and real changes were called what; of a change of ten points either way."""
    legs: dict[str, tuple[EffectWorld, float, int]] = {
        **{f"useless, {name}": (world, 0.0, runs) for name, world in WORLDS.items()},
        "harmful": (PLAIN, 0.1, runs),
        "mended": (PLAIN, -0.1, runs),
        **{f"useless, {name}": (world, 0.0, runs // 4) for name, world in OTHERWISE.items()},
        **{f"mended, {name}": (world, -0.1, runs // 4) for name, world in OTHERWISE.items()},
    }
    total, done = sum(n for _, _, n in legs.values()), 0
    told = {}
    for place, (name, (world, change, n)) in enumerate(legs.items()):
        trials = []
        for run in range(n):
            trials.append(try_change(world, change, seed=seed * 1_000_003 + place * 10_007 + run))
            done += 1
            progress(done, total)
        told[name] = tell_trials(trials, wanted=_wanted(change))
    return {"runs": runs, "seed": seed, "points": 10, "assumed": asdict(PLAIN), "legs": told, **_headline(told)}


def tell_trials(trials: Sequence[Trial], *, wanted: Verdict) -> dict[str, Any]:
    """How often each verdict was said, and how often the one that is true, with its 95 % interval."""
    said = Counter(trial.verdict for trial in trials)
    right = said[wanted]
    return {
        "n": len(trials),
        **{verdict.value: said[verdict] for verdict in (Verdict.HELPED, Verdict.NO_EVIDENCE, Verdict.WORSE)},
        "right": round(right / len(trials), 4),
        "interval_95": list(wilson_interval(right, len(trials))),
        "learners_after": int(median(trial.learners for trial in trials)),
        "learners_planned": int(median(trial.planned for trial in trials)),
    }


def _headline(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    useless = [told[f"useless, {name}"] for name in WORLDS]
    n, right = sum(leg["n"] for leg in useless), sum(leg["no_evidence"] for leg in useless)
    return {
        "useless_no_evidence": {"share": round(right / n, 4), "n": n, "interval_95": list(wilson_interval(right, n))},
        "harmful_called_out": told["harmful"]["right"],
        "power": told["mended"]["right"],
        "cohort": {"before": PLAIN.before, "after": told["mended"]["learners_planned"]},
    }


def _wanted(change: float) -> Verdict:
    if change == 0:
        return Verdict.NO_EVIDENCE
    return Verdict.HELPED if change < 0 else Verdict.WORSE


@dataclass(frozen=True, slots=True)
class _Learners:
    """Arrays `(learners, lessons)`: when each came to each lesson, in days from the release, and what happened."""

    name: str
    at: Numbers
    came: NDArray[np.bool_]
    chance: Numbers
    troubled: NDArray[np.bool_]
    setback: NDArray[np.bool_]


class _Course:
    """Lessons with a chance of trouble each, and the learners who come to them."""

    def __init__(self, world: EffectWorld, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng
        chances = np.clip(rng.normal(world.usual, world.spread, world.lessons), 0.01, 0.9)
        chances[rng.choice(world.lessons, world.defects, replace=False)] = world.defect
        self.odds = np.log(chances / (1 - chances))
        self.drift = rng.normal(0.0, world.drift, world.lessons)

    def learners(self, n: int, *, after: bool) -> _Learners:
        """People who go through the lessons in order, some faster than others, and leave some out."""
        world, rng = self.world, self.rng
        pace = rng.lognormal(0.0, 0.5, (n, 1)) * world.days_a_lesson
        course_days = pace * world.lessons
        begun = rng.uniform(1, 140, (n, 1)) if after else -rng.uniform(8, 150, (n, 1)) - course_days
        at = begun + pace * (np.arange(world.lessons) + rng.uniform(0, 0.5, (n, world.lessons)))
        # The body of the course is before the release for those of before, whatever their pace.
        at = at if after else np.maximum(at, -170.0)
        ability = rng.normal(0.0, world.ability, (n, 1))
        odds = self.odds - ability + ((world.weaker + self.drift) if after else 0.0)
        chance = 1 / (1 + np.exp(-odds))
        return _Learners(
            name="after" if after else "before",
            at=at,
            came=rng.random(at.shape) >= world.skips,
            chance=chance,
            troubled=rng.random(at.shape) < chance,
            setback=rng.random(at.shape) < np.minimum(chance * world.setbacks, 1.0),
        )

    def apply(self, change: float, *, at: int, to: _Learners) -> None:
        """Take trouble from so many of all learners at a lesson, or give it to so many more."""
        rate = float(to.chance[:, at].mean())
        if change < 0:
            to.troubled[:, at] &= self.rng.random(len(to.at)) >= min(-change / rate, 1.0)
        elif change > 0:
            to.troubled[:, at] |= self.rng.random(len(to.at)) < change / (1 - rate)


@dataclass(frozen=True, slots=True)
class _Book:
    """What would be read of learners, written down as they come; `log` is of the same values."""

    visits: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    troubles: dict[str, list[Trouble]] = field(default_factory=lambda: defaultdict(list))
    setbacks: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @property
    def log(self) -> CourseLog:
        return CourseLog(self.visits, self.troubles, self.setbacks, self.begun)

    def write(self, learners: _Learners) -> None:
        for lesson, days in enumerate(learners.at.T.tolist()):
            place = f"lesson-{lesson}"
            told, failed = learners.troubled[:, lesson].tolist(), learners.setback[:, lesson].tolist()
            for n in np.nonzero(learners.came[:, lesson])[0].tolist():
                name, at = f"{learners.name}-{n}", RELEASED + timedelta(seconds=days[n] * _DAY_S)
                self.visits[place][name] = at
                # Everybody goes through the lessons in order.
                self.begun[name].append(at)
                if told[n]:
                    self.troubles[place].append(Trouble(TroubleKind.STUCK, name, None, at))
                if failed[n]:
                    self.setbacks[name].append(at)


def _rate(log: CourseLog, lesson: str) -> float:
    return len(log.troubles[lesson]) / len(log.visits[lesson])


if __name__ == "__main__":
    print(json.dumps(run_effects(), indent=2))
