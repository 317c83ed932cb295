"""How far a learner has come in a course, and what is therefore kept from them for now.

What the host says of a turn comes first: it knows where its page is. Without that it is the furthest lesson of the
learner's own events, the one that is open now included. Who is not known has no position, and nothing is kept from
them. A lesson a question names is shown for that question, and worked solutions are where one asks for them.
"""

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from assistant.naming import named_lessons
from foundation.ids import LessonId
from knowledge.lessons import LessonHead, find_lesson, live_lessons
from knowledge.products import Product
from knowledge.words import fold
from learning.events import lessons_reached

_SOLUTION_ASKED = re.compile(r"\b(?:решени[еяюй]|решений|разбор\w*|solutions?|answer\s+key)\b")
_OF_A_TASK = re.compile(
    r"\b(?:задач|упражнен|задани|пример|покаж|дай|открой|exercise|task|problem|quiz|show|give|see)\w*|\d"
)


class PositionSource(StrEnum):
    """Who says how far a learner has come."""

    HOST = "host"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Later:
    """The lesson further on that speaks of what was asked."""

    lesson: str
    title: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What was kept from a turn, as its trace keeps it.

    `lesson` is the slug of the furthest one, `hidden` counts the lessons behind it that were out of sight, `named` are
    slugs of those shown because the question named them. `later` is told where the answer lies out of sight.
    """

    lesson: str
    source: str
    hidden: int
    named: tuple[str, ...] = ()
    solutions: bool = False
    later: Later | None = None

    def to_plain(self) -> dict[str, Any]:
        """Plain values for the trace."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any] | None) -> "HeldBack | None":
        """From the plain values."""
        if plain is None:
            return None
        later = Later(**plain["later"]) if plain["later"] else None
        return cls(**{**plain, "named": tuple(plain["named"]), "later": later})


@dataclass(frozen=True, slots=True)
class Position:
    """How far a learner has come: `reached` is the place of the furthest lesson in `lessons`, the course in order."""

    lessons: tuple[LessonHead, ...]
    reached: int
    source: PositionSource

    def sight(self, question: str) -> "Sight":
        """What a question may see from here."""
        ahead = self.lessons[self.reached + 1 :]
        named = named_lessons(question, self.lessons)
        hidden = {lesson.id: lesson for lesson in ahead if lesson.id not in named}
        shown = tuple(lesson.slug for lesson in ahead if lesson.id in named)
        return Sight(self.lessons[self.reached].slug, self.source, hidden, shown, asks_for_solution(question))


@dataclass(frozen=True, slots=True)
class Sight:
    """What one question may see: every lesson but those `hidden`; worked solutions only with `solutions`."""

    lesson: str
    source: PositionSource
    hidden: dict[LessonId, LessonHead]
    named: tuple[str, ...]
    solutions: bool

    def held_back(self, later: LessonHead | None) -> HeldBack:
        """What came of it."""
        told = Later(later.slug, later.title) if later else None
        return HeldBack(self.lesson, self.source.value, len(self.hidden), self.named, self.solutions, told)


def find_position(
    session: Session, product: Product, *, stated: str | None, learner: str | None, opened: str | None
) -> Position | None:
    """How far who asks has come; None when nobody knows, or the product keeps nothing back.

    `stated` is the lesson the host names, by slug or its own id; NotFound when there is none, whatever the product's
    setting: a host that is wrong about its lessons should hear of it. `opened` is the slug of the open lesson.
    """
    if stated is not None:
        return position_at(session, product, stated, source=PositionSource.HOST)
    if learner is None or not product.hides_spoilers:
        return None
    reached = lessons_reached(session, product.slug, learner) | ({opened} if opened else set())
    lessons = tuple(live_lessons(session, product.slug))
    places = [place for place, lesson in enumerate(lessons) if lesson.slug in reached]
    return Position(lessons, max(places), PositionSource.EVENTS) if places else None


def position_at(session: Session, product: Product, lesson: str, *, source: PositionSource) -> Position | None:
    """The position of somebody whose furthest lesson this is; raises NotFound."""
    furthest = find_lesson(session, product.slug, lesson)
    if not product.hides_spoilers:
        return None
    lessons = tuple(live_lessons(session, product.slug))
    place = next((place for place, each in enumerate(lessons) if each.id == furthest.id), None)
    return None if place is None else Position(lessons, place, source)


def asks_for_solution(question: str) -> bool:
    """Whether a question asks for a worked solution by name: "решение задачи 2", "show the solution"."""
    said = fold(question)
    return bool(_SOLUTION_ASKED.search(said)) and bool(_OF_A_TASK.search(said))
