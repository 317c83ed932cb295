"""What is still open before a release, by rule: facts about lessons, drafts, cases and questions; people decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from assistant.hand_over import HandOverState, count_hand_overs
from foundation.database import Database, moment
from foundation.errors import Conflict
from foundation.ids import LessonId
from knowledge.cases.case import CaseState, list_cases
from knowledge.exercises import Exercise, exercises_of
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import Product, ProductKind, find_product
from knowledge.related import related_lessons
from knowledge.releases import ReleaseState, check_fresh, list_releases

_PLACES = 3
_OPEN_CASES = (CaseState.SUBMITTED, CaseState.CHECKED)


class Check(StrEnum):
    """What is looked at."""

    DRAFTS = "drafts"
    OVERTAKEN = "overtaken"
    OUTCOMES = "outcomes"
    EXERCISES = "exercises"
    KEYS = "keys"
    ORDER = "order"
    CASES = "cases"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something open in a product, how often, and where: the first lessons or drafts by name."""

    product: str
    check: Check
    count: int
    places: tuple[str, ...] = ()


def check_products(database: Database, products: Sequence[str] | frozenset[str]) -> list[Finding]:
    """What is open in these products, product by product; an empty list is a clear way."""
    with database.read() as session:
        found = [find_product(session, slug) for slug in sorted(products)]
        return [finding for product in found for finding in check_product(session, product)]


def check_product(session: Session, product: Product) -> Iterator[Finding]:
    """What is open in a product; lessons are looked at in courses alone."""
    told = _Telling(product.title)
    yield from _drafts(session, product, told)
    if product.kind is ProductKind.COURSE:
        yield from _lessons(session, product, told)
    cases = [case.title for case in list_cases(session, product.slug) if case.state in _OPEN_CASES]
    yield from told.of(Check.CASES, cases)
    waiting = count_hand_overs(session, [product.slug]).get((product.slug, HandOverState.WAITING), 0)
    if waiting:
        yield Finding(product.title, Check.QUESTIONS, waiting)


@dataclass(frozen=True, slots=True)
class _Telling:
    title: str

    def of(self, check: Check, places: Sequence[str]) -> Iterator[Finding]:
        if places:
            yield Finding(self.title, check, len(places), tuple(places[:_PLACES]))


def _drafts(session: Session, product: Product, told: _Telling) -> Iterator[Finding]:
    drafts = list_releases(session, product.slug, state=ReleaseState.DRAFT)
    yield from told.of(Check.DRAFTS, [str(draft.number) for draft in drafts])
    overtaken = []
    for draft in drafts:
        try:
            check_fresh(session, draft)
        except Conflict:
            overtaken.append(str(draft.number))
    yield from told.of(Check.OVERTAKEN, overtaken)


def _lessons(session: Session, product: Product, told: _Telling) -> Iterator[Finding]:
    lessons = live_lessons(session, product.slug)
    yield from told.of(Check.OUTCOMES, [each.title for each in lessons if not each.outcome])
    exercises: dict[LessonId, list[Exercise]] = {each.id: [] for each in lessons}
    for exercise in exercises_of(session, list(exercises)):
        exercises[exercise.lesson.id].append(exercise)
    yield from told.of(Check.EXERCISES, [each.title for each in lessons if not exercises[each.id]])
    without = [each.title for each in lessons if any(not exercise.key for exercise in exercises[each.id])]
    yield from told.of(Check.KEYS, without)
    yield from told.of(Check.ORDER, _out_of_order(session, product, lessons))


def _out_of_order(session: Session, product: Product, lessons: Sequence[LessonHead]) -> list[str]:
    """Lessons that require one that comes later."""
    place = {lesson.id: number for number, lesson in enumerate(lessons)}
    related = related_lessons(session, product.slug, now=moment(session))
    required = {id: [each.head for each in told.requires if each.head is not None] for id, told in related.items()}
    return [
        lesson.title
        for lesson in lessons
        if any(place.get(head.id, -1) > place[lesson.id] for head in required.get(lesson.id, ()))
    ]
