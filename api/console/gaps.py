"""What a product was asked and could not answer, for its authors."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import show
from api.console.staff import Desk, desk_for
from feedback.gaps import Gap, count_gaps, list_gaps
from knowledge.lessons import live_lessons
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}/gaps", include_in_schema=False)
_ON_A_PAGE = 50


@router.get("")
async def gaps(
    request: Request, desk: Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
) -> Response:
    """The newest first; `?page=` turns the pages."""
    asked = request.query_params.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 6 else 1
    told = await to_thread.run_sync(_read, desk, max(1, page))
    return show(request, desk, "gaps.html", **told)


def _read(desk: Desk, page: int) -> dict[str, Any]:
    with desk.house.database.read() as session:
        total = count_gaps(session, desk.slug)
        last = max(1, -(-total // _ON_A_PAGE))
        page = min(page, last)
        found = list_gaps(session, desk.slug, limit=_ON_A_PAGE, offset=(page - 1) * _ON_A_PAGE)
        titles = {lesson.slug: lesson.title for lesson in live_lessons(session, desk.slug)}
    return {"gaps": [_told(gap, titles) for gap in found], "total": total, "page": page, "last": last}


def _told(gap: Gap, titles: dict[str, str]) -> dict[str, Any]:
    return {"gap": gap, "lesson": gap.lesson, "title": titles.get(gap.lesson or "")}
