"""Writing to the event log."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from foundation.ids import ProductSlug
from learning.tables import EventRow


class Verb(StrEnum):
    """What happened, in xAPI-shaped names."""

    ASKED = "asked"
    STUCK = "stuck"
    RATED = "rated"
    COMMENTED = "commented"


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
