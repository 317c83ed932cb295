"""What a product's author chooses for the improvement loop: the privacy floor, who gets the week, in which language."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import back, show, words
from api.console.staff import Desk, desk_for
from feedback.settings import LANGS, LEAST_K, MOST_ADDRESSES, MOST_K, LoopSettings, choose_settings, loop_settings
from foundation.errors import Invalid
from foundation.ids import ProductSlug
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}/settings", include_in_schema=False)
AuthorsDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR))]
_SEPARATORS = re.compile(r"[\s,;]+")


@router.get("")
async def settings(request: Request, desk: AuthorsDesk) -> Response:
    """What is chosen now."""
    return await _page(request, desk, {})


@router.post("")
async def choose(request: Request, desk: AuthorsDesk) -> Response:
    """Choose; nothing changes where one of the fields cannot be taken."""
    troubles = await to_thread.run_sync(_choose, desk)
    if troubles:
        span = {"least": LEAST_K, "most": MOST_K, "addresses": MOST_ADDRESSES}
        told = {field: words(request)[f"settings_{field}_bad"].format(**span) for field in troubles}
        return await _page(request, desk, told)
    return back(desk, "settings", done="settings_kept")


async def _page(request: Request, desk: Desk, troubles: dict[str, str]) -> Response:
    chosen = await to_thread.run_sync(_read, desk)
    typed = desk.form or {"k": str(chosen.k), "lang": chosen.lang, "mail_to": "\n".join(chosen.mail_to)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if troubles else HTTPStatus.OK
    span = {"least": LEAST_K, "most": MOST_K, "langs": ("", *LANGS)}
    return show(request, desk, "loop_settings.html", status=status, typed=typed, troubles=troubles, **span)


def _read(desk: Desk) -> LoopSettings:
    with desk.house.database.read() as session:
        return loop_settings(session, desk.slug)


def _choose(desk: Desk) -> list[str]:
    """The fields that cannot be taken; where there are none, all of them are kept."""
    form = desk.form
    typed = form.get("k", "").strip()
    asked: dict[str, Any] = {
        # What is no number is as far out of bounds as one can be.
        "k": int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else -1,
        "lang": form.get("lang", ""),
        "mail_to": _SEPARATORS.split(form.get("mail_to", "").strip()),
    }
    wrong = []
    slug, by, now = ProductSlug(desk.slug), desk.staff.person.id, desk.house.clock()
    with desk.house.database.write() as session:
        for field, value in asked.items():
            try:
                choose_settings(session, slug, by=by, now=now, **{field: value})
            except Invalid:
                wrong.append(field)
        if wrong:
            session.rollback()
    return wrong
