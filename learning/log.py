"""Reading the event log: what happened, as plain values to compute with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from learning.events import Verb
from learning.tables import EventRow

# The table's columns, not rows with an identity: a learner's log is read whole.
_COLUMNS = EventRow.__table__.columns
_EVENTS = select(*(_COLUMNS[name] for name in ("id", "verb", "at", "actor", "lesson", "block", "detail")))


@dataclass(frozen=True, slots=True)
class Happened:
    """One event; `lesson` is our slug, `block` the id of an exercise, `detail` holds ids and numbers."""

    id: str
    verb: Verb
    at: datetime
    actor: str | None = None
    lesson: str | None = None
    block: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def in_order(events: Iterable[Happened]) -> list[Happened]:
    """As things happened, each once, in whatever order and how often they were told."""
    once = {event.id: event for event in events}
    return sorted(once.values(), key=lambda event: (event.at, event.id))


def events_of(session: Session, product: str, actor: str) -> list[Happened]:
    """All that a learner did in a product, in order."""
    return _read(session, _EVENTS.where(_COLUMNS.product == product, _COLUMNS.actor == actor))


def events_with(
    session: Session, product: str, verbs: Iterable[Verb], *, lesson: str | None = None, actors: Iterable[str] = ()
) -> list[Happened]:
    """What known people did in a product, by verb, in order; of a lesson or of some of them where these are named."""
    wanted = _EVENTS.where(_COLUMNS.product == product, _COLUMNS.verb.in_(list(verbs)), _COLUMNS.actor.is_not(None))
    if lesson is not None:
        wanted = wanted.where(_COLUMNS.lesson == lesson)
    named = list(actors)
    return _read(session, wanted.where(_COLUMNS.actor.in_(named)) if named else wanted)


def latest_actors(session: Session, product: str, verb: Verb, *, lesson: str, limit: int) -> list[str]:
    """Who did this last in a lesson, at most `limit` people, the latest first."""
    mine = select(_COLUMNS.actor, _COLUMNS.at).where(_COLUMNS.product == product, _COLUMNS.verb == verb)
    mine = mine.where(_COLUMNS.lesson == lesson, _COLUMNS.actor.is_not(None))
    rows = session.execute(mine.order_by(_COLUMNS.at.desc(), _COLUMNS.id).limit(2 * limit))
    return list(dict.fromkeys(str(row.actor) for row in rows))[:limit]


def _read(session: Session, wanted: Select[Any]) -> list[Happened]:
    known = frozenset(Verb)
    rows = session.execute(wanted.order_by(_COLUMNS.at, _COLUMNS.id))
    return [_happened(row) for row in rows if row.verb in known]


def _happened(row: Row[Any]) -> Happened:
    return Happened(row.id, Verb(row.verb), row.at, row.actor, row.lesson, row.block, row.detail)


def actors_of_turns(session: Session, turns: Iterable[str]) -> dict[str, str | None]:
    """Who asked each of these turns, by the turn's id; None where nobody was known."""
    ids = [f"asked-{turn}" for turn in turns]
    rows = session.execute(select(_COLUMNS.id, _COLUMNS.actor).where(_COLUMNS.id.in_(ids)))
    return {row.id.removeprefix("asked-"): row.actor for row in rows}
