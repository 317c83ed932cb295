"""What is before a learner's eyes while they ask: the lesson that is open, else the one of their last attempt."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.carrying import Nearby
from foundation.errors import NotFound
from knowledge.exercises import find_exercise
from knowledge.lessons import LessonHead, find_lesson
from knowledge.products import Product
from learning.attempts import Attempt, last_attempt

# After this long somebody who asks about "this exercise" without a page open may well mean another one.
_FRESH = timedelta(hours=3)


def find_nearby(
    session: Session,
    product: Product,
    *,
    opened: LessonHead | None,
    block: str | None,
    learner: str | None,
    now: datetime,
) -> Nearby | None:
    """What a question may point at; None where nobody knows. `block` is the exercise the page names."""
    tried = last_attempt(session, product.slug, learner, since=now - _FRESH) if learner else None
    lesson = opened or _lesson_of(session, product, tried)
    if lesson is None:
        return None
    named = block or (tried.block if tried is not None and tried.lesson == lesson.slug else None)
    exercise = find_exercise(session, product.slug, named, lesson=lesson.slug) if named else None
    return Nearby(lesson.id, lesson.title, "" if exercise is None else " ".join(exercise.text.split()))


def _lesson_of(session: Session, product: Product, tried: Attempt | None) -> LessonHead | None:
    if tried is None:
        return None
    try:
        return find_lesson(session, product.slug, tried.lesson)
    except NotFound:
        # It was taken out since.
        return None
