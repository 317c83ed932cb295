"""How far the learners of a product come: from being enrolled to having completed it, and lesson by lesson."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, select
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
    lesson = _today(session, product, [head.slug for head in heads])
    enrolled = select(func.count()).select_from(EnrolmentRow).where(EnrolmentRow.product == product)
    completed = _learners(product, Verb.COMPLETED, of=lesson).where(lesson.in_([head.slug for head in heads]))
    by_learner = completed.with_only_columns(func.count(lesson.distinct()).label("lessons")).group_by(EventRow.actor)
    done = list(session.scalars(by_learner))
    here = dict(_by_lesson(session, product, lesson, *sorted(VISITS)))
    through = dict(_by_lesson(session, product, lesson, Verb.COMPLETED))
    return Funnel(
        enrolled=session.scalar(enrolled) or 0,
        begun=session.scalar(_learners(product, *sorted(VISITS), of=lesson)) or 0,
        asked=session.scalar(_learners(product, Verb.ASKED, of=lesson)) or 0,
        one=len(done),
        half=sum(2 * lessons >= len(heads) for lessons in done),
        whole=sum(lessons == len(heads) for lessons in done),
        lessons=tuple(
            LessonFunnel(head.slug, head.title, Share(through.get(head.slug, 0), here.get(head.slug, 0)))
            for head in heads
        ),
    )


def _learners(product: str, *verbs: Verb, of: ColumnElement[str | None]) -> Select[int]:
    """How many learners did any of this; a question need not be asked in a lesson."""
    did = EventRow.product == product, EventRow.verb.in_(verbs), EventRow.actor.is_not(None)
    wanted = select(func.count(EventRow.actor.distinct())).where(*did)
    return wanted if verbs == (Verb.ASKED,) else wanted.where(of.is_not(None))


def _by_lesson(
    session: Session, product: str, lesson: ColumnElement[str | None], *verbs: Verb
) -> list[tuple[str, int]]:
    wanted = _learners(product, *verbs, of=lesson).add_columns(lesson.label("lesson")).group_by(lesson)
    return [(row.lesson, row[0]) for row in session.execute(wanted) if row.lesson is not None]


def _today(session: Session, product: str, live: Sequence[str]) -> ColumnElement[str | None]:
    """The lesson an event belongs to today."""
    told = select(EventRow.lesson).where(EventRow.product == product, EventRow.lesson.is_not(None)).distinct()
    gone = [slug for slug in session.scalars(told) if slug not in live]
    after = {slug: successor_of(session, product, str(slug)) for slug in gone}
    moved = {slug: successor for slug, successor in after.items() if successor is not None}
    return case(moved, value=EventRow.lesson, else_=EventRow.lesson) if moved else EventRow.lesson.expression
