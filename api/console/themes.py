"""What learners say, by theme: troubles, what the course does not answer, and praise, each with its figures and words.

Only what `feedback.figures` lets through is here: themes of enough learners, and words that tell none of them apart.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.charts import Chart, Point, intervals
from api.console.numbers import between, percent, plain
from api.console.rendering import show, words
from api.console.staff import Desk, desk_for
from api.pages import reader_language
from feedback.figures import ProductFigures, ThemeFigures, figures_of
from feedback.proposals import list_proposals
from feedback.theme import ThemeKind
from feedback.themes import find_theme
from foundation.errors import NotFound
from knowledge.language import Lang
from knowledge.outline import read_outlines
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}", include_in_schema=False)
ReadersDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
PERIODS = (28, 91, 0)
"""Days that are looked back; 0 is from the beginning."""
_IN_PICTURE = 12
_ON_A_PAGE = 40


@router.get("/themes")
async def themes(request: Request, desk: ReadersDesk) -> Response:
    """What hurts most first; `?kind=` is another kind, `?days=` how far back."""
    asked = request.query_params.get("kind", "")
    return await _list(request, desk, ThemeKind(asked) if asked in list(ThemeKind) else ThemeKind.TROUBLE)


@router.get("/gaps")
async def gaps(request: Request, desk: ReadersDesk) -> Response:
    """What the course does not answer."""
    return await _list(request, desk, ThemeKind.GAP)


@router.get("/themes/{theme}")
async def theme(theme: str, request: Request, desk: ReadersDesk) -> Response:
    """One theme with its words, and the changes proposed because of it."""
    told = await to_thread.run_sync(_read_one, desk, theme, reader_language(request), days_asked(request))
    return show(request, desk, "theme.html", **told)


def days_asked(request: Request) -> int:
    """How many days the reader looks back."""
    asked = request.query_params.get("days", "")
    return int(asked) if asked in {str(days) for days in PERIODS} else PERIODS[0]


def whole_number(request: Request, name: str) -> int:
    """A query's number from 1 on; 1 for what is none."""
    asked = request.query_params.get(name, "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1


def figures_for(session: Session, desk: Desk, days: int) -> ProductFigures:
    """A product's figures of the last `days`."""
    now = desk.house.clock()
    return figures_of(session, desk.slug, since=now - timedelta(days=days) if days else None, now=now)


def headings_of(session: Session, product: str, lessons: Sequence[str]) -> Mapping[tuple[str, str], dict[str, str]]:
    """What lessons and their sections are called, by slug and anchor; the lesson itself by the anchor ""."""
    names: dict[tuple[str, str], dict[str, str]] = {}
    for outline in read_outlines(session, product, only=set(lessons)):
        slug, title = outline.head.slug, outline.head.title
        names[slug, ""] = {"title": title, "heading": ""}
        for section in outline.sections:
            names[slug, section.anchor] = {"title": title, "heading": section.heading if section.anchor else ""}
    return names


def tell_theme(theme: ThemeFigures, names: Mapping[tuple[str, str], dict[str, str]], lang: Lang) -> dict[str, Any]:
    """A theme for the templates: its figures in words, its place by name."""
    form = partial(percent, lang=lang)
    lesson = theme.place.lesson
    named = names.get((lesson or "", theme.place.anchor)) or names.get((lesson or "", ""))
    return {
        "theme": theme,
        # A theme nobody has named yet goes by what one of them says.
        "label": theme.label or theme.quotes[0].text,
        "share": form(theme.share),
        "interval": between(theme.interval, form),
        "severity": plain(theme.severity, lang),
        "place": {"lesson": lesson, "anchor": theme.place.anchor, **named} if named else None,
    }


async def _list(request: Request, desk: Desk, kind: ThemeKind) -> Response:
    days = days_asked(request)
    page = whole_number(request, "page")
    told = await to_thread.run_sync(_read_all, desk, kind, days, page, reader_language(request), words(request))
    periods = [(each, words(request)[f"period_{each}"]) for each in PERIODS]
    kinds = list(ThemeKind)
    return show(request, desk, "themes.html", kind=kind, kinds=kinds, days=days, periods=periods, **told)


def _read_all(desk: Desk, kind: ThemeKind, days: int, page: int, lang: Lang, t: Mapping[str, str]) -> dict[str, Any]:
    with desk.house.database.read() as session:
        figures = figures_for(session, desk, days)
        every = figures.of_kind(kind)
        last = max(1, -(-len(every) // _ON_A_PAGE))
        page = min(page, last)
        shown = every[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
        names = headings_of(session, desk.slug, [theme.place.lesson for theme in shown if theme.place.lesson])
    counts = {each: len(figures.of_kind(each)) for each in ThemeKind}
    told = [tell_theme(theme, names, lang) for theme in shown]
    chart = _picture(shown, lang, t)
    return {"figures": figures, "themes": told, "counts": counts, "chart": chart, "page": page, "last": last}


def _picture(themes: Sequence[ThemeFigures], lang: Lang, t: Mapping[str, str]) -> Chart | None:
    if len(themes) < 2:
        return None
    made_of = t["themes_made_of"]
    points = [
        Point(
            theme.label,
            theme.share,
            *theme.interval,
            note=made_of.format(learners=theme.learners, active=theme.active),
        )
        for theme in themes[:_IN_PICTURE]
    ]
    return intervals(points, title=t["themes_chart"], form=partial(percent, lang=lang))


def _read_one(desk: Desk, theme: str, lang: Lang, days: int) -> dict[str, Any]:
    with desk.house.database.read() as session:
        kept = find_theme(session, desk.slug, theme)
        figures = figures_for(session, desk, days)
        shown = next((each for each in figures.themes if each.id == kept.id), None)
        if shown is None and days:
            figures = figures_for(session, desk, 0)
            shown = next((each for each in figures.themes if each.id == kept.id), None)
        if shown is None:
            # The same for one below the floor as for one that is not there.
            raise NotFound(f"there is no theme {theme[:70]!r} to be seen")
        names = headings_of(session, desk.slug, [shown.place.lesson] if shown.place.lesson else [])
        proposals = [each for each in list_proposals(session, desk.slug) if kept.id in each.themes]
    return {"told": tell_theme(shown, names, lang), "proposals": proposals, "figures": figures}
