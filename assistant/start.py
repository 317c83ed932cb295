"""Starting well: the interview, the plan it gives, and the plan made anew when life happens.

What is answered is kept before the plan is made, so that no answer is lost where making it fails.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from assistant.block_shelf import installed_parts
from assistant.interview import AnswerRefused, Asking, next_question, read_answers, take_answers
from assistant.keep_plan import KeptPlan, keep_answers, keep_plan, keep_version, open_interview, plan_in_force
from assistant.make_plan import Part, make_weeks, parts_of
from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import Conflict, Invalid, NotFound
from foundation.ids import PersonId, content_hash
from knowledge.lessons import live_lessons
from knowledge.products import Product, ProductKind, find_product
from knowledge.shelves import Shelves
from learning.events import Verb, record_event
from learning.progress import LessonState, read_progress

PLANNED_KINDS = frozenset({ProductKind.COURSE, ProductKind.PLATFORM})
_DAYS_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Starter:
    """The collaborators starting needs."""

    database: Database
    shelves: Shelves
    clock: Clock

    def answer(
        self, product: str, person: PersonId, given: Mapping[str, Any], *, skip: Collection[Asking] = ()
    ) -> KeptPlan:
        """Keep answers of the interview under way, or begin one. Raises NotFound, Invalid, AnswerRefused."""
        skipped = dict.fromkeys(asking.value for asking in skip)
        with self.database.write() as session:
            found = _plannable(find_product(session, product))
            parts = frozenset(part.id for part in self.parts(session, found))
            under_way = open_interview(session, person, product)
            kept = under_way.answers if under_way else {}
            taken = take_answers(kept, {**skipped, **given}, parts=parts, today=self._today())
            return keep_answers(session, person, found.slug, taken, now=self.clock())

    def plan(self, product: str, person: PersonId) -> KeptPlan:
        """Make the plan of the interview under way; what was not asked yet counts as skipped.

        Raises NotFound, Conflict, EncoderUnavailable.
        """
        with self.database.read() as session:
            found = _plannable(find_product(session, product))
            interview = open_interview(session, person, product)
            done = _done(session, product, person)
        if interview is None:
            raise Conflict("no questions are being answered; begin with one")
        weeks = self._weeks(found, interview.answers, done=done, starts=self._today())
        with self.database.write() as session:
            return keep_plan(session, interview, weeks, now=self.clock())

    def plan_again(
        self, product: str, person: PersonId, *, changes: Mapping[str, Any], starts: date | None = None
    ) -> KeptPlan:
        """A further version, from today or a later day on, of all that is not done; with other hours or deadline.

        Raises NotFound where there is no plan, Invalid, AnswerRefused, Conflict, EncoderUnavailable.
        """
        today = self._today()
        if starts is not None and not today <= starts <= today + timedelta(days=_DAYS_AHEAD):
            raise Invalid("a plan begins today, or on a day within a year from now")
        if not changes.keys() <= {Asking.HOURS, Asking.DEADLINE}:
            raise Invalid("only hours and deadline can be changed; answer the questions again for the rest")
        with self.database.read() as session:
            found = _plannable(find_product(session, product))
            before = plan_in_force(session, person, product)
            done = _done(session, product, person)
        if before is None:
            raise NotFound("there is no plan yet; answer the questions first")
        answers = take_answers(before.answers, changes, parts=(), today=today)
        deadline = read_answers(answers).deadline
        if deadline is not None and deadline < today:
            # Life happened: the old deadline is over, and nobody named another.
            raise AnswerRefused(Asking.DEADLINE, "past", "lies in the past; give a day from today on, or none")
        weeks = self._weeks(found, answers, done=done, starts=starts or today)
        with self.database.write() as session:
            return keep_version(session, before, answers, weeks, now=self.clock())

    def mark_done(self, product: str, person: PersonId, lesson: str) -> None:
        """Take a learner's word for it that a lesson is done; again changes nothing. Raises NotFound."""
        with self.database.write() as session:
            slug = find_product(session, product).slug
            if lesson not in (head.slug for head in live_lessons(session, slug)):
                raise NotFound(f"there is no lesson {lesson[:70]!r} in {slug}")
            event, detail = f"said-done-{content_hash(person, slug, lesson)}", {"said": True}
            record_event(
                session,
                event,
                product=slug,
                verb=Verb.COMPLETED,
                actor=person,
                lesson=lesson,
                detail=detail,
                at=self.clock(),
            )

    def parts(self, session: Session, product: Product) -> list[Part]:
        """What a learner may say they know of a product."""
        if product.kind is ProductKind.PLATFORM:
            return installed_parts(session)
        return parts_of(live_lessons(session, product.slug))

    def _weeks(
        self, product: Product, answers: Mapping[str, Any], *, done: Collection[str], starts: date
    ) -> list[dict[str, Any]]:
        """Of a course; on a platform the blocks are ranked when they are shown, and nothing is laid out."""
        if product.kind is ProductKind.PLATFORM:
            return []
        read = read_answers(answers)
        return make_weeks(
            self.database, self.shelves.encoder, product.slug, read, done=done, starts=starts, now=self.clock()
        )

    def _today(self) -> date:
        return self.clock().date()


def is_finished(interview: KeptPlan) -> bool:
    """Whether every question was answered or skipped."""
    return next_question(interview.answers) is None


def _plannable(product: Product) -> Product:
    if product.kind not in PLANNED_KINDS:
        raise Invalid(f"plans are made for courses and platforms; {product.slug} is neither")
    return product


def _done(session: Session, product: str, person: str) -> frozenset[str]:
    progress = read_progress(session, product, person)
    return frozenset(each.lesson for each in progress.lessons if each.state is LessonState.COMPLETED)
