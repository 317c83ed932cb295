"""Renders the console's pages: its own templates and texts, nothing kept by browsers, nothing framed by others."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.console.sections import Section, sections_for
from api.console.staff import Desk, Staff
from api.pages import Pages, reader_language
from knowledge.language import Lang

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def console_texts(lang: Lang) -> dict[str, str]:
    """The console's words in a language, from all files of its folder."""
    texts: dict[str, str] = {}
    for path in sorted((FOLDER / "texts" / lang).glob("*.json")):
        texts |= json.loads(path.read_text(encoding="utf-8"))
    return texts


class ConsolePages(Pages):
    """Pages as the console's are."""

    def __init__(self) -> None:
        super().__init__(FOLDER, console_texts)

    def render(
        self, request: Request, template: str, *, status: int = 200, media: Sequence[str] = (), **values: Any
    ) -> Response:
        """A page that no browser keeps and no other page may frame."""
        # What answers a form may stand at an address that cannot be opened again in another language.
        opened = request.method == "GET"
        page = super().render(request, template, status=status, media=media, moment=_moment, opened=opened, **values)
        page.headers["Cache-Control"] = "no-store"
        policy = page.headers["Content-Security-Policy"]
        page.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'self'", "frame-ancestors 'none'")
        return page


def show(request: Request, at: Desk | Staff, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page for who is logged in: at a product's desk with its sections, else without."""
    staff, desk = (at.staff, at) if isinstance(at, Desk) else (at, None)
    t = words(request)
    done = t.get(f"done_{request.query_params.get('done', '')}", "")
    opened = sections_for(desk.roles) if desk and desk.product else []
    menu = [
        {"name": t[f"group_{group}"], "sections": [_link(one, desk, t) for one in some]}
        for group, some in groupby(opened, key=lambda one: one.group)
    ]
    shell = {"staff": staff, "desk": desk, "csrf": staff.login.csrf, "menu": menu, "done": done}
    page: Response = request.app.state.console.render(
        request, template, status=status, here=request.url.path, **shell, **values
    )
    return page


def back(at: Desk, section: str, *, done: str = "") -> Response:
    """Lead on to a page of the desk after something was done there; the text `done_…` says what."""
    return lead(f"{at.path}/{section}" if section else at.path, done=done)


def lead(path: str, *, done: str = "") -> Response:
    """Lead on to another page, which is opened anew."""
    return RedirectResponse(
        f"{path}?done={done}" if done else path,
        status_code=HTTPStatus.SEE_OTHER,
        headers={"Cache-Control": "no-store"},
    )


def words(request: Request) -> Mapping[str, str]:
    """The console's texts in the reader's language."""
    return console_texts(reader_language(request))


def _link(section: Section, desk: Desk | None, t: Mapping[str, str]) -> dict[str, str]:
    return {"title": t[f"section_{section.name}"], "path": section.path(desk.slug if desk else "")}


def _moment(at: datetime) -> str:
    """A moment for people, in the one time zone that the whole staff shares."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
