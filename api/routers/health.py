"""Is it alive, and can it answer."""

from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from api.callers import TheHouse
from api.errors import documented
from companion.wiring import House
from foundation.errors import HomeUnusable

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]


class Ready(BaseModel):
    """Database, index and encoder answer."""

    status: Literal["ready"]
    products: int


@router.get("/healthz", response_model=Alive, responses=documented(403))
async def alive() -> Any:
    """Is the process there."""
    return {"status": "alive"}


@router.get("/readyz", response_model=Ready, responses=documented(403, 503))
async def ready(house: TheHouse) -> Any:
    """Can questions be answered; 503 says which part cannot."""
    return await to_thread.run_sync(_check, house)


def _check(house: House) -> dict[str, Any]:
    with house.database.read() as session:
        try:
            session.execute(text("SELECT 1"))
        except Exception as err:  # whatever the driver raises, the answer is the same
            raise HomeUnusable("the database does not answer") from err
    house.encoder.count_tokens("ready")
    keys = list(house.library.all_keys())
    for key in keys:
        house.library.shelf(key)
    return {"status": "ready", "products": len({key.product for key in keys})}
