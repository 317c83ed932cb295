"""What learners say about answers and lessons."""

import logging
from dataclasses import replace
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.callers import WITH_WORDS, Authorization, LearnerField, Slug, TheHouse, who_learns
from api.errors import documented
from api.missing import name_missing
from api.routers.turns import CitationReply, NearReply
from assistant.answer import Question
from assistant.conversations import find_turn
from assistant.hints_given import MOVE
from assistant.intents import Want
from assistant.move import Offer
from assistant.stuck import Foothold, find_foothold
from companion.wiring import House
from feedback.inbox import MAX_TEXT_CHARS, ItemKind, NewItem, record_item
from foundation.errors import EncoderUnavailable, IndexUnavailable, NotFound
from foundation.ids import ID_PATTERN, PersonId
from foundation.text import clean_text
from knowledge.lessons import find_lesson
from knowledge.products import find_product
from learning.events import Verb, record_event
from learning.tokens import Scope

# What a press without words says; the reply follows the product's language.
_PRESSED = "…"
_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/products/{slug}/feedback", tags=["feedback"])
_VERBS = {
    ItemKind.THUMB_UP: Verb.RATED,
    ItemKind.THUMB_DOWN: Verb.RATED,
    ItemKind.COMMENT: Verb.COMMENTED,
    ItemKind.STUCK: Verb.STUCK,
}
_COMMENTS_HAVE_WORDS: JsonDict = {
    "anyOf": [
        {"properties": {"kind": {"enum": [kind.value for kind in ItemKind if kind is not ItemKind.COMMENT]}}},
        {"properties": {"text": {"pattern": WITH_WORDS}}, "required": ["text"]},
    ]
}


class FeedbackRequest(BaseModel):
    """One thing a learner says."""

    model_config = ConfigDict(json_schema_extra=_COMMENTS_HAVE_WORDS)

    kind: ItemKind
    turn: str | None = Field(None, pattern=ID_PATTERN, description="the answer it is about")
    conversation: str | None = Field(None, pattern=ID_PATTERN, description="the answer's conversation")
    lesson: str | None = Field(None, min_length=1, max_length=200, description="the lesson that is open")
    text: str = Field("", max_length=MAX_TEXT_CHARS, description="in the learner's own words")
    learner: LearnerField = None


class CaseReply(BaseModel):
    """An alumni case that resembles the learner's situation: one graduate's experience, no part of the course.

    `is_example` says that it was invented; `told` is what may be told of its author.
    """

    id: str
    title: str
    situation: str
    url: str
    is_example: bool
    told: dict[str, str]


class HintReply(BaseModel):
    """The next hint for the exercise of the open lesson, or for the lesson: a turn that may be gone on with."""

    turn: str
    conversation: str
    text: str
    citations: list[CitationReply]
    rung: int = Field(ge=1, le=5, description="how much help it is: 1 where to look, 5 a person")
    exercise: str | None = Field(description="id of the exercise it is for")
    offers: list[Offer]


class FeedbackReply(BaseModel):
    """What was kept; for `stuck` also where to look again, empty while search is down.

    `hint` is given to who is stuck in a known lesson of a course.
    """

    id: str
    kind: ItemKind
    nearest: list[NearReply] = []
    case: CaseReply | None = None
    hint: HintReply | None = None


@router.post("", status_code=201, response_model=FeedbackReply, responses=documented(400, 401, 403, 404, 413, 422, 503))
async def say(
    slug: Slug, body: Annotated[FeedbackRequest, Body()], house: TheHouse, authorization: Authorization = None
) -> Any:
    """Rate an answer, comment on it, or say that you are stuck."""
    learner = await who_learns(house, slug, learner=body.learner, authorization=authorization, scope=Scope.FEEDBACK)
    kept = await to_thread.run_sync(_keep, house, slug, body, learner)
    if body.kind is ItemKind.STUCK and body.lesson:
        kept["hint"] = await _hint(house, slug, body, learner)
    return kept


async def _hint(house: House, slug: str, body: FeedbackRequest, learner: PersonId | None) -> dict[str, Any] | None:
    """The ladder's next hint, without waiting for a chat model; None where there is none, or search is down."""
    pressed = Question(
        slug, clean_text(body.text).strip() or _PRESSED, body.conversation, body.lesson, learner=learner, want=Want.HINT
    )
    try:
        reply = await replace(house.answerer, chat=None).reply(pressed)
    except (EncoderUnavailable, IndexUnavailable) as err:
        _log.error("hint.unavailable error=%s reason=%s", type(err).__name__, err)
        return None
    facts = reply["facts"]
    if reply["move"] != MOVE or "rung" not in facts:
        return None
    same = {name: reply[name] for name in ("turn", "conversation", "text", "citations", "offers")}
    return {**same, "rung": facts["rung"], "exercise": facts.get("exercise")}


def _keep(house: House, slug: str, body: FeedbackRequest, learner: PersonId | None) -> dict[str, Any]:
    try:
        with house.database.read() as session:
            product = find_product(session, slug)
            lesson = find_lesson(session, slug, body.lesson).slug if body.lesson else None
            turn = find_turn(session, slug, body.turn, conversation=body.conversation) if body.turn else None
    except NotFound as err:
        raise name_missing(house, err, product=slug, lessons=[body.lesson]) from err
    now = house.clock()
    with house.database.write() as session:
        item = record_item(session, NewItem(product.slug, body.kind, body.text, turn, lesson), now=now)
        detail = {"item": item, "turn": turn, "kind": body.kind}
        record_event(
            session,
            f"said-{item}",
            product=product.slug,
            verb=_VERBS[body.kind],
            actor=learner,
            lesson=lesson,
            detail=detail,
            at=now,
        )
    foothold = Foothold((), None)
    if body.kind is ItemKind.STUCK:
        foothold = _foothold(house, slug, text=body.text, turn=turn, lesson=lesson)
    return {"id": item, "kind": body.kind, "nearest": foothold.nearest, "case": foothold.case}


def _foothold(house: House, slug: str, *, text: str, turn: str | None, lesson: str | None) -> Foothold:
    """Empty while search is down: what was said is kept by now, and saying it again would keep it twice."""
    try:
        return find_foothold(house.database, house.shelves, slug, text=text, turn=turn, lesson=lesson)
    except (EncoderUnavailable, IndexUnavailable) as err:
        _log.error("foothold.unavailable error=%s reason=%s", type(err).__name__, err)
        return Foothold((), None)
