"""Made-up cohorts of learners: what each of them did, and on which days something truly held them up.

What holds a learner up is an obstacle: something in a lesson they do not see yet, met with a chance that depends on how
hard it is and how able they are, and overcome by an insight, somebody's help, or leaving it behind. The score that is
measured on these cohorts sees events alone; obstacles are no sum of them, and people who are not held up fail, ask and
dawdle as well. docs/design/noticing.md lists the assumptions and where their figures come from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from evals.assumptions import Assumptions, make_course
from evals.made_learner import BEGINS, Life, MadeLearner


@dataclass(frozen=True, slots=True)
class Cohort:
    """A course's lessons by slug, and those who took it."""

    lessons: tuple[str, ...]
    learners: tuple[MadeLearner, ...]
    days: int

    def day_ends(self, day: int) -> datetime:
        """The moment at which a day of the course is over; the first one is 0."""
        return BEGINS + timedelta(days=day + 1)


def make_cohort(seed: int, assumptions: Assumptions | None = None) -> Cohort:
    """The cohort of a seed, always the same."""
    assumed = assumptions or Assumptions()
    rng = np.random.default_rng([2026, seed])
    course = make_course(rng, assumed)
    learners = tuple(Life(f"s{seed}-{n}", course, assumed, rng).lived() for n in range(assumed.learners))
    return Cohort(tuple(lesson.slug for lesson in course), learners, assumed.days)


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
