"""Events of learners, from a host's server or their own browser."""

import logging
from typing import Any

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from api.callers import Authorization, LearnerField, Slug, TheHouse, check_host, product_of, resolve_learner
from api.errors import documented
from companion.wiring import House
from foundation.errors import NotProven
from learning.intake import MAX_BATCH, Taken, host_sender, learner_sender, take_events
from learning.sent_events import HOSTS_VERBS, MAX_DURATION_S, MAX_ID_CHARS
from learning.tokens import Scope

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/products/{slug}/events", tags=["events"])
_TEXT: JsonDict = {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARS}
_RESULT: JsonDict = {
    "type": "object",
    "properties": {
        "success": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "share of what could be had"},
        "duration_s": {"type": "number", "minimum": 0, "maximum": MAX_DURATION_S},
    },
    "additionalProperties": False,
}
_EVENT: JsonDict = {
    "type": "object",
    "properties": {
        "id": {**_TEXT, "description": "yours; the same id again changes nothing"},
        "learner": {**_TEXT, "description": "whom it is about, where a host's batch speaks of several"},
        "verb": {"enum": [verb.value for verb in HOSTS_VERBS]},
        "lesson": {**_TEXT, "description": "our slug of the lesson or your own id; needed for all but asked and stuck"},
        "block": {**_TEXT, "description": "id of the exercise, without blanks"},
        "at": {"type": "string", "format": "date-time", "description": "when it happened, with its offset"},
        "result": _RESULT,
    },
    "required": ["id", "verb", "at"],
    "additionalProperties": False,
    "example": {"id": "17", "verb": "completed", "lesson": "sample-size", "at": "2026-03-02T09:00:00+03:00"},
}
# A row is checked by itself, further in: one that is wrong must not cost the others.
_ROWS: JsonDict = {"items": _EVENT}


class EventsRequest(BaseModel):
    """What happened, in any order; sending it again changes nothing."""

    learner: LearnerField = None
    events: list[Any] = Field(max_length=MAX_BATCH, json_schema_extra=_ROWS)


class RefusedReply(BaseModel):
    """A row that was not kept, by its place in the batch, with what to do about it."""

    index: int
    id: str | None
    reason: str


class TakenReply(BaseModel):
    """What became of a batch: `kept` are new, `known` were sent before."""

    kept: int
    known: int
    refused: list[RefusedReply]


@router.post("", response_model=TakenReply, responses=documented(400, 401, 403, 404, 413, 422, 503))
async def take(slug: Slug, body: EventsRequest, house: TheHouse, authorization: Authorization = None) -> Any:
    """Take in what happened: from a host's server with a token (scope events), or from a learner's own browser.

    Rows that cannot be kept are told one by one; the others are kept.
    """
    taken = await to_thread.run_sync(_take, house, slug, body, authorization)
    _log.info("events.taken product=%s kept=%d known=%d refused=%d", slug, taken.kept, taken.known, len(taken.refused))
    return taken


def _take(house: House, slug: str, body: EventsRequest, authorization: str | None) -> Taken:
    now = house.clock()
    token = check_host(house, slug, authorization=authorization, scope=Scope.EVENTS)
    person = None
    if token is None:
        person = resolve_learner(house, slug, learner=body.learner, authorization=None, scope=Scope.EVENTS)
    with house.database.write() as session:
        product = product_of(session, slug)
        if token is not None:
            sender = host_sender(session, token.host, product, learner=body.learner, now=now)
        elif person is not None and body.learner is not None:
            sender = learner_sender(person, body.learner)
        else:
            raise NotProven("nothing says whose events these are; send a host's token, or a learner's own key")
        return take_events(session, product, body.events, sender=sender, now=now)
