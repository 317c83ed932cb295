"""The exercise a learner tried last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.events import Verb
from learning.tables import EventRow

_TRIES = (Verb.ATTEMPTED, Verb.FAILED, Verb.PASSED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where somebody tried an exercise; `block` is its id, None where the host names only the lesson."""

    lesson: str
    block: str | None


def last_attempt(session: Session, product: str, actor: str, *, since: datetime) -> Attempt | None:
    """The latest try of a learner in a product, None when there was none since then."""
    mine = select(EventRow.lesson, EventRow.block).where(EventRow.product == product, EventRow.actor == actor)
    tries = mine.where(EventRow.verb.in_(_TRIES), EventRow.at >= since, EventRow.lesson.is_not(None))
    row = session.execute(tries.order_by(EventRow.at.desc(), EventRow.id.desc()).limit(1)).first()
    return None if row is None or row.lesson is None else Attempt(row.lesson, row.block)
