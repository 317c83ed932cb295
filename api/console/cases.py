"""Alumni cases a moderator decides on, under their own name."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import back, show, words
from api.console.staff import Desk, desk_for
from companion.case_desk import remarks_of
from companion.cases import Decided, approve_case, check_case, return_case
from foundation.errors import Conflict, Invalid
from knowledge.cases.case import CaseState, case_events, find_case, list_cases
from knowledge.cases.groups import hiding, told_of
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}/cases", include_in_schema=False)
ModeratorsDesk = Annotated[Desk, Depends(desk_for(Role.MODERATOR))]
_ORDER = (CaseState.SUBMITTED, CaseState.CHECKED, CaseState.APPROVED, CaseState.RETURNED, CaseState.WITHDRAWN)


@router.get("")
async def cases(request: Request, desk: ModeratorsDesk) -> Response:
    """All of them, those that wait first."""
    return show(request, desk, "cases.html", groups=await to_thread.run_sync(_groups, desk))


@router.get("/{case}")
async def case(case: str, request: Request, desk: ModeratorsDesk) -> Response:
    """One with everything to decide by."""
    return await _page(request, desk, case)


@router.post("/{case}/check")
async def check(case: str, request: Request, desk: ModeratorsDesk) -> Response:
    """It was read and may go on."""
    return await _decide(request, desk, case, partial(check_case, desk.house, desk.slug, case, by=_by(desk)))


@router.post("/{case}/approve")
async def approve(case: str, request: Request, desk: ModeratorsDesk) -> Response:
    """It may be shown."""
    typed = desk.form.get("graduates", "").strip()
    if typed and not (typed.isascii() and typed.isdecimal() and len(typed) <= 8):
        return await _page(request, desk, case, trouble=words(request)["case_graduates_bad"])
    graduates = int(typed) if typed else None
    decide = partial(approve_case, desk.house, desk.slug, case, by=_by(desk), graduates=graduates)
    return await _decide(request, desk, case, decide)


@router.post("/{case}/return")
async def give_back(case: str, request: Request, desk: ModeratorsDesk) -> Response:
    """It goes back to its author with a reason."""
    reason = desk.form.get("reason", "")
    return await _decide(
        request, desk, case, partial(return_case, desk.house, desk.slug, case, by=_by(desk), reason=reason)
    )


async def _decide(request: Request, desk: Desk, case: str, decide: Callable[[], Decided]) -> Response:
    t = words(request)
    try:
        decided = await to_thread.run_sync(decide)
    except Conflict:
        return await _page(request, desk, case, trouble=t["case_conflict"], status=HTTPStatus.CONFLICT)
    except Invalid:
        return await _page(request, desk, case, trouble=t["case_incomplete"])
    return back(desk, f"cases/{case}", done="case_later" if decided.note else f"case_{decided.state}")


async def _page(
    request: Request, desk: Desk, case: str, *, trouble: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    told = await to_thread.run_sync(_read, desk, case)
    return show(request, desk, "case.html", status=status if trouble else HTTPStatus.OK, trouble=trouble, **told)


def _by(desk: Desk) -> str:
    """The name under which a decision is kept."""
    return desk.staff.person.name or desk.staff.name


def _groups(desk: Desk) -> list[dict[str, Any]]:
    with desk.house.database.read() as session:
        found = list_cases(session, desk.slug)
    grouped = [{"state": state, "cases": [one for one in found if one.state is state]} for state in _ORDER]
    return [group for group in grouped if group["cases"]]


def _read(desk: Desk, case: str) -> dict[str, Any]:
    with desk.house.database.read() as session:
        found, all_cases = find_case(session, desk.slug, case), list_cases(session, desk.slug)
        events = case_events(session, case)
    k = desk.house.settings.case_k
    hidden = hiding(found, all_cases, k=k)
    told = {"told": told_of(found), "remarks": remarks_of(found), "hidden": hidden, "k": k}
    return {"case": found, "events": events, **told}
