"""Asking, as one JSON answer or as a stream that can be taken up again."""

from functools import partial
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from api.callers import (
    WITH_WORDS,
    Authorization,
    LearnerField,
    Slug,
    TheHouse,
    TheTurns,
    TurnPath,
    WantsStream,
    who_learns,
)
from api.errors import documented
from api.missing import name_missing
from api.streams import STREAM, STREAM_HEADERS, RunningTurn, done_data, last_number, replay_turn, stream_turn
from assistant.answer import MAX_QUESTION_CHARS, Question
from assistant.conversations import read_turn
from assistant.intents import Intent, Want
from assistant.move import Offer
from assistant.reply import Composer, EventName, Outcome
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import ID_PATTERN
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/turns", tags=["turns"])


class TurnRequest(BaseModel):
    """A question."""

    # No maxLength in the schema: the limit holds for what is left of the text after it was cleaned up.
    text: str = Field(
        description=f"the question, 1 to {MAX_QUESTION_CHARS} characters after clean-up",
        json_schema_extra={"pattern": WITH_WORDS},
    )
    conversation: str | None = Field(
        None, pattern=ID_PATTERN, description="id from an earlier answer, to go on with it"
    )
    lesson: str | None = Field(None, min_length=1, max_length=200, description="id of the lesson that is open")
    position: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="id or slug of the furthest lesson the learner has come to; what lies behind it is kept from them, "
        "in a product that hides spoilers, unless the question names its lesson",
    )
    locale: Literal["ru", "en"] | None = Field(None, description="language of the words around the quotes")
    block: str | None = Field(None, min_length=1, max_length=200, description="id of the exercise it is about")
    want: Want | None = Field(None, description="what a button said instead of words")
    learner: LearnerField = None


class LocatorReply(BaseModel):
    """Where a quote is found."""

    kind: Literal["heading", "page", "slide", "time", "cell"]
    value: str
    url: str


class CitationReply(BaseModel):
    """A verbatim quote; `number` is the mark `[n]` in the text."""

    number: int
    passage: str
    lesson: str
    title: str
    quote: str
    locator: LocatorReply


class NearReply(BaseModel):
    """A lesson close to the question."""

    lesson: str
    title: str
    url: str


class TurnReply(BaseModel):
    """A finished turn."""

    turn: str
    conversation: str
    outcome: Outcome
    text: str
    citations: list[CitationReply]
    nearest: list[NearReply]
    confidence: float = Field(ge=0, le=1, description="how sure the rule is that the content covers the question")
    gap: str | None = Field(description="id under which an unanswered question was noted")
    composer: Composer
    timing_ms: dict[str, float]
    intent: Intent = Field(description="what the message was taken for")
    move: str | None = Field(description="what was done instead of answering from the content")
    offers: list[Offer] = Field(description="what may be done next with one press")
    facts: dict[str, Any] = Field(description="ids and numbers of the move, such as the rung of a hint")


_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "turn and number, for Last-Event-ID"},
        "event": {"enum": [*EventName]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["id", "event", "data"],
}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, whole or as events `meta`, `delta`, `citation`, `done` or `error`",
        "content": {STREAM: {"itemSchema": _EVENT}},
    }
}


@router.post("", response_model=TurnReply, responses=_EVENTS | documented(400, 401, 403, 404, 409, 413, 422, 503))
async def ask(
    slug: Slug,
    body: TurnRequest,
    house: TheHouse,
    turns: TheTurns,
    streamed: WantsStream,
    authorization: Authorization = None,
) -> Any:
    """Ask a product's assistant; with `Accept: text/event-stream` the answer is streamed."""
    learner = await who_learns(house, slug, learner=body.learner, authorization=authorization, scope=Scope.TURNS)
    question = Question(
        slug,
        body.text,
        body.conversation,
        body.lesson,
        body.locale,
        learner,
        position=body.position,
        block=body.block,
        want=body.want,
    )
    try:
        turn = await turns.start(question)
    except NotFound as err:
        name = partial(name_missing, house, err, product=slug, lessons=(body.lesson, body.position))
        raise await to_thread.run_sync(name) from err
    if streamed:
        return StreamingResponse(stream_turn(turn), media_type=STREAM, headers=STREAM_HEADERS)
    await turn.ended()
    return done_data(turn)


@router.get("/{turn}", response_class=Response, responses=_EVENTS | documented(403, 404, 422))
async def take_up_again(
    slug: Slug,
    turn: TurnPath,
    house: TheHouse,
    turns: TheTurns,
    conversation: Annotated[str, Query(pattern=ID_PATTERN, description="the turn's conversation")],
    last_event_id: Annotated[str | None, Header(description="last event that arrived")] = None,
) -> Response:
    """The events of a turn behind `Last-Event-ID`, the same bytes as the first time."""
    after = last_number(last_event_id, turn)
    running = turns.find(turn)
    # A turn that was kept is read where it is kept: its learner may have had it erased since.
    if running is not None and not running.is_kept:
        _check(running, slug, conversation)
        return StreamingResponse(stream_turn(running, after=after), media_type=STREAM, headers=STREAM_HEADERS)
    body = await to_thread.run_sync(_replay, house, slug, turn, conversation, after)
    return Response(body, media_type=STREAM, headers=STREAM_HEADERS)


def _check(turn: RunningTurn, slug: str, conversation: str) -> None:
    if turn.conversation != conversation or turn.events[0].data["product"] != slug:
        raise NotFound("this turn is not known here")


def _replay(house: House, slug: str, turn: str, conversation: str, after: int) -> bytes:
    with house.database.read() as session:
        return replay_turn(turn, read_turn(session, slug, turn, conversation=conversation), after=after)
