"""Learners: made for a browser, which keeps their key, or spoken of by a host that has ids of its own."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from api.callers import Authorization, LearnerField, Slug, TheHouse, check_host, product_of, resolve_learner
from api.errors import documented
from companion.wiring import House
from learning.enrolments import enrol
from learning.people import new_learner, person_by_key
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/learners", tags=["learners"])


class LearnerRequest(BaseModel):
    """Who comes to learn: somebody new, or a learner of another product here who begins this one as well."""

    learner: LearnerField = None


class LearnerReply(BaseModel):
    """How the learner is named from now on; a key is told this once, and whoever has it speaks for the learner."""

    learner: str = Field(description="for the field `learner` of later requests")


@router.post("", status_code=201, response_model=LearnerReply, responses=documented(400, 401, 403, 404, 413, 422, 429))
async def begin(
    slug: Slug,
    request: Request,
    house: TheHouse,
    body: Annotated[LearnerRequest | None, Body()] = None,
    authorization: Authorization = None,
) -> Any:
    """Enrol a learner; without `learner` a new one is made, and their key given out."""
    named = body.learner if body else None
    if named is None:
        request.app.state.attempts.to_begin(request)
    return {"learner": await to_thread.run_sync(_enrolled, house, slug, named, authorization)}


def _enrolled(house: House, slug: str, learner: str | None, authorization: str | None) -> str:
    token = check_host(house, slug, authorization=authorization, scope=Scope.TURNS)
    if token is not None and learner is not None:
        resolve_learner(house, slug, learner=learner, authorization=authorization, scope=Scope.TURNS)
        return learner
    with house.database.write() as session:
        product = product_of(session, slug)
        if learner is not None:
            person = person_by_key(session, learner)
        else:
            made = new_learner(session, now=house.clock())
            person, learner = made.person, made.key
        enrol(session, person, product, now=house.clock())
    return learner
