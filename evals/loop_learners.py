"""Made-up learners of a course with defects: which lessons they come to, where they stumble, what they say of it.

What a learner says is drawn from words that were written for the place, typed in a way of their own, in their own
language, by one of the ways there are to say something; most who stumble say nothing. docs/design/loop-proof.md lists
the assumptions and what becomes of the figures when they are changed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from evals.loop_course import LANGS, DefectKind, LoopCourse, Stumble
from evals.loop_wording import worded

BEGINS = datetime(2026, 2, 2, 9, tzinfo=UTC)


class Way(StrEnum):
    """How something is said: the first four with the lesson open, the last two without naming one."""

    STUCK = "stuck"
    STUCK_SILENT = "stuck_silent"
    COMMENT = "comment"
    ASKED = "asked"
    THUMB_DOWN = "thumb_down"
    FORUM = "forum"
    SURVEY = "survey"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True)
class LoopAssumptions:
    """What learners are made by; shares and chances are 0 to 1."""

    learners: int = 160
    joins_within_days: int = 10
    days_a_lesson: float = 2.2
    leaves_a_lesson: float = 0.025
    stumbles: Mapping[DefectKind, float] = field(
        default_factory=lambda: {
            DefectKind.UNCLEAR: 0.35,
            DefectKind.PREREQUISITE: 0.35,
            DefectKind.FACT: 0.25,
            DefectKind.OUTDATED: 0.4,
            DefectKind.EXERCISE: 0.45,
            DefectKind.HARD: 0.1,
        }
    )
    speaks: float = 0.45
    ways: Mapping[Way, float] = field(
        default_factory=lambda: {
            Way.STUCK: 0.27,
            Way.STUCK_SILENT: 0.1,
            Way.COMMENT: 0.18,
            Way.THUMB_DOWN: 0.07,
            Way.ASKED: 0.2,
            Way.FORUM: 0.1,
            Way.SURVEY: 0.08,
        }
    )
    # Of a lesson in which nothing happened to them, of the course as a whole, in praise of it; ordinary questions.
    remarks_on_lesson: float = 0.015
    remarks_on_course: float = 0.2
    praises: float = 0.12
    asks_ordinarily: float = 0.03
    other_language: float = 0.15
    # Known to a host or by a login; the others have a key that anybody can have.
    vouched_for: float = 0.75
    slips: float = 0.06


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said; `lesson` is the one that was open, None where none is named; `about` the id of the stumble."""

    learner: int
    at: datetime
    way: Way
    text: str
    lesson: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class Came:
    """A learner came to a lesson, was held up there or not, and completed it or left the course."""

    learner: int
    at: datetime
    lesson: str
    stuck: bool
    completed: bool


@dataclass(frozen=True, slots=True)
class MadeLoopLearners:
    """What a made-up cohort did and said, in order of time; `vouched_for` are those known to a host."""

    said: tuple[Said, ...]
    came: tuple[Came, ...]
    vouched_for: frozenset[int]
    ends: datetime


def make_loop_learners(
    course: LoopCourse, defects: Sequence[Stumble], *, seed: int, assumed: LoopAssumptions
) -> MadeLoopLearners:
    """The learners of a seed, always the same."""
    rng = random.Random(f"loop {course.name} {seed}")
    stumbles = [*defects, *course.hard]
    lives = [_Life(number, course, stumbles, assumed, rng) for number in range(assumed.learners)]
    for life in lives:
        life.live()
    said = sorted((each for life in lives for each in life.said), key=lambda each: (each.at, each.learner))
    came = sorted((each for life in lives for each in life.came), key=lambda each: (each.at, each.learner))
    known = frozenset(life.number for life in lives if life.vouched_for)
    last = max([BEGINS, *(each.at for each in said), *(each.at for each in came)])
    return MadeLoopLearners(tuple(said), tuple(came), known, last + timedelta(days=1))


