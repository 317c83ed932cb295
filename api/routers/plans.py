"""Plans: a short interview, the weeks made from it, and the plan made anew."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.callers import Authorization, LearnerField, Slug, TheHouse, product_of, resolve_learner
from api.errors import documented
from api.routers.progress import LearnerQuery, known_learner
from assistant.block_shelf import Fitting, fitting_blocks
from assistant.blocks import Block, Fit
from assistant.effort import WinKind
from assistant.interview import Asking, Kept, Level, next_question, read_answers
from assistant.keep_plan import KeptPlan, PlanState, open_interview, plan_in_force
from assistant.plan_company import fitting_cases, people_to_ask
from assistant.shown_plan import ShownLesson, ShownPlan, Standing, show_plan, upcoming
from assistant.start import Starter, is_finished
from companion.wiring import House
from foundation.errors import NotFound, NotProven
from foundation.ids import PersonId
from knowledge.language import Lang
from knowledge.products import Product, ProductKind, find_product
from learning.roles import Role
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/plans", tags=["plans"])
BLOCKS_SHOWN = 5
CASES_SHOWN = 2
_LESSONS_WITH_CASES = 4
_STATUSES = (400, 401, 403, 404, 409, 413, 422, 503)


class ExperienceAnswer(BaseModel):
    """What somebody has done with the subject before; `known` are ids of parts, as `parts` of a reply lists them."""

    level: Level
    words: str = Field("", max_length=4_000, description="in their own words; 500 characters count")
    known: list[str] = Field([], max_length=200)


class AnswersRequest(BaseModel):
    """Answers given now; what is left out was not asked, null skips the question."""

    goal: str | None = Field(None, max_length=4_000, description="what for; 500 characters count")
    experience: ExperienceAnswer | None = None
    hours: float | None = Field(None, description="hours a week, 0.5 to 60")
    deadline: date | None = Field(None, description="the day by which it has to be done")
    lang: Literal["ru", "en"] | None = None


class PlanRequest(BaseModel):
    """Answers for the interview under way, which is begun by the first; `finish` makes the plan of what there is."""

    learner: LearnerField = None
    answers: AnswersRequest = AnswersRequest()
    finish: bool = False


class PlanChange(BaseModel):
    """Life happened: the plan is made anew from today, or from `starts` on, of what is not done.

    `hours` and `deadline` stay as they were when they are left out; a `deadline` of null is none any more.
    """

    learner: LearnerField = None
    hours: float | None = Field(None, description="hours a week from now on, 0.5 to 60")
    deadline: date | None = None
    starts: date | None = Field(None, description="the day to begin again; today when it is left out")


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
    is_near: bool = Field(description="false: no course here has anything to say to the goal; the blocks are the nearest")


class PlanReply(BaseModel):
    """Where starting stands: an interview under way, a plan in force, or both while a new one is asked for."""

    state: PlanState
    interview: InterviewReply | None
    plan: PlanMade | None


LearnerReading = LearnerQuery


@router.get("", response_model=PlanReply, responses=documented(401, 403, 404, 422, 503))
async def show(slug: Slug, house: TheHouse, learner: LearnerReading = None, authorization: Authorization = None) -> Any:
    """The learner's interview and plan; 404 before either."""
    return await to_thread.run_sync(_show, house, slug, learner, authorization)


@router.post("", status_code=201, response_model=PlanReply, responses=documented(*_STATUSES))
async def answer(slug: Slug, body: PlanRequest, house: TheHouse, authorization: Authorization = None) -> Any:
    """Answer questions, in any order and as many as one likes; the last one, or `finish`, makes the plan."""
    return await to_thread.run_sync(_answer, house, slug, body, authorization)


@router.patch("", response_model=PlanReply, responses=documented(*_STATUSES))
async def change(slug: Slug, body: PlanChange, house: TheHouse, authorization: Authorization = None) -> Any:
    """Make the plan anew; the version before is kept, and what is done stays done."""
    return await to_thread.run_sync(_change, house, slug, body, authorization)


