"""What learners say about answers and lessons."""

import logging
from dataclasses import replace
from enum import StrEnum
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
from assistant.conversations import cited_first, find_turn
from assistant.hints_given import MOVE
from assistant.intents import Want
from assistant.move import Offer
from assistant.stuck import Foothold, find_foothold
from companion.wiring import House
from feedback.import_fields import BEST_RATING, read_rating
from feedback.inbox import MAX_TEXT_CHARS, ItemKind, NewItem, record_item, voice_of
from feedback.promises import promise
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


class SaidKind(StrEnum):
    """What a learner may say here; what else is kept is noticed or brought in."""

    THUMB_UP = "thumb_up"
    THUMB_DOWN = "thumb_down"
    COMMENT = "comment"
    STUCK = "stuck"


_VERBS = {
    SaidKind.THUMB_UP: Verb.RATED,
    SaidKind.THUMB_DOWN: Verb.RATED,
    SaidKind.COMMENT: Verb.COMMENTED,
    SaidKind.STUCK: Verb.STUCK,
}
_COMMENTS_HAVE_WORDS: JsonDict = {
    "anyOf": [
        {"properties": {"kind": {"enum": [kind.value for kind in SaidKind if kind is not SaidKind.COMMENT]}}},
        {"properties": {"text": {"pattern": WITH_WORDS}}, "required": ["text"]},
    ]
}


class FeedbackRequest(BaseModel):
    """One thing a learner says."""

    model_config = ConfigDict(json_schema_extra=_COMMENTS_HAVE_WORDS)

    kind: SaidKind
    turn: str | None = Field(None, pattern=ID_PATTERN, description="the answer it is about")
    conversation: str | None = Field(None, pattern=ID_PATTERN, description="the answer's conversation")
    lesson: str | None = Field(None, min_length=1, max_length=200, description="the lesson that is open")
    text: str = Field("", max_length=MAX_TEXT_CHARS, description="in the learner's own words")
    rating: int | None = Field(None, ge=1, le=BEST_RATING, description="how content the learner is, 5 most")
    consent: bool = Field(False, description="the learner agrees to be quoted in public, without a name")
    learner: LearnerField = None
    tell_me: bool = Field(
        False, description="tell the learner, or whoever has the conversation, once this place is mended (GET …/news)"
    )


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
    kind: SaidKind
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
    if body.kind is SaidKind.STUCK and body.lesson:
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
    new = NewItem(product.slug, ItemKind(body.kind), body.text, turn, lesson, learner=learner, consent=body.consent)
    new = replace(new, score=None if body.rating is None else read_rating(body.rating))
    now = house.clock()
    with house.database.write() as session:
        passage = cited_first(session, turn) if turn else None
        item = record_item(session, replace(new, voice=voice_of(session, learner), passage=passage), now=now)
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
        if body.tell_me:
            promise(session, product.slug, item=item, learner=learner, conversation=body.conversation, now=now)
    foothold = Foothold((), None)
    if body.kind is SaidKind.STUCK:
        foothold = _foothold(house, slug, text=body.text, turn=turn, lesson=lesson)
    return {"id": item, "kind": body.kind, "nearest": foothold.nearest, "case": foothold.case}


def _foothold(house: House, slug: str, *, text: str, turn: str | None, lesson: str | None) -> Foothold:
    """Empty while search is down: what was said is kept by now, and saying it again would keep it twice."""
    try:
        return find_foothold(house.database, house.shelves, slug, text=text, turn=turn, lesson=lesson)
    except (EncoderUnavailable, IndexUnavailable) as err:
        _log.error("foothold.unavailable error=%s reason=%s", type(err).__name__, err)
        return Foothold((), None)
