"""A plan as its learner sees it today: what is done, what is on now, what is late, and what has changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from assistant.effort import WinKind
from assistant.interview import Answers, read_answers
from assistant.keep_plan import KeptPlan
from assistant.links import lesson_url
from assistant.plan import DAYS_A_WEEK
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import Product
from learning.progress import LessonState, Progress, read_progress


class Standing(StrEnum):
    """Where a lesson stands: LATE is one whose week is over, NOW one of this week."""

    DONE = "done"
    NOW = "now"
    LATE = "late"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class ShownLesson:
    """A lesson in a week; `part` of `of` where it takes several, `after` says it ends after the deadline."""

    lesson: str
    title: str
    url: str
    minutes: int
    standing: Standing
    part: int = 1
    of: int = 1
    after: bool = False
    skim: bool = False


@dataclass(frozen=True, slots=True)
class ShownWeek:
    """A week with its lessons that are still there; `minutes` are all of theirs."""

    number: int
    starts: date
    minutes: int
    lessons: tuple[ShownLesson, ...]


@dataclass(frozen=True, slots=True)
class ShownWin:
    """What to get done first, with its place in the lesson."""

    lesson: str
    title: str
    url: str
    kind: WinKind
    minutes: int
    heading: str
    upto: str


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan today.

    `week` is the number of the current week, 0 before the first; `behind` counts whole weeks from the first late lesson
    to now. `next` is the lesson to go on with, `win` is None once its lesson is done. `added` are lessons that came
    after the plan was made, `gone` counts those it had that are no more. `after` are lessons behind the deadline;
    `minutes_needed` a week would have to give to do them in time, None where no week could.
    """

    version: int
    answers: Answers
    weeks: tuple[ShownWeek, ...]
    before: tuple[ShownLesson, ...]
    done: int
    lessons: int
    week: int
    behind: int
    ends: date
    next: ShownLesson | None
    win: ShownWin | None
    added: tuple[ShownLesson, ...] = ()
    gone: int = 0
    after: tuple[ShownLesson, ...] = ()
    minutes_needed: int | None = None

    @property
    def share_done(self) -> float:
        """Of the lessons there are; 0.0 where there are none."""
        return self.done / self.lessons if self.lessons else 0.0

    @property
    def offers_new(self) -> bool:
        """Whether making the plan anew is worth offering: a week behind, or the course has changed."""
        return self.behind >= 1 or bool(self.added)


def show_plan(session: Session, product: Product, kept: KeptPlan, *, today: date) -> ShownPlan:
    """A plan that was kept, against the learner's progress and the lessons as they are now."""
    heads = {head.slug: head for head in live_lessons(session, product.slug)}
    progress = read_progress(session, product.slug, kept.person)
    telling = _Telling(product, heads, progress, today)
    beginning, rest = kept.weeks[0], kept.weeks[1:]
    weeks = tuple(telling.week(week) for week in rest)
    before = tuple(telling.lesson(one, starts=None) for one in beginning["lessons"] if one["lesson"] in heads)
    shown = [lesson for week in weeks for lesson in week.lessons]
    # A lesson of several parts is told by its last one: until that week is over it is not late.
    by_slug = {lesson.lesson: lesson for lesson in shown}
    planned = {one["lesson"] for week in kept.weeks for one in week["lessons"]}
    current = (today - date.fromisoformat(beginning["starts"])).days // DAYS_A_WEEK + 1
    late = [week.number for week in weeks for one in week.lessons if by_slug[one.lesson].standing is Standing.LATE]
    starts = date.fromisoformat(beginning["starts"])
    return ShownPlan(
        version=kept.version,
        answers=read_answers(kept.answers),
        weeks=weeks,
        before=before,
        done=progress.completed,
        lessons=len(heads),
        week=max(0, current),
        behind=max(0, current - min(late)) if late else 0,
        ends=date.fromordinal(starts.toordinal() + max(0, beginning["days"] - 1)),
        next=next((one for one in shown if one.standing is not Standing.DONE), None),
        win=telling.win(beginning["win"]),
        added=tuple(telling.added(head) for slug, head in heads.items() if slug not in planned),
        gone=len(planned - heads.keys()),
        after=tuple(one for one in by_slug.values() if one.after and one.standing is not Standing.DONE),
        minutes_needed=beginning["minutes_needed"],
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """Puts titles, addresses and progress to what was kept."""

    product: Product
    heads: Mapping[str, LessonHead]
    progress: Progress
    today: date

    def week(self, kept: Mapping[str, Any]) -> ShownWeek:
        starts = date.fromisoformat(kept["starts"])
        lessons = tuple(self.lesson(one, starts=starts) for one in kept["lessons"] if one["lesson"] in self.heads)
        return ShownWeek(kept["number"], starts, sum(one.minutes for one in lessons), lessons)

    def lesson(self, kept: Mapping[str, Any], *, starts: date | None) -> ShownLesson:
        head = self.heads[kept["lesson"]]
        return ShownLesson(
            lesson=head.slug,
            title=head.title,
            url=lesson_url(self.product, head),
            minutes=kept["minutes"],
            standing=self._standing(head.slug, starts),
            part=kept.get("part", 1),
            of=kept.get("of", 1),
            after=kept.get("after", False),
            skim=kept.get("skim", False),
        )

    def added(self, head: LessonHead) -> ShownLesson:
        return self.lesson({"lesson": head.slug, "minutes": 0}, starts=None)

    def win(self, kept: Mapping[str, Any] | None) -> ShownWin | None:
        if kept is None or kept["lesson"] not in self.heads or self._is_done(kept["lesson"]):
            return None
        head = self.heads[kept["lesson"]]
        url = lesson_url(self.product, head, anchor=kept["anchor"])
        return ShownWin(
            head.slug, head.title, url, WinKind(kept["kind"]), kept["minutes"], kept["heading"], kept["upto"]
        )

    def _standing(self, lesson: str, starts: date | None) -> Standing:
        if self._is_done(lesson):
            return Standing.DONE
        if starts is None or self.today < starts:
            return Standing.AHEAD
        return Standing.LATE if (self.today - starts).days >= DAYS_A_WEEK else Standing.NOW

    def _is_done(self, lesson: str) -> bool:
        return self.progress.lesson(lesson).state is LessonState.COMPLETED


def upcoming(plan: ShownPlan, *, count: int) -> Sequence[ShownLesson]:
    """The next lessons that are not done, each once."""
    left = {one.lesson: one for week in plan.weeks for one in week.lessons if one.standing is not Standing.DONE}
    return list(left.values())[:count]
