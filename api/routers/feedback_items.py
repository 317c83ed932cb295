"""What learners said elsewhere, brought by a host's server: a survey's answers, a forum's posts, one by one or many."""

import logging
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body
from pydantic import BaseModel
from pydantic.config import JsonDict

from api.callers import Authorization, Slug, TheHouse, check_host, product_of
from api.errors import documented
from companion.wiring import House
from feedback.import_fields import BEST_RATING
from feedback.import_formats import Row, row_of
from feedback.imports import Bringing, Imported, bring_in
from feedback.inbox import MAX_EXTERNAL_CHARS, MAX_TEXT_CHARS, ItemKind
from feedback.item import Source
from foundation.errors import Invalid, NotProven
from learning.tokens import Scope

MAX_BATCH = 500
_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/products/{slug}/feedback/items", tags=["feedback"])
_ITEM: JsonDict = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": MAX_EXTERNAL_CHARS, "description": "yours"},
        "text": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARS, "description": "in their own words"},
        "lesson": {"type": "string", "description": "our slug of the lesson, your own id or its title"},
        "author": {"type": "string", "description": "your id of the learner; kept as a name of nobody's"},
        "created": {"type": "string", "format": "date-time", "description": "when it was said"},
        "source": {"type": "string", "description": "where it was said, such as survey or forum"},
        "rating": {"type": "number", "minimum": 1, "maximum": BEST_RATING},
        "kind": {"enum": [kind.value for kind in ItemKind]},
        "consent": {"type": "boolean", "description": "they agreed to be quoted in public"},
    },
    "required": ["text"],
    "example": {"id": "17", "text": "Unclear why n minus one", "lesson": "sample-size", "author": "u-42"},
}
# A row is checked by itself, further in: one that is wrong must not cost the others.
_ITEMS: JsonDict = {
    "anyOf": [
        {"type": "array", "items": _ITEM, "maxItems": MAX_BATCH},
        {"type": "object", "properties": {"items": {"type": "array", "items": _ITEM}}, "required": ["items"]},
        _ITEM,
    ]
}


class RefusedItem(BaseModel):
    """An item that was not kept, by its place in what was sent, with what to do about it."""

    index: int
    reason: str


class ItemsReply(BaseModel):
    """What became of the items: `kept` are new, `known` were brought before."""

    kept: int
    known: int
    refused: list[RefusedItem]


@router.post("", response_model=ItemsReply, responses=documented(400, 401, 403, 404, 413, 422, 503))
async def bring(
    slug: Slug,
    body: Annotated[Any, Body(json_schema_extra=_ITEMS)],
    house: TheHouse,
    authorization: Authorization = None,
) -> Any:
    """Take in what learners said elsewhere, with a host's token (scope feedback): one item, or a list of them.

    The same item again changes nothing. Those that cannot be kept are told one by one; the others are kept.
    """
    told = await to_thread.run_sync(_take, house, slug, body, authorization)
    _log.info("items.brought product=%s kept=%d known=%d refused=%d", slug, told.kept, told.repeated, len(told.refused))
    refused = [{"index": each.line - 1, "reason": each.reason} for each in told.refused]
    return {"kept": told.kept, "known": told.repeated, "refused": refused}


def _take(house: House, slug: str, body: Any, authorization: str | None) -> Imported:
    token = check_host(house, slug, authorization=authorization, scope=Scope.FEEDBACK)
    if token is None:
        raise NotProven("nothing says who brings this; send a host's token with the scope feedback")
    rows = _rows(body)
    with house.database.write() as session:
        bringing = Bringing(product_of(session, slug), Source.WEBHOOK, host=token.host)
        return bring_in(session, rows, bringing, now=house.clock())


def _rows(body: Any) -> list[Row]:
    """Whatever was sent as rows, numbered from 1; what is no object becomes a row without a text."""
    given = body.get("items", [body]) if isinstance(body, dict) else body
    if not isinstance(given, list):
        raise Invalid("send one item as an object, or a list of them")
    if len(given) > MAX_BATCH:
        raise Invalid(f"{len(given)} items at once are too many; send at most {MAX_BATCH}")
    return [row_of(number, each) for number, each in enumerate(given, 1)]
