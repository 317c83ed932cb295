"""The stuck score: how much somebody's events of late look like those of people who are stuck in a lesson.

Every part of it is something that happened and can be counted, and is named with its count. It says nothing of how
somebody feels, and nothing of what they can do.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from learning.events import Verb
from learning.log import Happened, in_order
from learning.pace import Pace, time_spent
from learning.progress import VISITS, Result, block_progress, progress_of, result_of, tries_of

_DAY = timedelta(days=1)
# What was offered or planned was not done by the learner.
_DONE = VISITS | {Verb.HINTED}
# What a message was taken for, as its event says; hosts do not say it. Thanks and greetings are no sign of anything.
_QUESTIONS = frozenset({None, "question", "give_answer"})
_SAYS_STUCK = "stuck"


class Sign(StrEnum):
    """Something countable that people who are stuck do more than others."""

    FAILED_IN_ROW = "failed_in_row"
    SLOW = "slow"
    ASKED = "asked"
    PRESSED = "pressed"
    HINTED = "hinted"
    RETURNED = "returned"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign with its count: times, days, or for `slow` how many times as long as most; `block` is the exercise."""

    sign: Sign
    count: float
    block: str | None = None


@dataclass(frozen=True, slots=True)
class StuckScore:
    """How much it looks like being stuck in a lesson, 0 to 1, and why: what weighs most comes first."""

    lesson: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SignWeight:
    """What a unit of a sign adds, how many units count at most, and from which count on it is worth telling."""

    weight: float
    most: float
    told_from: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How signs make a score; from `offer_from` on it is worth offering help."""

    bias: float
    offer_from: float
    signs: Mapping[Sign, SignWeight]


@cache
def stuck_weights() -> Weights:
    """The weights of `stuck_weights.toml`."""
    told = tomllib.loads((files("learning") / "stuck_weights.toml").read_text(encoding="utf-8"))
    signs = {Sign(name): SignWeight(**weight) for name, weight in told["signs"].items()}
    return Weights(float(told["bias"]), float(told["offer_from"]), signs)


def current_score(
    events: Iterable[Happened], lessons: Sequence[str], *, paces: Mapping[str, Pace], now: datetime
) -> StuckScore | None:
    """The score in the lesson a learner is in, from all they did; None for one who is in none."""
    happened = [event for event in in_order(events) if event.at <= now]
    lesson = progress_of(happened, lessons).current
    if lesson is None:
        return None
    here = [event for event in happened if event.lesson == lesson]
    return score_signs(lesson, read_signs(here, pace=paces.get(lesson), now=now))


def read_signs(events: Sequence[Happened], *, pace: Pace | None, now: datetime) -> list[Reason]:
    """Every sign that counts above zero, from what one learner did in one lesson, in order.

    What was asked, pressed, hinted and opened again counts since the last exercise that was passed: whoever passed one
    got on.
    """
    events = [event for event in events if event.verb in _DONE]
    visits = [event for event in events if event.verb in VISITS]
    if not visits:
        return []
    passed = [place for place, event in enumerate(events) if result_of(event) is Result.PASSED]
    since = events[passed[-1] + 1 :] if passed else events
    found = [
        _failures(visits),
        Reason(Sign.SLOW, _times_as_long(visits, pace)),
        Reason(Sign.ASKED, sum(map(_asks, since))),
        Reason(Sign.PRESSED, sum(map(_says_stuck, since))),
        Reason(Sign.HINTED, _count(since, Verb.HINTED)),
        Reason(Sign.RETURNED, _count(since, Verb.OPENED) - 1),
        Reason(Sign.SILENT, _days_silent(events, now)),
    ]
    return [reason for reason in found if reason.count > 0]


def score_signs(lesson: str, signs: Iterable[Reason], *, weights: Weights | None = None) -> StuckScore:
    """The score that signs add up to: logistic, so that no sign alone makes it 1."""
    weights = weights or stuck_weights()
    added = [(units(reason, weights) * weights.signs[reason.sign].weight, reason) for reason in signs]
    score = 1.0 / (1.0 + math.exp(-weights.bias - sum(weight for weight, _ in added)))
    telling = [
        (weight, reason)
        for weight, reason in added
        if weight > 0 and reason.count >= weights.signs[reason.sign].told_from
    ]
    telling.sort(key=lambda pair: (-pair[0], pair[1].sign))
    return StuckScore(lesson, score, tuple(reason for _, reason in telling))


def units(reason: Reason, weights: Weights) -> float:
    """What a sign counts for: its count up to the most, and for `slow` its binary logarithm."""
    count = math.log2(max(reason.count, 1.0)) if reason.sign is Sign.SLOW else reason.count
    return min(count, weights.signs[reason.sign].most)


def _failures(visits: Sequence[Happened]) -> Reason:
    blocks = [block_progress(block, tries) for block, tries in tries_of(visits).items()]
    worst = max((block for block in blocks if not block.passed), key=lambda block: block.failures_in_row, default=None)
    if worst is None:
        return Reason(Sign.FAILED_IN_ROW, 0)
    return Reason(Sign.FAILED_IN_ROW, worst.failures_in_row, worst.block)


def _times_as_long(visits: Sequence[Happened], pace: Pace | None) -> float:
    return 0.0 if pace is None else round(time_spent(visits) / pace.median_s, 1)


def _count(events: Sequence[Happened], verb: Verb) -> int:
    return sum(event.verb is verb for event in events)


def _asks(event: Happened) -> bool:
    return event.verb is Verb.ASKED and event.detail.get("intent") in _QUESTIONS


def _says_stuck(event: Happened) -> bool:
    """By the button, or in a message that was taken for it."""
    return event.verb is Verb.STUCK or (event.verb is Verb.ASKED and event.detail.get("intent") == _SAYS_STUCK)


def _days_silent(events: Sequence[Happened], now: datetime) -> int:
    """Whole days since the last thing done, where that was no success but an open question, a hint or a failure."""
    last = events[-1]
    unresolved = _asks(last) or _says_stuck(last) or last.verb is Verb.HINTED or result_of(last) is Result.FAILED
    return max((now - last.at) // _DAY, 0) if unresolved else 0
