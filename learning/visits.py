"""When each learner first came to each lesson of a product, for everybody at once."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.lessons import live_lessons
from learning.progress import VISITS, successor_of
from learning.tables import EventRow

_COLUMNS = EventRow.__table__.columns
_ACTORS_A_QUERY = 500


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


def count_newcomers(session: Session, product: str, lesson: str, *, since: datetime, until: datetime) -> int:
    """How many known people first did anything in a lesson between two moments; quick where the first is not long ago.

    What was done in a lesson that this one replaced is not looked at.
    """
    here = (_COLUMNS.product == product, _COLUMNS.lesson == lesson, _COLUMNS.verb.in_(VISITS))
    came = select(_COLUMNS.actor).where(*here, _COLUMNS.at.between(since, until), _COLUMNS.actor.is_not(None))
    actors = sorted(set(session.scalars(came)))
    before = 0
    for start in range(0, len(actors), _ACTORS_A_QUERY):
        some = actors[start : start + _ACTORS_A_QUERY]
        earlier = select(_COLUMNS.actor).where(*here, _COLUMNS.at < since, _COLUMNS.actor.in_(some))
        before += len(set(session.scalars(earlier)))
    return len(actors) - before


def _moved(session: Session, product: str, visits: dict[str, dict[str, datetime]]) -> dict[str, dict[str, datetime]]:
    live = {head.slug for head in live_lessons(session, product)}
    told = {lesson: visits.get(lesson, {}) for lesson in live}
    for lesson in visits.keys() - live:
        successor = successor_of(session, product, lesson)
        if successor is not None:
            for actor, at in visits[lesson].items():
                told[successor][actor] = min(at, told[successor].get(actor, at))
    return told
