"""Progress: how far a learner is in each lesson and exercise, computed from what happened and kept nowhere.

A pure function of the set of events: their order and repetitions change nothing, and one more thing done never takes a
lesson or an exercise back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from foundation.errors import NotFound
from knowledge.lessons import find_lesson, live_lessons
from learning.events import Verb
from learning.log import Happened, events_of, in_order

TRIES = frozenset({Verb.ATTEMPTED, Verb.FAILED, Verb.PASSED})
VISITS = TRIES | {Verb.OPENED, Verb.COMPLETED, Verb.ASKED, Verb.STUCK}
"""What a learner does in a lesson they are in."""


class LessonState(StrEnum):
    """How far a lesson is."""

    NOT_STARTED = "not_started"
    OPENED = "opened"
    COMPLETED = "completed"


class Result(StrEnum):
    """How a try at an exercise ended."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BlockProgress:
    """How an exercise went; `block` is None for tries that named none. `last` is how the last judged one ended.

    `attempts` counts tries: a host that tells of a try twice, as attempted and then as passed or failed, is heard once.
    """

    block: str | None
    attempts: int = 0
    failures_in_row: int = 0
    last: Result | None = None
    passed: bool = False
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """How far a lesson is; `opened` and `completed` are when that happened first, `last_at` when anything did last."""

    lesson: str
    state: LessonState = LessonState.NOT_STARTED
    opened: datetime | None = None
    completed: datetime | None = None
    last_at: datetime | None = None
    blocks: tuple[BlockProgress, ...] = ()

    def block(self, name: str | None) -> BlockProgress:
        """One exercise; one nobody tried has no attempts."""
        return next((block for block in self.blocks if block.block == name), BlockProgress(name))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a learner is in a product; `lessons` are in course order.

    `current` is the lesson to go on with: the last one they were in, or after it is completed the next one that is not.
    None for who has not begun, or has completed everything.
    """

    lessons: tuple[LessonProgress, ...]
    current: str | None

    @property
    def completed(self) -> int:
        """How many lessons are completed."""
        return sum(lesson.state is LessonState.COMPLETED for lesson in self.lessons)

    @property
    def share_completed(self) -> float:
        """Of the product's lessons; 0.0 where there are none."""
        return self.completed / len(self.lessons) if self.lessons else 0.0

    def lesson(self, slug: str) -> LessonProgress:
        """One lesson; one that is not in the product is not started."""
        return next((lesson for lesson in self.lessons if lesson.lesson == slug), LessonProgress(slug))


def progress_of(events: Iterable[Happened], lessons: Sequence[str]) -> Progress:
    """One learner's progress in a product whose lessons, in order, have these slugs."""
    happened = in_order(events)
    by_lesson: dict[str, list[Happened]] = defaultdict(list)
    for event in happened:
        if event.lesson is not None and event.verb in VISITS:
            by_lesson[event.lesson].append(event)
    found = tuple(_lesson(slug, by_lesson.get(slug, ())) for slug in lessons)
    return Progress(found, _current(found))


def read_progress(session: Session, product: str, person: str) -> Progress:
    """A learner's progress in the live lessons of a product; what they did in a lesson counts for what replaced it."""
    lessons = [head.slug for head in live_lessons(session, product)]
    return progress_of(following(session, product, events_of(session, product, person), lessons), lessons)


def following(session: Session, product: str, events: Iterable[Happened], lessons: Sequence[str]) -> list[Happened]:
    """Events with the lesson they belong to today: that of a lesson which was replaced is the one in its place."""
    live, moved = frozenset(lessons), dict[str, str | None]()
    told = []
    for event in events:
        if event.lesson is None or event.lesson in live:
            told.append(event)
            continue
        if event.lesson not in moved:
            moved[event.lesson] = successor_of(session, product, event.lesson)
        told.append(_moved(event, moved[event.lesson]))
    return told


def successor_of(session: Session, product: str, lesson: str) -> str | None:
    """The slug of the live lesson that stands for one of this slug by now; None where nothing does."""
    try:
        return find_lesson(session, product, lesson).slug
    except NotFound:
        return None


def tries_of(events: Iterable[Happened]) -> dict[str | None, list[Happened]]:
    """The tries among events that are in order, by exercise."""
    tries: dict[str | None, list[Happened]] = defaultdict(list)
    for event in events:
        if event.verb in TRIES:
            tries[event.block].append(event)
    return tries


def block_progress(block: str | None, tries: Sequence[Happened]) -> BlockProgress:
    """How one exercise went, from its tries in order."""
    judged = [result for result in map(result_of, tries) if result is not None]
    failures = 0
    for result in reversed(judged):
        if result is Result.PASSED:
            break
        failures += 1
    return BlockProgress(
        block=block,
        attempts=max(len(judged), len(tries) - len(judged)),
        failures_in_row=failures,
        last=judged[-1] if judged else None,
        passed=Result.PASSED in judged,
        last_at=tries[-1].at if tries else None,
    )


def result_of(event: Happened) -> Result | None:
    """How a try ended; None for one of which that was not said."""
    match event.verb:
        case Verb.PASSED:
            return Result.PASSED
        case Verb.FAILED:
            return Result.FAILED
        case Verb.ATTEMPTED if "success" in event.detail:
            return Result.PASSED if event.detail["success"] else Result.FAILED
        case _:
            return None


def _lesson(slug: str, events: Sequence[Happened]) -> LessonProgress:
    if not events:
        return LessonProgress(slug)
    completed = next((event.at for event in events if event.verb is Verb.COMPLETED), None)
    return LessonProgress(
        lesson=slug,
        state=LessonState.OPENED if completed is None else LessonState.COMPLETED,
        opened=events[0].at,
        completed=completed,
        last_at=events[-1].at,
        blocks=tuple(block_progress(block, tries) for block, tries in tries_of(events).items()),
    )


def _current(lessons: Sequence[LessonProgress]) -> str | None:
    begun = [(lesson.last_at, place) for place, lesson in enumerate(lessons) if lesson.last_at is not None]
    if not begun:
        return None
    _, place = max(begun)
    onward = (*lessons[place:], *lessons[:place])
    return next((lesson.lesson for lesson in onward if lesson.state is not LessonState.COMPLETED), None)


def _moved(event: Happened, lesson: str | None) -> Happened:
    return Happened(event.id, event.verb, event.at, event.actor, lesson, event.block, event.detail)
