"""Takes in events that hosts and browsers send: one row at a time, so that a bad one never spoils the others.

An event is known by the id it was sent under, kept apart by product and sender: sending a batch again, or its rows in
another order, changes nothing. Only ids, times and numbers are kept; a row that carries words is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import CompanionError, Invalid, NotAllowed
from foundation.ids import PersonId, ProductSlug, content_hash
from foundation.text import clean_text
from knowledge.lessons import find_lesson
from learning.enrolments import enrol
from learning.events import Verb
from learning.people import person_by_host_id
from learning.tables import EventRow

MAX_BATCH = 500
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


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: `name` keeps their ids apart from everybody's, `person_of` says whom a row's `learner` means.

    `person_of` raises NotAllowed or Invalid for a learner of whom this sender may not speak.
    """

    name: str
    verbs: tuple[Verb, ...]
    person_of: Callable[[str | None], PersonId]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not kept: its place in the batch, its id as sent where it has one, and why."""

    index: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: `kept` are new, `known` were sent before."""

    kept: int
    known: int
    refused: tuple[RefusedRow, ...]


def host_sender(
    session: Session, host: str, product: ProductSlug, *, learner: str | None = None, now: datetime
) -> Sender:
    """A host's server, which speaks of its own learners; `learner` is whom rows mean that name nobody.

    A learner it speaks of for the first time is made known, and enrolled.
    """
    known: dict[str, PersonId] = {}

    def person_of(named: str | None) -> PersonId:
        wanted = learner if named is None else named
        if wanted is None:
            raise Invalid("learner is missing; name the learner in the row or beside events")
        if wanted not in known:
            person = person_by_host_id(session, host, wanted, now=now)
            enrol(session, person, product, now=now)
            known[wanted] = person
        return known[wanted]

    return Sender(f"host:{host}", HOSTS_VERBS, person_of)


def learner_sender(person: PersonId, key: str) -> Sender:
    """A learner's own browser, which speaks of that learner alone."""

    def person_of(named: str | None) -> PersonId:
        if named not in (None, key):
            raise NotAllowed("a learner's key speaks for that learner alone; leave learner out of the row")
        return person

    return Sender(f"browser:{person}", LEARNERS_VERBS, person_of)


def take_events(
    session: Session, product: ProductSlug, rows: Sequence[object], *, sender: Sender, now: datetime
) -> Taken:
    """Keep what can be kept of a batch, and say of every other row why not."""
    batch = _Batch(session, product, sender, now)
    for index, row in enumerate(rows):
        try:
            batch.add(row)
        except CompanionError as err:
            batch.refused.append(RefusedRow(index, _told_id(row), str(err)))
    session.flush()
    return Taken(batch.kept, batch.known, tuple(batch.refused))


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


@dataclass(slots=True)
class _Batch:
    """A batch while it is taken in."""

    session: Session
    product: ProductSlug
    sender: Sender
    now: datetime
    kept: int = 0
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    lessons: dict[str, str] = field(default_factory=dict)

    def add(self, row: object) -> None:
        sent = read_row(row, verbs=self.sender.verbs, now=self.now)
        lesson = None if sent.lesson is None else self._lesson(sent.lesson)
        actor = self.sender.person_of(sent.learner)
        event = f"e-{content_hash(self.product, self.sender.name, sent.id, size=24)}"
        before = self.session.execute(select(EventRow.verb, EventRow.actor).where(EventRow.id == event)).first()
        if before is None:
            self._keep(event, sent, lesson=lesson, actor=actor)
            self.kept += 1
        elif tuple(before) == (sent.verb, actor):
            self.known += 1
        else:
            raise Invalid("this id was sent before with something else; give every event an id of its own")

    def _lesson(self, name: str) -> str:
        if name not in self.lessons:
            self.lessons[name] = find_lesson(self.session, self.product, name).slug
        return self.lessons[name]

    def _keep(self, event: str, sent: SentEvent, *, lesson: str | None, actor: PersonId) -> None:
        row = EventRow(id=event, product=self.product, verb=sent.verb, actor=actor, lesson=lesson, block=sent.block)
        row.detail, row.at, row.received = dict(sent.result), sent.at, self.now
        self.session.add(row)


def _told_id(row: object) -> str | None:
    told = row.get("id") if isinstance(row, dict) else None
    return clean_text(told)[:MAX_ID_CHARS] if isinstance(told, str) else None


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
