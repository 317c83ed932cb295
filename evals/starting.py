"""Does starting start well: plans of the sample courses, what a goal is taken for, and the first small win.

`python -m evals.starting [FOLDER …]` takes the samples, and further courses by their folders, into a throw-away home
and prints what stands in docs/design/starting-well.md. Goals are ours, written for the sample course, with the lessons
that serve them; those of `elsewhere` are served by no course here. Nothing was tuned on either.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from assistant.aims import aim_of, likeness
from assistant.block_shelf import fitting_blocks
from assistant.effort import first_win, lesson_minutes
from assistant.interview import Answers
from assistant.make_plan import make_weeks
from companion.samples import load_samples
from companion.wiring import House, open_house
from evals.wilson import wilson_interval
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.language import Lang
from knowledge.lessons import live_lessons
from knowledge.outline import LessonOutline, read_outlines
from knowledge.products import ProductKind, list_products
from knowledge.readers import read_course

GOALS = Path(__file__).parent / "goals"
COURSES = ("ab-tests-ru", "ab-tests-en")
_HOURS = (0.5, 1.0, 3.0, 8.0)
_DEADLINE_DAYS = 14
_LESSONS_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Goal:
    """What a learner is after, and the lessons that serve it; none for one that is served elsewhere."""

    id: str
    lang: Lang
    text: str
    lessons: tuple[str, ...] = ()


def read_goals(name: str) -> list[Goal]:
    """The goals of one of our files."""
    rows = map(json.loads, (GOALS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [Goal(row["id"], row["lang"], row["text"], tuple(row.get("lessons", ()))) for row in rows]


def goal_rank(house: House, course: str, goal: Goal) -> int:
    """The place of the first lesson that serves a goal, from 1, when a course's lessons are ordered by it."""
    with house.database.read() as session:
        heads = live_lessons(session, course)
    liked = likeness(goal.text, [aim_of(each.title, each.skill, each.outcome) for each in heads], house.encoder)
    order = sorted(range(len(heads)), key=lambda place: (-liked[place], place))
    return 1 + next(rank for rank, place in enumerate(order) if heads[place].slug in goal.lessons)


def weeks_of(house: House, course: str, answers: Answers) -> list[dict[str, Any]]:
    """The weeks a new learner gets, the beginning first."""
    now = house.clock()
    return make_weeks(house.database, house.encoder, course, answers, done=(), starts=now.date(), now=now)


def plan_rows(house: House, course: str) -> Iterator[Mapping[str, Any]]:
    """For several hours a week: how many weeks a course takes, and what of it is done in a fortnight."""
    goal = "explain p-values and intervals to my boss"
    deadline = house.clock().date() + timedelta(days=_DEADLINE_DAYS - 1)
    for hours in _HOURS:
        plain = weeks_of(house, course, Answers(hours=hours))
        short = weeks_of(house, course, Answers(hours=hours, goal=goal, deadline=deadline))
        lessons = {share["lesson"]: share["after"] for week in short[1:] for share in week["lessons"]}
        yield {
            "course": course,
            "hours": hours,
            "weeks": len(plain) - 1,
            "fullest_week": max(sum(share["minutes"] for share in week["lessons"]) for week in plain[1:]),
            "in_a_fortnight": [lesson for lesson, after in lessons.items() if not after],
            "hours_needed": None if not any(lessons.values()) else (short[0]["minutes_needed"] or 0) / 60,
        }


def win_row(course: str, outlines: Sequence[LessonOutline]) -> Mapping[str, Any]:
    """How long a course is by our reckoning, and its first small win."""
    win = first_win(outlines[:_LESSONS_LOOKED_AT])
    minutes = sum(lesson_minutes(outline) for outline in outlines)
    told = None if win is None else (win.lesson, win.kind.value, win.minutes)
    return {"course": course, "lessons": len(outlines), "minutes": minutes, "win": told}


def share_near(house: House, goals: Sequence[Goal]) -> tuple[int, int]:
    """Of how many goals a platform says that a course here speaks of them, and how many there are."""
    near = [
        fitting_blocks(house.database, house.shelves, Answers(goal=goal.text), learner=None, lang=goal.lang, count=1)
        for goal in goals
    ]
    return sum(fitting.is_near for fitting in near), len(goals)


def main(folders: Sequence[str]) -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as home, open_house(Settings(home=Path(home) / "home")) as house:
        load_samples(house, lambda _name: lambda _done, _total: None)
        served, elsewhere = read_goals("sample-course"), read_goals("elsewhere")
        for course in COURSES:
            ranks = [goal_rank(house, course, goal) for goal in served]
            for most in (1, 3):
                hits = sum(rank <= most for rank in ranks)
                print(course, f"a lesson that serves the goal among the first {most}:", hits, len(ranks), end=" ")
                print(wilson_interval(hits, len(ranks)))
            for row in plan_rows(house, course):
                print(dict(row))
        print("goals a course here speaks of, told so:", share_near(house, served))
        print("goals of elsewhere, told as near all the same:", share_near(house, elsewhere))
        for folder in folders:
            slug = ProductSlug(f"eval-{Path(folder).resolve().name[:40].lower().replace('_', '-')}")
            ingest(
                read_course(Path(folder)),
                Target(slug),
                database=house.database,
                encoder=house.encoder,
                clock=house.clock,
            )
        with house.database.read() as session:
            for product in list_products(session):
                if product.kind is ProductKind.COURSE:
                    print(dict(win_row(product.slug, read_outlines(session, product.slug))))


if __name__ == "__main__":
    main(sys.argv[1:])
