"""Makes a plan of a course from what a learner answered: its weeks, as plain values to keep.

The week of number 0 says what the plan began with: the lessons done by then, the first small win, how it stands to the
deadline. What changes without the learner (titles, cases, people to ask) is not kept: it is looked up when it is shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assistant.aims import aim_of, likeness
from assistant.effort import Win, first_win, lesson_minutes
from assistant.interview import Answers
from assistant.plan import DAYS_A_WEEK, Plan, Step, Week, lay_out
from foundation.database import Database
from foundation.errors import Conflict
from knowledge.encoder import Encoder
from knowledge.lessons import LessonHead
from knowledge.outline import LessonOutline, read_outlines
from knowledge.products import find_product
from knowledge.related import related_lessons
from knowledge.words import common_words, stems_of, words_of

# The first small win is looked for in so many lessons.
_FIRST_LESSONS = 3
# Of what a title names, so much has to be in a learner's own words for the lesson to count as known; a skill is worded
# more generally.
_TITLE_KNOWN, _SKILL_KNOWN = 0.5, 0.67
_SHORTEST_WORD = 2


@dataclass(frozen=True, slots=True)
class Part:
    """What a learner may say they know: a block of a course, or a lesson where there are none; `lang` is "" mostly."""

    id: str
    title: str
    lessons: tuple[str, ...]
    lang: str = ""


def parts_of(heads: Sequence[LessonHead]) -> list[Part]:
    """The parts of a course, in its order."""
    blocks: dict[str, list[str]] = {}
    for head in heads:
        blocks.setdefault(head.block_title, []).append(head.slug)
    if len(blocks) > 1:
        return [Part(title, title, tuple(lessons)) for title, lessons in blocks.items() if title]
    return [Part(head.slug, head.title, (head.slug,)) for head in heads]


def make_weeks(
    database: Database,
    encoder: Encoder,
    product: str,
    answers: Answers,
    *,
    done: Collection[str],
    starts: date,
    now: datetime,
) -> list[dict[str, Any]]:
    """The weeks from a day on of all lessons but those done.

    Raises NotFound, Conflict for a product without lessons, EncoderUnavailable where a goal has to be compared.
    """
    with database.read() as session:
        outlines = read_outlines(session, find_product(session, product).slug)
        related = related_lessons(session, product, now=now)
    if not outlines:
        raise Conflict("there is no lesson here yet to make a plan of")
    required = {
        outline.head.slug: frozenset(
            other.head.slug
            for other in (related[outline.head.id].requires if outline.head.id in related else ())
            if other.head is not None and other.product == product
        )
        for outline in outlines
    }
    left = [outline for outline in outlines if outline.head.slug not in done]
    plan = _plan(left, required, answers, encoder, starts=starts)
    by_slug = {outline.head.slug: outline for outline in left}
    order = list(dict.fromkeys(share.lesson for week in plan.weeks for share in week.shares))
    win = first_win([by_slug[lesson] for lesson in order[:_FIRST_LESSONS]])
    before = [outline for outline in outlines if outline.head.slug in done]
    skim = known_lessons([outline.head for outline in left], answers)
    weeks = [_week(week, plan, skim, starts=starts) for week in plan.weeks]
    return [_beginning(plan, win, before, starts=starts), *weeks]


def known_lessons(heads: Sequence[LessonHead], answers: Answers) -> frozenset[str]:
    """Slugs of the lessons a learner may skim: in a part they named, or about what they say in their own words."""
    ticked = {lesson for part in parts_of(heads) if part.id in answers.known for lesson in part.lessons}
    said = stems_of(words_of(answers.words))
    in_words = {
        head.slug
        for head in heads
        if _share_said(head.title, said) >= _TITLE_KNOWN or _share_said(head.skill, said) >= _SKILL_KNOWN
    }
    return frozenset(ticked | (in_words if said else set()))


def _share_said(name: str, said: Collection[str]) -> float:
    telling = stems_of(word for word in words_of(name) if len(word) >= _SHORTEST_WORD) - common_words().certain_stems
    return len(telling & set(said)) / len(telling) if telling else 0.0


def _plan(
    left: Sequence[LessonOutline],
    required: Mapping[str, frozenset[str]],
    answers: Answers,
    encoder: Encoder,
    *,
    starts: date,
) -> Plan:
    """Compares lessons with the goal only where there is a choice to make: the deadline leaves no room for all."""
    steps = [Step(each.head.slug, lesson_minutes(each), required[each.head.slug]) for each in left]
    minutes, days_left = answers.minutes_a_week, _days_left(answers.deadline, starts)
    plan = lay_out(steps, minutes_a_week=minutes, days_left=days_left)
    if plan.is_met or not answers.goal:
        return plan
    aims = [aim_of(each.head.title, each.head.skill, each.head.outcome) for each in left]
    liked = likeness(answers.goal, aims, encoder)
    steps = [
        Step(step.lesson, step.minutes, step.requires, float(like)) for step, like in zip(steps, liked, strict=True)
    ]
    return lay_out(steps, minutes_a_week=minutes, days_left=days_left)


def _days_left(deadline: date | None, starts: date) -> int | None:
    return None if deadline is None else max(0, (deadline - starts).days + 1)


def _beginning(plan: Plan, win: Win | None, before: Sequence[LessonOutline], *, starts: date) -> dict[str, Any]:
    return {
        "number": 0,
        "starts": starts.isoformat(),
        "days": plan.days,
        "minutes_needed": plan.minutes_needed,
        "win": None if win is None else asdict(win),
        "lessons": [{"lesson": outline.head.slug, "minutes": lesson_minutes(outline)} for outline in before],
    }


def _week(week: Week, plan: Plan, skim: Collection[str], *, starts: date) -> dict[str, Any]:
    return {
        "number": week.number,
        "starts": (starts + timedelta(days=DAYS_A_WEEK * (week.number - 1))).isoformat(),
        "lessons": [
            {**asdict(share), "after": share.lesson in plan.after, "skim": share.lesson in skim}
            for share in week.shares
        ],
    }
