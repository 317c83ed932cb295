"""What learners may see by a moment, as conditions on rows; `knowledge.sight` says the same of stored blocks."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, select
from sqlalchemy.orm import Session

from knowledge.blocks import Visibility
from knowledge.tables import LessonRow, PassageRow, RevisionRow

Moment = datetime | BindParameter[datetime]


def is_open_lesson(now: Moment) -> ColumnElement[bool]:
    """Of a revision: whether learners may know of the lesson by now. One of a hidden lesson is in no list at all."""
    opened = (RevisionRow.visibility == Visibility.NOT_BEFORE) & (RevisionRow.not_before <= now)
    return opened | (RevisionRow.visibility == Visibility.LEARNER)


def is_hidden_lesson(now: Moment) -> ColumnElement[bool]:
    """The other revisions, told so that an index finds them: there are few."""
    later = (RevisionRow.visibility == Visibility.NOT_BEFORE) & (RevisionRow.not_before > now)
    return later | RevisionRow.visibility.in_([Visibility.STAFF, Visibility.UNPUBLISHED])


def is_open_passage(now: Moment) -> ColumnElement[bool]:
    """Of a passage: whether learners may see it by now."""
    return PassageRow.not_before.is_(None) | (PassageRow.not_before <= now)


def opening_times(session: Session, product: str, *, since: datetime, until: datetime) -> list[datetime]:
    """When lessons of a product open in a stretch of time, soonest first; their names are nobody's business yet."""
    opens = (
        select(RevisionRow.not_before)
        .join(LessonRow, LessonRow.live_revision == RevisionRow.id)
        .where(LessonRow.product == product, RevisionRow.visibility == Visibility.NOT_BEFORE)
        .where(RevisionRow.not_before > since, RevisionRow.not_before <= until)
    )
    return [time for time in session.scalars(opens.order_by(RevisionRow.not_before)) if time is not None]