def starter_of(house: House) -> Starter:
    """What starting needs, of a house."""
    return Starter(house.database, house.shelves, house.clock)


def blocks_for(house: House, person: PersonId, answers: Kept, *, lang: Lang, count: int = BLOCKS_SHOWN) -> Fitting:
    """The blocks that fit who answered like this; `lang` is the language where they named none."""
    read = read_answers(answers)
    return fitting_blocks(
        house.database,
        house.shelves,
        goal=read.goal,
        known=read.known,
        learner=person,
        lang=read.lang or lang,
        count=count,
    )


def _show(house: House, slug: str, learner: str | None, authorization: str | None) -> dict[str, Any]:
    person = known_learner(house, slug, learner=learner, authorization=authorization)
    return _told(house, slug, person)


def _answer(house: House, slug: str, body: PlanRequest, authorization: str | None) -> dict[str, Any]:
    person = _who(house, slug, body.learner, authorization)
    given = {name: getattr(body.answers, name) for name in body.answers.model_fields_set}
    if isinstance(given.get("experience"), ExperienceAnswer):
        given["experience"] = given["experience"].model_dump()
    starter = starter_of(house)
    interview = starter.answer(slug, person, given)
    if body.finish or is_finished(interview):
        starter.plan(slug, person)
    return _told(house, slug, person)


def _change(house: House, slug: str, body: PlanChange, authorization: str | None) -> dict[str, Any]:
    person = _who(house, slug, body.learner, authorization)
    given = body.model_fields_set & {"hours", "deadline"}
    starter_of(house).plan_again(
        slug, person, changes={name: getattr(body, name) for name in given}, starts=body.starts
    )
    return _told(house, slug, person)


def _who(house: House, slug: str, learner: str | None, authorization: str | None) -> PersonId:
    person = resolve_learner(house, slug, learner=learner, authorization=authorization, scope=Scope.TURNS)
    if person is None:
        raise NotProven("nothing says whose plan this is; send the learner's own key, or a host's token and its learner")
    return person


def _told(house: House, slug: str, person: PersonId) -> dict[str, Any]:
    with house.database.read() as session:
        product = find_product(session, product_of(session, slug))
        interview = open_interview(session, person, slug)
        plan = plan_in_force(session, person, slug)
        parts = starter_of(house).parts(session, product)
    if interview is None and plan is None:
        raise NotFound("this learner has no plan here yet; answer the first question with POST")
    asked = None if interview is None else _interview(interview, [{"id": one.id, "title": one.title} for one in parts])
    made = None if plan is None else _made(house, product, plan)
    return {"state": (interview or plan).state, "interview": asked, "plan": made}  # type: ignore[union-attr]  # one is


def _interview(kept: KeptPlan, parts: list[dict[str, str]]) -> dict[str, Any]:
    answers = kept.answers
    return {"questions": list(Asking), "answers": answers, "next": next_question(answers), "parts": parts}


def _made(house: House, product: Product, kept: KeptPlan) -> dict[str, Any]:
    if product.kind is ProductKind.PLATFORM:
        return _blocks_made(house, product, kept)
    with house.database.read() as session:
        plan = show_plan(session, product, kept, today=house.clock().date())
        people = people_to_ask(session, product.slug)
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


def _blocks_made(house: House, product: Product, kept: KeptPlan) -> dict[str, Any]:
    answers = read_answers(kept.answers)
    fitting = blocks_for(house, kept.person, kept.answers, lang="ru" if product.lang == "ru" else "en")
    nothing: Mapping[str, Any] = {"next": None, "win": None, "ends": None, "hours_needed": None}
    empty: Mapping[str, Any] = {name: [] for name in ("weeks", "before", "added", "after", "cases")}
    none = dict.fromkeys(("done", "lessons", "week", "behind", "gone"), 0)
    with house.database.read() as session:
        people = people_to_ask(session, product.slug)
    return {
        **{**nothing, **empty, **none},
        "version": kept.version,
        "hours": answers.hours,
        "deadline": answers.deadline,
        "offers_new": False,
        "people": people,
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
