"""For moderators of the home: deciding on alumni cases. Guarded like all local things; a moderator says their name."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field

from api.callers import TheHouse
from api.routers.local import prove_owner
from companion.case_desk import list_for_moderators, show_to_moderators
from companion.cases import approve_case, check_case, return_case, withdraw
from companion.wiring import House
from knowledge.cases.case import CaseState
from knowledge.products import find_product

router = APIRouter(prefix="/local/products/{slug}/cases", include_in_schema=False, dependencies=[Depends(prove_owner)])


class Decision(BaseModel):
    """Who decides, and what goes with it."""

    by: str = Field(min_length=1, max_length=100)
    reason: str = Field("", max_length=1_000)
    graduates: int | None = Field(None, ge=1, le=10_000_000)


Decided = Annotated[Decision, Body()]


@router.get("")
async def list_all(slug: str, house: TheHouse, state: CaseState | None = None) -> Any:
    """Every case, whatever its state."""
    return {"cases": await to_thread.run_sync(_list, house, slug, state)}


@router.get("/{case}")
async def show(slug: str, case: str, house: TheHouse) -> Any:
    """One case with its audit record."""
    return await to_thread.run_sync(_show, house, slug, case)


@router.post("/{case}/check")
async def check(slug: str, case: str, body: Decided, house: TheHouse) -> Any:
    """It was read and may go on."""
    return await to_thread.run_sync(lambda: check_case(house, slug, case, by=body.by))


@router.post("/{case}/approve")
async def approve(slug: str, case: str, body: Decided, house: TheHouse) -> Any:
    """It may be shown."""
    return await to_thread.run_sync(lambda: approve_case(house, slug, case, by=body.by, graduates=body.graduates))


@router.post("/{case}/return")
async def give_back(slug: str, case: str, body: Decided, house: TheHouse) -> Any:
    """It goes back to its author with a reason."""
    return await to_thread.run_sync(lambda: return_case(house, slug, case, by=body.by, reason=body.reason))


@router.post("/{case}/withdraw", status_code=204)
async def take_back(slug: str, case: str, body: Decided, house: TheHouse) -> None:
    """Its author asked for it to be removed."""
    await to_thread.run_sync(lambda: withdraw(house, slug, case, by=body.by))


def _list(house: House, slug: str, state: CaseState | None) -> list[dict[str, Any]]:
    with house.database.read() as session:
        find_product(session, slug)
    return list_for_moderators(house.database, slug, k=house.settings.case_k, state=state)


def _show(house: House, slug: str, case: str) -> dict[str, Any]:
    return show_to_moderators(house.database, slug, case, k=house.settings.case_k)
