"""The author's week on one page: what hurts most and where, what is new, what got better, and what waits."""

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.numbers import between, percent, plain, points
from api.console.rendering import show
from api.console.staff import Desk, desk_for
from api.pages import reader_language
from companion.author_week import recent_week
from knowledge.language import Lang
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}/week", include_in_schema=False)
ReadersDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
_PARTS = ("hurts", "unanswered", "new", "worse", "better")
_LEADS = {"cases_waiting": "cases", "proposals_waiting": "proposals", "hand_overs_waiting": "hand-overs"}


@router.get("")
async def week(request: Request, desk: ReadersDesk) -> Response:
    """The last seven days."""
    told = await to_thread.run_sync(_read, desk, reader_language(request))
    return show(request, desk, "week.html", **told)


def _read(desk: Desk, lang: Lang) -> dict[str, Any]:
    document = recent_week(desk.house.database, desk.slug, clock=desk.house.clock)
    form = partial(percent, lang=lang)
    return {
        "week": document,
        "parts": _PARTS,
        "leads": _LEADS,
        "percent": form,
        "points": partial(points, lang=lang),
        "plain": partial(plain, lang=lang),
        "between": lambda low, high: between((low, high), form),
        "apart": lambda low, high: between((low, high), partial(points, lang=lang)),
    }
