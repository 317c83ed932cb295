"""Takes in events that hosts and browsers send: one row at a time, so that a bad one never spoils the others.

An event is known by the id it was sent under, kept apart by product and sender: sending a batch again, or its rows in
another order, changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import CompanionError, Invalid, NotAllowed
from foundation.ids import PersonId, ProductSlug, content_hash
from foundation.text import clean_text
from knowledge.lessons import find_lesson
from learning.enrolments import enrol
from learning.events import Verb
from learning.people import person_by_host_id
from learning.sent_events import HOSTS_VERBS, LEARNERS_VERBS, MAX_ID_CHARS, SentEvent, read_row
from learning.tables import EventRow

MAX_BATCH = 500
_ID_IN_USE = "this id was sent before with something else; give every event an id of its own"


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
            batch.add(index, row)
        except CompanionError as err:
            batch.refuse(index, row, str(err))
    batch.keep()
    return Taken(batch.kept, batch.known, tuple(sorted(batch.refused, key=lambda refused: refused.index)))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row whose learner and lesson are known; `event` is the id it has in the log."""

    index: int
    event: str
    sent: SentEvent
    actor: PersonId
    lesson: str | None


@dataclass(slots=True)
class _Batch:
    """A batch while it is taken in: its rows are read one by one, and written together."""

    session: Session
    product: ProductSlug
    sender: Sender
    now: datetime
    kept: int = 0
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    lessons: dict[str, str] = field(default_factory=dict)

    def add(self, index: int, row: object) -> None:
        sent = read_row(row, verbs=self.sender.verbs, now=self.now)
        lesson = None if sent.lesson is None else self._lesson(sent.lesson)
        actor = self.sender.person_of(sent.learner)
        event = f"e-{content_hash(self.product, self.sender.name, sent.id, size=24)}"
        self.rows.append(_Row(index, event, sent, actor, lesson))

    def refuse(self, index: int, row: object, reason: str) -> None:
        told = row.get("id") if isinstance(row, dict) else None
        name = clean_text(told)[:MAX_ID_CHARS] if isinstance(told, str) else None
        self.refused.append(RefusedRow(index, name, reason))

    def keep(self) -> None:
        events = select(EventRow.id, EventRow.verb, EventRow.actor).where(EventRow.id.in_([r.event for r in self.rows]))
        before = {row.id: (row.verb, row.actor) for row in self.session.execute(events)}
        for row in self.rows:
            told = row.sent.verb, row.actor
            if row.event not in before:
                before[row.event] = told
                self.session.add(self._event(row))
                self.kept += 1
            elif before[row.event] == told:
                self.known += 1
            else:
                self.refuse(row.index, {"id": row.sent.id}, _ID_IN_USE)
        self.session.flush()

    def _event(self, row: _Row) -> EventRow:
        sent = row.sent
        event = EventRow(id=row.event, product=self.product, verb=sent.verb, actor=row.actor, lesson=row.lesson)
        event.block, event.detail, event.at, event.received = sent.block, dict(sent.result), sent.at, self.now
        return event

    def _lesson(self, name: str) -> str:
        if name not in self.lessons:
            self.lessons[name] = find_lesson(self.session, self.product, name).slug
        return self.lessons[name]
