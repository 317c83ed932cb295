"""The answer memory: replies that are given again, and those that have left."""

from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import back, show, words
from api.console.staff import Desk, desk_for
from assistant.verified import ERASED, TEXT_CHANGED, list_verified, retire_changed, retire_verified
from foundation.errors import Conflict, Invalid
from knowledge.lessons import live_lessons

router = APIRouter(prefix="/console/p/{slug}/verified", include_in_schema=False)
StaffDesk = Annotated[Desk, Depends(desk_for())]


@router.get("")
async def verified(request: Request, desk: StaffDesk) -> Response:
    """Those in use, or with `?retired=1` those that have left."""
    return await _page(request, desk)


@router.post("/{answer}/retire")
async def retire(answer: str, request: Request, desk: StaffDesk) -> Response:
    """Take one out of use."""
    try:
        await to_thread.run_sync(_retire, desk, answer)
    except Conflict:
        return await _page(request, desk, trouble=words(request)["verified_gone"], status=HTTPStatus.CONFLICT)
    except Invalid:
        return await _page(request, desk, trouble=words(request)["verified_reason_bad"])
    return back(desk, "verified", done="verified_retired")


async def _page(
    request: Request, desk: Desk, *, trouble: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    retired = request.query_params.get("retired") == "1"
    told = await to_thread.run_sync(_read, desk, retired)
    code = status if trouble else HTTPStatus.OK
    return show(request, desk, "verified.html", status=code, trouble=trouble, retired=retired, **told)


def _read(desk: Desk, retired: bool) -> dict[str, Any]:
    with desk.house.database.write() as session:
        # Whoever looks should see as gone what nobody is given any more.
        retire_changed(session, [desk.slug], now=desk.house.clock())
        answers = list_verified(session, [desk.slug], retired=retired)
        titles = {lesson.slug: lesson.title for lesson in live_lessons(session, desk.slug)}
    return {"answers": answers, "titles": titles, "by_itself": (TEXT_CHANGED, ERASED)}


def _retire(desk: Desk, answer: str) -> None:
    with desk.house.database.write() as session:
        retire_verified(session, desk.slug, answer, reason=desk.form.get("reason", ""), now=desk.house.clock())
