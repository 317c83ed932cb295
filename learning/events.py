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
    ATTEMPTED = "attempted"
    FAILED = "failed"
    PASSED = "passed"
    COMPLETED = "completed"
    ASKED = "asked"
    STUCK = "stuck"
    HINTED = "hinted"
    OFFERED = "offered"
    HANDED_OVER = "handed_over"
    REPLIED = "replied"
    PLANNED = "planned"
    ENROLLED = "enrolled"
    RATED = "rated"
    COMMENTED = "commented"


# What a learner only does in a lesson they have come to.
_REACHES = (Verb.OPENED, Verb.ATTEMPTED, Verb.FAILED, Verb.PASSED, Verb.COMPLETED, Verb.ASKED, Verb.STUCK)


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
    block: str | None = None,
    received: datetime | None = None,
) -> bool:
    """Append one event; the same id again changes nothing and gives False.

    `detail` holds ids and numbers, no words of a learner. `block` is the id of an exercise in the lesson.
    """
    if session.get(EventRow, event_id) is not None:
        return False
    row = EventRow(id=event_id, product=product, verb=verb, actor=actor, lesson=lesson, detail=detail, at=at)
    row.block, row.received = block, received
    session.add(row)
    session.flush()
    return True


def lessons_reached(session: Session, product: ProductSlug, actor: str) -> frozenset[str]:
    """Slugs of the lessons a learner has opened or completed, or asked or been stuck in."""
    mine = select(EventRow.lesson).where(EventRow.actor == actor, EventRow.product == product)
    reached = mine.where(EventRow.lesson.is_not(None), EventRow.verb.in_(_REACHES)).distinct()
    return frozenset(lesson for lesson in session.scalars(reached) if lesson is not None)
