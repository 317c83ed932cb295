"""How far the learners of a product come: from being enrolled to having completed it, and lesson by lesson."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, String, case, func, literal, select
from sqlalchemy.orm import Session

from knowledge.lessons import live_lessons
from learning.events import Verb
from learning.figures import Share
from learning.progress import VISITS, successor_of
from learning.tables import EnrolmentRow, EventRow


@dataclass(frozen=True, slots=True)
class LessonFunnel:
    """Of those who did anything in a lesson, who completed it."""

    lesson: str
    title: str
    completed: Share


@dataclass(frozen=True, slots=True)
class Funnel:
    """Learners who were ever enrolled, and of them those who came as far as each step.

    `begun` did anything in a lesson, `asked` put a question, `one`, `half` and `whole` completed a lesson, half of the
    live lessons and all of them.
    """

    enrolled: int
    begun: int
    asked: int
    one: int
    half: int
    whole: int
    lessons: tuple[LessonFunnel, ...]

    @property
    def completion(self) -> Share:
        """Of those who began, who completed every lesson."""
        return Share(self.whole, self.begun)


def read_funnel(session: Session, product: str) -> Funnel:
    """A product's funnel; what was done in a lesson that was replaced counts for the one in its place."""
    heads = live_lessons(session, product)
    live = [head.slug for head in heads]
    enrolled = select(func.count()).select_from(EnrolmentRow).where(EnrolmentRow.product == product)
    by_lesson: dict[str, Share] = {}
    by_lessons_done: dict[int, tuple[int, int, int]] = {}
    for row in session.execute(_counted(product, _today(session, product, live), live)):
        if row.lessons is not None:
            by_lessons_done[row.lessons] = (row.learners, row.begun, row.asked)
        elif row.lesson is not None:
            by_lesson[row.lesson] = Share(row.completed, row.learners)
    return Funnel(
        enrolled=session.scalar(enrolled) or 0,
        begun=sum(begun for _, begun, _ in by_lessons_done.values()),
        asked=sum(asked for _, _, asked in by_lessons_done.values()),
        one=sum(told[0] for lessons, told in by_lessons_done.items() if lessons),
        half=sum(told[0] for lessons, told in by_lessons_done.items() if lessons and 2 * lessons >= len(live)),
        whole=sum(told[0] for lessons, told in by_lessons_done.items() if lessons and lessons == len(live)),
        lessons=tuple(LessonFunnel(head.slug, head.title, by_lesson.get(head.slug, Share(0, 0))) for head in heads),
    )


def _counted(product: str, lesson: ColumnElement[str | None], live: Sequence[str]) -> CompoundSelect[Any]:
    """Learners by lesson, with those who completed it; and by how many live lessons they completed.

    Both in one statement, so that the log is read once: half the time of two (2026-11).
    """
    did = EventRow.product == product, EventRow.verb.in_(sorted(VISITS)), EventRow.actor.is_not(None)
    here = lesson.label("lesson")
    completed, asked = (func.max(case((EventRow.verb == verb, 1), else_=0)) for verb in (Verb.COMPLETED, Verb.ASKED))
    told = select(EventRow.actor, here, completed.label("completed"), asked.label("asked")).where(*did)
    each = told.group_by(EventRow.actor, here).cte("each")
    learner = select(
        func.sum(case((each.c.lesson.in_(live), each.c.completed), else_=0)).label("lessons"),
        func.max(case((each.c.lesson.is_not(None), 1), else_=0)).label("begun"),
        func.max(each.c.asked).label("asked"),
    )
    learners = learner.group_by(each.c.actor).subquery()
    count = func.count().label("learners")
    of_lessons = select(
        each.c.lesson,
        literal(None, Integer).label("lessons"),
        *(count, func.sum(each.c.completed).label("completed")),
        *(literal(0).label("begun"), literal(0).label("asked")),
    ).group_by(each.c.lesson)
    of_learners = select(
        literal(None, String).label("lesson"),
        learners.c.lessons,
        *(count, literal(0).label("completed")),
        *(func.sum(learners.c.begun).label("begun"), func.sum(learners.c.asked).label("asked")),
    ).group_by(learners.c.lessons)
    return of_lessons.union_all(of_learners)


def _today(session: Session, product: str, live: Sequence[str]) -> ColumnElement[str | None]:
    """The lesson an event belongs to today."""
    told = select(EventRow.lesson).where(EventRow.product == product, EventRow.lesson.is_not(None)).distinct()
    gone = [slug for slug in session.scalars(told) if slug not in live]
    after = {slug: successor_of(session, product, str(slug)) for slug in gone}
    moved = {slug: successor for slug, successor in after.items() if successor is not None}
    return case(moved, value=EventRow.lesson, else_=EventRow.lesson) if moved else EventRow.lesson.expression
