"""For other processes of the home's owner: what only the process that holds the index folder can do.

The caller proves itself with the secret in `service.json`, which only the home's owner can read.
"""

import hmac
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request

from api.callers import TheHouse
from companion.cases import purge_cases
from companion.encoders import index_identity, prune_index
from companion.upkeep import rebuild_index, refresh_index, verify_index
from foundation.errors import NotAllowed

SECRET_HEADER = "X-Companion-Secret"


def prove_owner(request: Request, secret: Annotated[str | None, Header(alias=SECRET_HEADER)] = None) -> None:
    """Raises NotAllowed for anybody but the owner of the home folder."""
    expected = request.app.state.secret
    if not expected or not secret or not hmac.compare_digest(expected.encode(), secret.encode()):
        raise NotAllowed("this is for the owner of the home folder")


router = APIRouter(prefix="/local", include_in_schema=False, dependencies=[Depends(prove_owner)])


@router.post("/index/verify")
async def verify(house: TheHouse, product: str | None = None) -> Any:
    """Where the index differs from SQL."""
    return await to_thread.run_sync(verify_index, house, product)


@router.post("/index/refresh")
async def refresh(house: TheHouse, product: str | None = None) -> Any:
    """Read what another process took in."""
    return await to_thread.run_sync(refresh_index, house, product)


@router.post("/index/rebuild")
async def rebuild(house: TheHouse, product: str | None = None) -> Any:
    """Fill the index again from SQL."""
    return await to_thread.run_sync(rebuild_index, house, product)


@router.post("/index/purge-cases")
async def purge_of_cases(house: TheHouse, product: str) -> Any:
    """Forget a shelf of cases as it was before another process withdrew one."""
    await to_thread.run_sync(purge_cases, house, product)
    return {"shelves": 1}


@router.post("/index/purge")
async def purge(house: TheHouse) -> Any:
    """Make the index anew, so that nothing is left in its files that another process erased."""
    await to_thread.run_sync(house.shelves.purge_index)
    return {}


@router.post("/index/identity")
async def identity(house: TheHouse) -> Any:
    """Which encoder answers here."""
    return await to_thread.run_sync(index_identity, house)


@router.post("/index/prune")
async def prune(house: TheHouse) -> Any:
    """Remove what other encoders made."""
    return await to_thread.run_sync(prune_index, house)