class _Life:
    """One learner's way through the course."""

    def __init__(
        self, number: int, course: LoopCourse, stumbles: Sequence[Stumble], assumed: LoopAssumptions, rng: random.Random
    ) -> None:
        self.number = number
        self.said: list[Said] = []
        self.came: list[Came] = []
        self._course, self._stumbles, self._assumed, self._rng = course, stumbles, assumed, rng
        self.vouched_for = rng.random() < assumed.vouched_for
        self._lang = _other(course.lang) if rng.random() < assumed.other_language else course.lang
        self._now = BEGINS + timedelta(days=rng.random() * assumed.joins_within_days)

    def live(self) -> None:
        rng, assumed = self._rng, self._assumed
        for lesson in self._course.lessons:
            self._now += timedelta(days=rng.expovariate(1 / assumed.days_a_lesson))
            leaves = rng.random() < assumed.leaves_a_lesson
            met = [each for each in self._stumbles if each.lesson == lesson]
            stumbled = [each for each in met if rng.random() < assumed.stumbles[each.kind]]
            self.came.append(Came(self.number, self._now, lesson, bool(stumbled), not leaves))
            for each in stumbled:
                self._speak_of(each)
            self._speak_anyway(lesson)
            if leaves:
                return
        self._speak_of_all()

    def _speak_of(self, stumble: Stumble) -> None:
        rng = self._rng
        if rng.random() >= self._assumed.speaks:
            return
        way = rng.choices([*self._assumed.ways], [*self._assumed.ways.values()])[0]
        words = {Way.ASKED: stumble.asked, Way.FORUM: stumble.anywhere, Way.SURVEY: stumble.anywhere}.get(
            way, stumble.here
        )
        # Of a place that is hard, and no more, people speak where they are.
        spoken = words[self._lang] or stumble.here[self._lang]
        text = "" if way is Way.STUCK_SILENT else self._typed(spoken)
        self._say(way, text, None if way in (Way.FORUM, Way.SURVEY) else stumble.lesson, about=stumble.id)

    def _speak_anyway(self, lesson: str) -> None:
        noise, rng, assumed = self._course.noise, self._rng, self._assumed
        remarks = [text for of, text in noise.lesson[self._lang] if of == lesson]
        if remarks and rng.random() < assumed.remarks_on_lesson:
            self._say(rng.choice((Way.COMMENT, Way.STUCK, Way.THUMB_DOWN)), self._typed(remarks), lesson)
        asked = [text for of, text in noise.asked[self._lang] if of == lesson]
        if asked and rng.random() < assumed.asks_ordinarily:
            self._say(Way.ASKED, self._typed(asked), lesson)

    def _speak_of_all(self) -> None:
        noise, rng, assumed = self._course.noise, self._rng, self._assumed
        if rng.random() < assumed.remarks_on_course:
            self._say(rng.choice((Way.SURVEY, Way.FORUM, Way.COMMENT)), self._typed(noise.course[self._lang]), None)
        if rng.random() < assumed.praises:
            self._say(rng.choice((Way.SURVEY, Way.PRAISE)), self._typed(noise.praise[self._lang]), None)

    def _typed(self, remarks: Sequence[str]) -> str:
        return worded(remarks, self._lang, self._rng, slips=self._assumed.slips)

    def _say(self, way: Way, text: str, lesson: str | None, *, about: str | None = None) -> None:
        later = self._now + timedelta(minutes=self._rng.uniform(2, 90))
        self.said.append(Said(self.number, later, way, text, lesson, about))


def speakers_of(said: Sequence[Said]) -> Iterator[tuple[str, int]]:
    """How many learners spoke of each stumble."""
    by_id: dict[str, set[int]] = {}
    for each in said:
        if each.about is not None:
            by_id.setdefault(each.about, set()).add(each.learner)
    for about, learners in sorted(by_id.items()):
        yield about, len(learners)


def _other(lang: str) -> str:
    return next(each for each in LANGS if each != lang)
