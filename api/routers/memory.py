"""What is remembered about a learner, and everything else that is theirs: to see, correct, take along and delete."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body, Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.callers import WITH_WORDS, Authorization, LearnerField, Slug, TheHouse, bearer_of, product_of
from api.errors import documented
from api.routers.progress import LearnerQuery, known_learner
from assistant.memory import MAX_ITEMS, Memory, MemorySource, correct_item, forget_all, forget_item, recall
from assistant.profile import profile_of
from assistant.self_told import MAX_TEXT_CHARS, MemoryKind
from companion.learners import Erased, erase_learner, export_learner
from companion.wiring import House
from foundation.errors import NotAllowed
from foundation.ids import ID_PATTERN, PersonId
from knowledge.products import find_product
from learning.enrolments import Dial, find_enrolment

router = APIRouter(prefix="/v1/products/{slug}", tags=["memory"])
ItemPath = Annotated[str, Path(pattern=ID_PATTERN, description="id of what is remembered")]
_LEARNER_KEY = "l-"
_FOUND = documented(401, 403, 404, 422, 503)


class MemoryItemReply(BaseModel):
    """One thing remembered; `turn` is where it was said, `said` the words of that turn."""

    id: str
    kind: MemoryKind
    text: str
    turn: str | None
    said: str
    source: MemorySource
    created: datetime
    corrected: datetime | None


class MemoryReply(BaseModel):
    """Everything remembered, oldest first; `uses` says whether this product's assistant remembers at all."""

    uses: bool
    dial: Dial | None = Field(description="how often help may be offered unasked")
    items: list[MemoryItemReply] = Field(max_length=MAX_ITEMS)


class CorrectionRequest(BaseModel):
    """Other words for one item; contact data is blacked out."""

    learner: LearnerField = None
    text: str = Field(max_length=MAX_TEXT_CHARS, json_schema_extra={"pattern": WITH_WORDS})


class ErasedReply(BaseModel):
    """How much was erased; the key that proved the learner is nobody's from now on."""

    turns: int
    memory: int
    plans: int
    hand_overs: int
    remarks: int


@router.get("/memory", response_model=MemoryReply, responses=_FOUND)
async def remembered(
    slug: Slug, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None
) -> Any:
    """What is remembered about a learner: for their own key, or for a host's token (scope read)."""

    def tell() -> dict[str, Any]:
        return _memory(house, slug, known_learner(house, slug, learner=learner, authorization=authorization))

    return await to_thread.run_sync(tell)


@router.patch("/memory/{item}", response_model=MemoryReply, responses=_FOUND | documented(400, 413))
async def correct(
    slug: Slug,
    item: ItemPath,
    body: Annotated[CorrectionRequest, Body()],
    house: TheHouse,
    authorization: Authorization = None,
) -> Any:
    """Put other words in an item's place, with the learner's own key."""

    def change() -> dict[str, Any]:
        person = own_learner(house, slug, learner=body.learner, authorization=authorization)
        with house.database.write() as session:
            correct_item(session, person, slug, item, body.text, now=house.clock())
        return _memory(house, slug, person)

    return await to_thread.run_sync(change)


@router.delete("/memory/{item}", response_model=MemoryReply, responses=_FOUND)
async def forget_one(
    slug: Slug, item: ItemPath, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None
) -> Any:
    """Delete one item, with the learner's own key."""

    def change() -> dict[str, Any]:
        person = own_learner(house, slug, learner=learner, authorization=authorization)
        with house.database.write() as session:
            forget_item(session, person, slug, item)
        return _memory(house, slug, person)

    return await to_thread.run_sync(change)


@router.delete("/memory", response_model=MemoryReply, responses=_FOUND)
async def forget(slug: Slug, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None) -> Any:
    """Delete everything that is remembered in this product, with the learner's own key."""

    def change() -> dict[str, Any]:
        person = own_learner(house, slug, learner=learner, authorization=authorization)
        with house.database.write() as session:
            forget_all(session, person, slug)
        return _memory(house, slug, person)

    return await to_thread.run_sync(change)


@router.get("/learner", response_class=JSONResponse, responses=_FOUND)
async def take_along(
    slug: Slug, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None
) -> Response:
    """Everything kept about a learner, in every product, as one JSON object: for their own key."""

    def tell() -> dict[str, Any]:
        return export_learner(house, own_learner(house, slug, learner=learner, authorization=authorization))

    told = await to_thread.run_sync(tell)
    name = 'attachment; filename="learning-companion.json"'
    return JSONResponse(_wire(told), headers={"Content-Disposition": name, "Cache-Control": "no-store"})


@router.delete("/learner", response_model=ErasedReply, responses=_FOUND | documented(409))
async def erase(slug: Slug, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None) -> Any:
    """Erase a learner everywhere, with their own key; what they did is counted on under nobody's name."""

    def carry_out() -> Erased:
        return erase_learner(house, own_learner(house, slug, learner=learner, authorization=authorization))

    return await to_thread.run_sync(carry_out)


def own_learner(house: House, slug: str, *, learner: str | None, authorization: str | None) -> PersonId:
    """The learner whose own key came with a request. Raises NotProven, NotAllowed, ProductNotFound."""
    bearer = bearer_of(authorization)
    if bearer is not None and not bearer.startswith(_LEARNER_KEY):
        raise NotAllowed("only a learner's own key does this; a host may have it done with `companion erase`")
    return known_learner(house, slug, learner=learner, authorization=authorization)


def _memory(house: House, slug: str, person: PersonId) -> dict[str, Any]:
    with house.database.read() as session:
        product = find_product(session, product_of(session, slug))
        enrolment = find_enrolment(session, person, product.slug)
        memory: Memory = recall(session, person, product.slug)
    uses = profile_of(product.kind).memory
    return {"uses": uses, "dial": enrolment.dial if enrolment else None, "items": memory.items}


def _wire(value: Any) -> Any:
    """Plain values with times as text."""
    if isinstance(value, dict):
        return {name: _wire(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_wire(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value
