"""Writing to the event log."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.ids import ProductSlug
from learning.tables import EventRow


class Verb(StrEnum):
    """What happened, in xAPI-shaped names."""

    OPENED = "opened"
    COMPLETED = "completed"
    ASKED = "asked"
    STUCK = "stuck"
    RATED = "rated"
    COMMENTED = "commented"


# What a learner only does in a lesson they have come to.
_REACHES = (Verb.OPENED, Verb.COMPLETED, Verb.ASKED, Verb.STUCK)


def record_event(
    session: Session,
    event_id: str,
    *,
    product: ProductSlug,
    verb: Verb,
    actor: str | None = None,
    lesson: str | None,
    detail: dict[str, Any],
    at: datetime,
) -> None:
    """Append one event; the same id again changes nothing. `detail` holds ids and numbers, no words of a learner."""
    if session.get(EventRow, event_id) is None:
        row = EventRow(id=event_id, product=product, verb=verb, actor=actor, lesson=lesson, detail=detail, at=at)
        session.add(row)
        session.flush()


def lessons_reached(session: Session, product: ProductSlug, actor: str) -> frozenset[str]:
    """Slugs of the lessons a learner has opened or completed, or asked or been stuck in."""
    mine = select(EventRow.lesson).where(EventRow.actor == actor, EventRow.product == product)
    reached = mine.where(EventRow.lesson.is_not(None), EventRow.verb.in_(_REACHES)).distinct()
    return frozenset(lesson for lesson in session.scalars(reached) if lesson is not None)
