"""Asking a person: a question is handed over, its learner sees what became of it, and may take it back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.callers import WITH_WORDS, Authorization, LearnerField, Slug, TheHouse, product_of, who_learns
from api.errors import documented
from api.missing import name_missing
from assistant.decide_hand_over import note_told, withdraw_hand_over
from assistant.hand_over import (
    MAX_NOTE_CHARS,
    HandOver,
    HandOverState,
    decider_name,
    names_of,
    own_hand_over,
    own_hand_overs,
)
from assistant.handing_over import HandedOver, Press, hand_over_to_person
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import ID_PATTERN, PersonId
from learning.people import MAX_LEARNER_CHARS, MAX_NAME_CHARS
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/hand-overs", tags=["hand-overs"])
MAX_SECOND = 7 * 24 * 3600
HandOverPath = Annotated[str, Path(pattern=ID_PATTERN, description="hand-over id")]
ItsConversation = Annotated[str, Query(pattern=ID_PATTERN, description="the hand-over's conversation")]
_SAYS_WHAT: JsonDict = {
    "anyOf": [{"required": ["conversation"]}, {"properties": {"note": {"pattern": WITH_WORDS}}, "required": ["note"]}]
}


class HandOverRequest(BaseModel):
    """A press of "Ask a person", after its learner was shown what that person will see."""

    model_config = ConfigDict(json_schema_extra=_SAYS_WHAT)

    consent: Literal[True] = Field(description="the learner has agreed that a person sees the question and its context")
    conversation: str | None = Field(
        None, pattern=ID_PATTERN, description="the conversation; without it one begins, and `note` is the question"
    )
    turn: str | None = Field(
        None, pattern=ID_PATTERN, description="the answer it is about; else, without a note, the conversation's last"
    )
    learner: LearnerField = None
    note: str = Field("", max_length=MAX_NOTE_CHARS, description="in the learner's own words")
    called: str = Field("", max_length=MAX_NAME_CHARS, description="what the learner wants to be called")
    lesson: str | None = Field(None, min_length=1, max_length=200, description="the lesson that is open")
    second: int | None = Field(None, ge=0, le=MAX_SECOND, description="where the lesson's recording stands")
    block: str | None = Field(None, min_length=1, max_length=200, description="id of the exercise it is about")
    locale: Literal["ru", "en"] | None = Field(None, description="the learner's language")


class HandOverReply(BaseModel):
    """What has become of a question; `by` is the name of who answered or declined, "" where they gave none."""

    id: str
    conversation: str
    turn: str | None
    state: HandOverState
    question: str
    reply: str
    reason: str = Field(description="why there is no answer")
    by: str
    created: datetime
    decided: datetime | None
    told: datetime | None = Field(description="when the learner was shown the outcome")


class HandOverList(BaseModel):
    """Questions handed over, the latest first."""

    hand_overs: list[HandOverReply]


_NEW: dict[int | str, dict[str, Any]] = {
    200: {"description": "It was handed over before: the same card", "model": HandOverReply}
}


@router.post(
    "",
    status_code=201,
    response_model=HandOverReply,
    responses=_NEW | documented(400, 401, 403, 404, 409, 413, 422, 503),
)
async def ask_person(
    slug: Slug,
    body: Annotated[HandOverRequest, Body()],
    house: TheHouse,
    response: Response,
    authorization: Authorization = None,
) -> Any:
    """Hand a question over to a person; pressing again gives the same card."""
    learner = await who_learns(house, slug, learner=body.learner, authorization=authorization, scope=Scope.TURNS)
    handed = await to_thread.run_sync(_hand_over, house, slug, body, learner)
    response.status_code = 201 if handed.is_new else 200
    return _reply(handed.done, by="")


@router.get("", response_model=HandOverList, responses=documented(401, 403, 404, 422))
async def list_mine(
    slug: Slug,
    house: TheHouse,
    conversation: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    learner: Annotated[str | None, Query(min_length=1, max_length=MAX_LEARNER_CHARS)] = None,
    authorization: Authorization = None,
) -> Any:
    """What became of the questions of a conversation and of a learner; who names neither has asked nobody."""
    person = await who_learns(house, slug, learner=learner, authorization=authorization, scope=Scope.TURNS)
    return {"hand_overs": await to_thread.run_sync(_list, house, slug, conversation, person)}


@router.get("/{hand_over}", response_model=HandOverReply, responses=documented(403, 404, 422))
async def show(slug: Slug, hand_over: HandOverPath, house: TheHouse, conversation: ItsConversation) -> Any:
    """What became of one question, for whoever holds its conversation."""
    return await to_thread.run_sync(_show, house, slug, hand_over, conversation)


@router.delete("/{hand_over}", response_model=HandOverReply, responses=documented(403, 404, 409, 422, 503))
async def take_back(slug: Slug, hand_over: HandOverPath, house: TheHouse, conversation: ItsConversation) -> Any:
    """Take a question back while it waits."""
    return await to_thread.run_sync(_take_back, house, slug, hand_over, conversation)


@router.post("/{hand_over}/told", status_code=204, responses=documented(403, 404, 422, 503))
async def was_told(slug: Slug, hand_over: HandOverPath, house: TheHouse, conversation: ItsConversation) -> None:
    """The learner was shown what became of it."""
    await to_thread.run_sync(_told, house, slug, hand_over, conversation)


def _hand_over(house: House, slug: str, body: HandOverRequest, learner: PersonId | None) -> HandedOver:
    try:
        return hand_over_to_person(
            house.answerer, Press(product=slug, person=learner, **body.model_dump(exclude={"learner"}))
        )
    except NotFound as err:
        raise name_missing(house, err, product=slug, lessons=[body.lesson]) from err


def _list(house: House, slug: str, conversation: str | None, person: PersonId | None) -> list[dict[str, Any]]:
    with house.database.read() as session:
        product = product_of(session, slug)
        if conversation is None and person is None:
            return []
        found = own_hand_overs(session, product, conversation=conversation, person=person)
        names = names_of(session, found)
    return [_reply(done, by=names[done.id]) for done in found]


def _show(house: House, slug: str, hand_over: str, conversation: str) -> dict[str, Any]:
    with house.database.read() as session:
        done = own_hand_over(session, product_of(session, slug), hand_over, conversation=conversation)
        return _reply(done, by=decider_name(session, done))


def _take_back(house: House, slug: str, hand_over: str, conversation: str) -> dict[str, Any]:
    with house.database.write() as session:
        product = product_of(session, slug)
        done = withdraw_hand_over(session, product, hand_over, conversation=conversation, now=house.clock())
    return _reply(done, by="")


def _told(house: House, slug: str, hand_over: str, conversation: str) -> None:
    with house.database.write() as session:
        note_told(session, product_of(session, slug), hand_over, conversation=conversation, now=house.clock())


def _reply(done: HandOver, *, by: str) -> dict[str, Any]:
    """Of the card itself nothing: what staff see stays with them."""
    shown = ("id", "conversation", "turn", "state", "question", "reply", "reason", "created", "decided", "told")
    return {**{name: getattr(done, name) for name in shown}, "by": by}
