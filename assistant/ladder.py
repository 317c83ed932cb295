"""Which rung of the hint ladder a learner gets: a rule over what is known of their work, and nothing else.

Why it climbs, why one step at a time, and why success takes it down again stands in docs/design/hints.md.
"""

from dataclasses import dataclass
from enum import IntEnum

from learning.progress import Result


class Rung(IntEnum):
    """How much help a hint gives; the solution itself is on none of them."""

    WHERE = 1
    CONCEPT = 2
    ANALOGUE = 3
    GRADUATE = 4
    PERSON = 5


# Attempts a rung of start, and when failing in a row or taking long counts as one more.
_ATTEMPTS_A_RUNG = 2
_FAILURES = 3
_LONG = 2.0
_HIGHEST_START = Rung.ANALOGUE
# Successes without help, right before, that each take the start one rung down.
_FADES_FROM = 2
# Asked so often on one rung without a try in between, the next one comes all the same.
_PATIENCE = 2


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a learner's work on one exercise.

    `failures` are those in a row up to now. `time_ratio` is the time on it over the cohort's median, None where nobody
    knows. `given` are the rungs given for it, oldest first, `tried_since` the attempts since the last of them.
    `unaided` counts the exercises before it, in a row, that were solved without a hint. `top` is the highest rung that
    the author allows.
    """

    attempts: int = 0
    failures: int = 0
    time_ratio: float | None = None
    last: Result | None = None
    given: tuple[Rung, ...] = ()
    tried_since: int = 0
    unaided: int = 0
    wants_person: bool = False
    top: Rung = Rung.PERSON


def choose_rung(signals: Signals) -> Rung:
    """The rung of the next hint; a person who is asked for is always there, whatever the author's ceiling."""
    if signals.wants_person:
        return Rung.PERSON
    if signals.last is Result.PASSED:
        return Rung.WHERE
    start = _start(signals)
    if not signals.given:
        return Rung(min(start, signals.top))
    reached = max(signals.given)
    return Rung(min(max(_next(signals, reached), min(start, reached + 1)), signals.top))


def _start(signals: Signals) -> int:
    """Where work so far begins the ladder: earned by trying, lowered by success before."""
    earned = 1 + signals.attempts // _ATTEMPTS_A_RUNG
    earned += signals.failures >= _FAILURES
    earned += signals.time_ratio is not None and signals.time_ratio >= _LONG
    return max(Rung.WHERE, min(earned, _HIGHEST_START) - min(signals.unaided, _FADES_FROM))


def _next(signals: Signals, reached: int) -> int:
    """One rung on after a try, from the first at once, and after asking patiently; else the same again."""
    asked_here = signals.given.count(Rung(reached))
    goes_on = reached == Rung.WHERE or signals.tried_since > 0 or asked_here >= _PATIENCE
    return min(reached + goes_on, Rung.PERSON)
