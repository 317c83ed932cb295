"""Reads one event as a host or a browser sends it: what can be kept of it, or what is wrong with it.

Only ids, times and numbers can be kept. A field that could carry words is refused rather than dropped, so that whoever
sends it hears of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from foundation.errors import Invalid
from foundation.text import clean_text
from learning.events import Verb

MAX_ID_CHARS = 200
MAX_DURATION_S = 30 * 24 * 3600
AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""
LEARNERS_VERBS = (Verb.OPENED, Verb.ATTEMPTED, Verb.FAILED, Verb.PASSED, Verb.COMPLETED)
HOSTS_VERBS = (*LEARNERS_VERBS, Verb.ASKED, Verb.STUCK)
_FIELDS = frozenset({"id", "learner", "verb", "lesson", "block", "at", "result"})
_CONTRADICTS = {(Verb.PASSED, False), (Verb.FAILED, True)}


@dataclass(frozen=True, slots=True)
class SentEvent:
    """A row that can be kept, if its learner and lesson are known; `result` holds `success`, `score`, `duration_s`."""

    id: str
    verb: Verb
    at: datetime
    learner: str | None
    lesson: str | None
    block: str | None
    result: Mapping[str, bool | float]


def read_row(row: object, *, verbs: Sequence[Verb], now: datetime) -> SentEvent:
    """One row as sent; raises Invalid with what is wrong with it."""
    if not isinstance(row, dict):
        raise Invalid("an event is an object with id, verb and at")
    unknown = sorted(str(name)[:70] for name in row.keys() - _FIELDS)
    if unknown:
        raise Invalid(f"{unknown[0]!r} is no field of an event and nothing of it is kept; leave it out")
    verb = _verb(row, verbs)
    lesson = _name(row, "lesson")
    if lesson is None and verb in LEARNERS_VERBS:
        raise Invalid(f"lesson is missing; {verb} happens in a lesson")
    sent = SentEvent(
        id=_required(row, "id"),
        verb=verb,
        at=_time(row, now),
        learner=_name(row, "learner"),
        lesson=lesson,
        block=_block(row),
        result=_result(row.get("result")),
    )
    if (verb, sent.result.get("success")) in _CONTRADICTS:
        raise Invalid(f"result.success contradicts the verb {verb}; leave it out")
    return sent


def _verb(row: Mapping[str, Any], verbs: Sequence[Verb]) -> Verb:
    told = _required(row, "verb")
    if told in verbs:
        return Verb(told)
    why = "is not for you to send" if told in set(Verb) else "is not known"
    raise Invalid(f"the verb {told[:70]!r} {why}; send one of {', '.join(verbs)}")


def _required(row: Mapping[str, Any], name: str) -> str:
    told = _name(row, name)
    if told is None:
        raise Invalid(f"{name} is missing")
    return told


def _name(row: Mapping[str, Any], name: str) -> str | None:
    told = row.get(name)
    if told is None:
        return None
    if not isinstance(told, str) or not told.strip() or len(told) > MAX_ID_CHARS or clean_text(told) != told:
        raise Invalid(f"{name} must be a string of 1 to {MAX_ID_CHARS} characters, none of them a control character")
    return told


def _block(row: Mapping[str, Any]) -> str | None:
    told = _name(row, "block")
    if told is not None and any(char.isspace() for char in told):
        raise Invalid("block is the id of an exercise, without blanks; what it says is not kept")
    return told


def _time(row: Mapping[str, Any], now: datetime) -> datetime:
    told = _required(row, "at")
    try:
        at = datetime.fromisoformat(told)
        at = at if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as err:
        raise Invalid(f"at {told[:70]!r} is no time; write it like 2026-03-02T09:00:00+03:00") from err
    if at.tzinfo is None:
        raise Invalid("at does not say its offset; write it like 2026-03-02T09:00:00+03:00, or with Z for UTC")
    if at > now + AHEAD:
        raise Invalid(f"at lies ahead of our clock, which says {now.isoformat(timespec='seconds')}; send it afterwards")
    return at


def _result(told: object) -> Mapping[str, bool | float]:
    if told is None:
        return {}
    if not isinstance(told, dict) or not told.keys() <= {"success", "score", "duration_s"}:
        raise Invalid("result holds success, score and duration_s and nothing else; what a learner wrote is not kept")
    given = {name: value for name, value in told.items() if value is not None}
    if not isinstance(given.get("success", True), bool):
        raise Invalid("result.success must be true or false")
    for name, most in (("score", 1), ("duration_s", MAX_DURATION_S)):
        value = given.get(name, 0)
        # Compared rather than asked whether it is finite: not-a-number is in no range, and huge whole numbers overflow.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise Invalid(f"result.{name} must be a number from 0 to {most}")
    return given
