"""Interviews and plans as they are told: the shapes of the replies, and how they are filled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from assistant.block_shelf import fitting_blocks
from assistant.blocks import Block, Fit
from assistant.effort import WinKind
from assistant.interview import Asking, next_question, read_answers
from assistant.keep_plan import KeptPlan, PlanState, open_interview, plan_in_force
from assistant.make_plan import Part
from assistant.plan_company import fitting_cases, people_to_ask
from assistant.shown_plan import ShownPlan, Standing, show_plan, upcoming
from assistant.start import Starter
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import PersonId
from knowledge.language import Lang
from knowledge.products import Product, ProductKind, find_product
from learning.roles import Role

BLOCKS_SHOWN = 5
CASES_SHOWN = 2
_LESSONS_WITH_CASES = 4


class PartReply(BaseModel):
    """A part of the product that a learner may say they know."""

    id: str
    title: str


class InterviewReply(BaseModel):
    """The questions: what was answered so far, and which comes next; null when every one was answered or skipped."""

    questions: list[Asking]
    answers: dict[str, Any]
    next: Asking | None
    parts: list[PartReply]


class PlannedLesson(BaseModel):
    """A lesson in a week; `part` of `of` where it takes several weeks, `after` where it ends after the deadline."""

    lesson: str
    title: str
    url: str
    minutes: int
    standing: Standing
    part: int
    of: int
    after: bool
    skim: bool


class WeekReply(BaseModel):
    """A week of a plan."""

    number: int
    starts: date
    minutes: int
    lessons: list[PlannedLesson]


class WinReply(BaseModel):
    """The first thing to get done, within ten minutes: in a lesson from a heading up to another."""

    lesson: str
    title: str
    url: str
    kind: WinKind
    minutes: int = Field(le=10)
    heading: str
    upto: str


class CaseReply(BaseModel):
    """A graduate's case that fits; `example` says that it was invented."""

    title: str
    situation: str
    url: str
    example: bool


class PersonReply(BaseModel):
    """Somebody to ask, by the name they chose."""

    name: str
    role: Role


class BlockHead(BaseModel):
    """A block of a course."""

    id: str
    product: str
    course: str
    title: str
    lang: str
    minutes: int


class BlockReply(BlockHead):
    """A block that fits, with why: skills gained, required blocks the learner has (`met`) and needs first."""

    url: str
    skills: list[str]
    met: list[BlockHead]
    missing: list[BlockHead]


class PlanMade(BaseModel):
    """A plan against the learner's progress today; of a platform it is the blocks that fit, the best first.

    `behind` counts weeks; `offers_new` says that making it anew is worth offering. `after` are the lessons that end
    after the deadline: with `hours_needed` a week none would, null where no week has so many, or all is in time.
    """

    version: int
    hours: float
    deadline: date | None
    done: int
    lessons: int
    week: int
    behind: int
    offers_new: bool
    ends: date | None
    next: PlannedLesson | None
    win: WinReply | None
    weeks: list[WeekReply]
    before: list[PlannedLesson]
    added: list[PlannedLesson]
    gone: int
    after: list[PlannedLesson]
    hours_needed: float | None
    cases: list[CaseReply]
    people: list[PersonReply]
    blocks: list[BlockReply]
    is_near: bool = Field(
        description="false: no course here has anything to say to the goal; the blocks are the nearest"
    )


class PlanReply(BaseModel):
    """Where starting stands: an interview under way, a plan in force, or both while a new one is asked for."""

    state: PlanState
    interview: InterviewReply | None
    plan: PlanMade | None


def starter_of(house: House) -> Starter:
    """What starting needs, of a house."""
    return Starter(house.database, house.shelves, house.clock)


def tell_start(house: House, slug: str, person: PersonId) -> dict[str, Any]:
    """The interview and the plan of a learner, for `PlanReply`; raises NotFound before either."""
    starter = starter_of(house)
    with house.database.read() as session:
        product = find_product(session, slug)
        interview = open_interview(session, person, slug)
        plan = plan_in_force(session, person, slug)
        parts = starter.parts(session, product)
    newest = interview or plan
    if newest is None:
        raise NotFound("this learner has no plan here yet; answer the first question with POST")
    return {
        "state": newest.state,
        "interview": None if interview is None else tell_interview(interview.answers, parts),
        "plan": None if plan is None else tell_plan(house, product, plan),
    }


def tell_interview(answers: Mapping[str, Any], parts: list[Part]) -> dict[str, Any]:
    """An interview with these answers, for `InterviewReply`."""
    named = [{"id": part.id, "title": part.title} for part in parts]
    return {"questions": list(Asking), "answers": answers, "next": next_question(answers), "parts": named}


def tell_plan(house: House, product: Product, kept: KeptPlan) -> dict[str, Any]:
    """A plan today, with whom there is to go along and to ask, for `PlanMade`."""
    with house.database.read() as session:
        people = people_to_ask(session, product.slug)
    if product.kind is ProductKind.PLATFORM:
        return {**_blocks(house, product, kept), "people": people}
    with house.database.read() as session:
        plan = show_plan(session, product, kept, today=house.clock().date())
    ahead = [one.lesson for one in upcoming(plan, count=_LESSONS_WITH_CASES)]
    goal = plan.answers.goal
    cases = fitting_cases(house.database, house.shelves, product.slug, goal=goal, lessons=ahead, count=CASES_SHOWN)
    told = [{"title": c.title, "situation": c.situation, "url": c.url, "example": c.is_example} for c in cases]
    return {**_plan(plan), "cases": told, "people": people, "blocks": [], "is_near": True}


def _plan(plan: ShownPlan) -> dict[str, Any]:
    needed = plan.minutes_needed
    same = ("version", "done", "lessons", "week", "behind", "offers_new", "ends", "next", "win", "weeks", "before")
    return {
        **{name: getattr(plan, name) for name in (*same, "added", "gone", "after")},
        "hours": plan.answers.hours,
        "deadline": plan.answers.deadline,
        "hours_needed": None if needed is None or not plan.after else needed / 60,
    }


def _blocks(house: House, product: Product, kept: KeptPlan) -> dict[str, Any]:
    answers = read_answers(kept.answers)
    lang: Lang = "ru" if product.lang == "ru" else "en"
    fitting = fitting_blocks(house.database, house.shelves, answers, learner=kept.person, lang=lang, count=BLOCKS_SHOWN)
    return {
        **dict.fromkeys(("next", "win", "ends", "hours_needed")),
        **{name: [] for name in ("weeks", "before", "added", "after", "cases")},
        **dict.fromkeys(("done", "lessons", "week", "behind", "gone"), 0),
        "version": kept.version,
        "hours": answers.hours,
        "deadline": answers.deadline,
        "offers_new": False,
        "blocks": [_fit(fit, fitting.minutes) for fit in fitting.fits],
        "is_near": fitting.is_near,
    }


def _fit(fit: Fit, minutes: Mapping[str, int]) -> dict[str, Any]:
    return {
        **_head(fit.block, minutes),
        "url": f"/p/{fit.block.product}",
        "skills": list(fit.block.skills),
        "met": [_head(block, minutes) for block in fit.met],
        "missing": [_head(block, minutes) for block in fit.missing],
    }


def _head(block: Block, minutes: Mapping[str, int]) -> dict[str, Any]:
    names = ("id", "product", "course", "title", "lang")
    return {**{name: getattr(block, name) for name in names}, "minutes": minutes.get(block.id, 0)}
