"""Is it alive, and can it answer."""

from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import text

from api.callers import TheHouse, TheTurns
from api.errors import documented
from companion.wiring import House, chat_state
from foundation.errors import HomeUnusable, IndexUnavailable
from foundation.ids import ProductSlug
from knowledge.products import Collection, list_products
from knowledge.shelf import ShelfKey

router = APIRouter(tags=["health"])
_LOOKED_AT = 5


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]


class Ready(BaseModel):
    """Database, index and encoder answer.

    `chat` tells whether the chat model is asked: `open` after failures in a row, when answers are quotes; null without
    a model. It never makes the service unready.
    """

    status: Literal["ready"]
    products: int
    chat: Literal["closed", "open", "half-open"] | None


@router.get("/healthz", response_model=Alive, responses=documented(403))
async def alive() -> Any:
    """Is the process there."""
    return {"status": "alive"}


@router.get("/readyz", response_model=Ready, responses=documented(403, 503))
async def ready(request: Request, house: TheHouse, turns: TheTurns) -> Any:
    """Can questions be answered; 503 says which part cannot."""
    state = request.app.state
    if not state.encodes:
        await to_thread.run_sync(house.encoder.encode_question, "ready")
        state.encodes = True
    return await to_thread.run_sync(_check, house, turns.asked_products())


def _check(house: House, asked: set[str]) -> dict[str, Any]:
    """Looks only at shelves of products that are asked about: laying out hundreds of others would take its time."""
    with house.database.read() as session:
        try:
            session.execute(text("SELECT 1"))
        except Exception as err:  # whatever the driver raises, the answer is the same
            raise HomeUnusable("the database does not answer") from err
        products = list_products(session)
    house.encoder.count_tokens("ready")
    for product in sorted(asked):
        house.shelves.shelf(ShelfKey(ProductSlug(product), Collection.LESSONS))
    if not asked:
        _check_any(house, [product.slug for product in products if product.lessons][:_LOOKED_AT])
    return {"status": "ready", "products": len(products), "chat": chat_state(house)}


def _check_any(house: House, products: list[ProductSlug]) -> None:
    """Before anybody asked: one shelf that can be used will do, none at all is another encoder's home."""
    reasons = []
    for product in products:
        try:
            house.shelves.shelf(ShelfKey(product, Collection.LESSONS))
        except IndexUnavailable as err:
            reasons.append(err)
        else:
            return
    if reasons:
        raise reasons[0]
