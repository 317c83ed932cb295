"""Plans: a short interview, the weeks made from it, and the plan made anew."""

from datetime import date
from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.callers import Authorization, LearnerField, Slug, TheHouse, resolve_learner
from api.errors import documented
from api.plan_wire import PlanReply, starter_of, tell_start
from api.routers.progress import LearnerQuery, known_learner
from assistant.interview import Level
from assistant.start import is_finished
from companion.wiring import House
from foundation.errors import NotProven
from foundation.ids import PersonId
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/plans", tags=["plans"])
_STATUSES = (400, 401, 403, 404, 409, 413, 422, 503)


class _Exact(BaseModel):
    """Takes no other fields: a misspelt one would be an answer that nobody hears."""

    model_config = ConfigDict(extra="forbid")


class ExperienceAnswer(_Exact):
    """What somebody has done with the subject before; `known` are ids of parts, as `parts` of a reply lists them."""

    level: Level
    words: str = Field("", max_length=4_000, description="in their own words; 500 characters count")
    known: list[str] = Field([], max_length=200)


class AnswersRequest(_Exact):
    """Answers given now; what is left out was not asked, null skips the question."""

    goal: str | None = Field(None, max_length=4_000, description="what for; 500 characters count")
    experience: ExperienceAnswer | None = None
    hours: float | None = Field(None, description="hours a week, 0.5 to 60")
    deadline: date | None = Field(None, description="the day by which it has to be done")
    lang: Literal["ru", "en"] | None = None


class PlanRequest(_Exact):
    """Answers for the interview under way, which is begun by the first; `finish` makes the plan of what there is."""

    learner: LearnerField = None
    answers: AnswersRequest = AnswersRequest()
    finish: bool = False


class PlanChange(_Exact):
    """Life happened: the plan is made anew from today, or from `starts` on, of what is not done.

    `hours` and `deadline` stay as they were when they are left out; a `deadline` of null is none any more.
    """

    learner: LearnerField = None
    hours: float | None = Field(None, description="hours a week from now on, 0.5 to 60; null: the usual three")
    deadline: date | None = None
    starts: date | None = Field(None, description="the day to begin again; today when it is left out")


@router.get("", response_model=PlanReply, responses=documented(401, 403, 404, 422, 503))
async def show(slug: Slug, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None) -> Any:
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


def _show(house: House, slug: str, learner: str | None, authorization: str | None) -> dict[str, Any]:
    person = known_learner(house, slug, learner=learner, authorization=authorization)
    return tell_start(house, slug, person)


def _answer(house: House, slug: str, body: PlanRequest, authorization: str | None) -> dict[str, Any]:
    person = _who(house, slug, body.learner, authorization)
    given = {name: getattr(body.answers, name) for name in body.answers.model_fields_set}
    if isinstance(given.get("experience"), ExperienceAnswer):
        given["experience"] = given["experience"].model_dump()
    starter = starter_of(house)
    interview = starter.answer(slug, person, given)
    if body.finish or is_finished(interview):
        starter.plan(slug, person)
    return tell_start(house, slug, person)


def _change(house: House, slug: str, body: PlanChange, authorization: str | None) -> dict[str, Any]:
    person = _who(house, slug, body.learner, authorization)
    given = body.model_fields_set & {"hours", "deadline"}
    starter_of(house).plan_again(
        slug, person, changes={name: getattr(body, name) for name in given}, starts=body.starts
    )
    return tell_start(house, slug, person)


def _who(house: House, slug: str, learner: str | None, authorization: str | None) -> PersonId:
    person = resolve_learner(house, slug, learner=learner, authorization=authorization, scope=Scope.TURNS)
    if person is None:
        raise NotProven(
            "nothing says whose plan this is; send the learner's own key, or a host's token and its learner"
        )
    return person
