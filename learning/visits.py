"""When each learner first came to each lesson of a product, for everybody at once."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.lessons import live_lessons
from learning.progress import VISITS, successor_of
from learning.tables import EventRow

_COLUMNS = EventRow.__table__.columns


def first_visits(session: Session, product: str, *, until: datetime) -> dict[str, dict[str, datetime]]:
    """When known people first did anything in each live lesson, by its slug and their ids.

    What they did in a lesson that was replaced counts for the one in its place.
    """
    first = (
        select(_COLUMNS.lesson, _COLUMNS.actor, func.min(_COLUMNS.at).label("at"))
        .where(_COLUMNS.product == product, _COLUMNS.verb.in_(VISITS), _COLUMNS.at <= until)
        .where(_COLUMNS.actor.is_not(None), _COLUMNS.lesson.is_not(None))
        .group_by(_COLUMNS.lesson, _COLUMNS.actor)
    )
    visits: dict[str, dict[str, datetime]] = defaultdict(dict)
    for lesson, actor, at in session.execute(first):
        visits[lesson][actor] = at
    return _moved(session, product, visits)


def _moved(session: Session, product: str, visits: dict[str, dict[str, datetime]]) -> dict[str, dict[str, datetime]]:
    live = {head.slug for head in live_lessons(session, product)}
    told = {lesson: visits.get(lesson, {}) for lesson in live}
    for lesson in visits.keys() - live:
        successor = successor_of(session, product, lesson)
        if successor is not None:
            for actor, at in visits[lesson].items():
                told[successor][actor] = min(at, told[successor].get(actor, at))
    return told
