"""Server-rendered pages, Russian and English, from templates and text files."""

import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape

from api.errors import Problem
from knowledge.language import Lang

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_COOKIE = "lang"
_YEAR_S = 365 * 24 * 3600
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}


@cache
def page_texts(lang: Lang) -> dict[str, str]:
    """Our own words in a reader's language."""
    texts: dict[str, str] = json.loads((_HERE / "texts" / f"{lang}.json").read_text(encoding="utf-8"))
    return texts


class Pages:
    """Renders the templates of a folder, with its `texts`, in the reader's language."""

    def __init__(self, folder: Path = _HERE, texts: Callable[[Lang], dict[str, str]] = page_texts) -> None:
        self._templates = folder / "templates"
        self._texts = texts

    @cached_property
    def _environment(self) -> Environment:
        # What is shared between our pages stands with the first of them.
        folders = [self._templates, _HERE / "templates"]
        return Environment(loader=FileSystemLoader(folders), autoescape=select_autoescape())

    def render(
        self, request: Request, template: str, *, status: int = 200, media: Sequence[str] = (), **values: Any
    ) -> Response:
        """A page; `?lang=` decides its language and is remembered, else a cookie, else what the browser prefers.

        `media` are origins beside our own from which its players may load.
        """
        lang = reader_language(request)
        other: Lang = "en" if lang == "ru" else "ru"
        page = self._environment.get_template(template).render(
            t=self._texts(lang),
            lang=lang,
            other_lang_url=f"?{request.url.include_query_params(lang=other).query}",
            status=status,
            **values,
        )
        headers = _HEADERS | {"Content-Language": lang}
        if media:
            headers["Content-Security-Policy"] = f"{_POLICY}; media-src 'self' {' '.join(media)}"
        response = HTMLResponse(page, status_code=status, headers=headers)
        if request.query_params.get("lang") == lang:
            remember_language(response, lang)
        return response

    def error_page(self, request: Request, problem: Problem) -> Response:
        """A problem as a page."""
        texts = self._texts(reader_language(request))
        title = texts.get(f"error_{problem.status}")
        detail = "" if title else problem.detail
        return self.render(request, "error.html", status=problem.status, title=title or problem.title, detail=detail)


def remember_language(response: Response, lang: Lang) -> None:
    """Have the browser keep the language that was chosen."""
    response.set_cookie(_COOKIE, lang, max_age=_YEAR_S, samesite="lax", httponly=True)


def reader_language(request: Request) -> Lang:
    """Russian or English, as the reader chose or the browser prefers."""
    for choice in (request.query_params.get("lang"), request.cookies.get(_COOKIE)):
        if choice in ("ru", "en"):
            return "ru" if choice == "ru" else "en"
    for tag in request.headers.get("accept-language", "").lower().split(","):
        prefix = tag.split(";")[0].strip()[:2]
        if prefix in ("ru", "en"):
            return "ru" if prefix == "ru" else "en"
    return "en"
