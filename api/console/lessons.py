"""The lessons of a product, and of each where learners stumble in it, as a picture of its sections."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.charts import Chart, Point, bars
from api.console.numbers import plain
from api.console.rendering import show, words
from api.console.staff import Desk, desk_for
from api.console.themes import PERIODS, days_asked, figures_for, headings_of, tell_theme
from api.pages import reader_language
from feedback.proposals import WAITING, list_proposals
from feedback.settings import loop_settings
from feedback.stumbles import LessonStumbles, stumbles_in
from feedback.theme import ThemeKind
from knowledge.language import Lang
from knowledge.lessons import find_lesson, live_lessons
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}/lessons", include_in_schema=False)
ReadersDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
_LONG_AGO = timedelta(days=36_500)


@router.get("")
async def lessons(request: Request, desk: ReadersDesk) -> Response:
    """All of them in course order, with how many themes each has."""
    return show(request, desk, "lessons.html", **await to_thread.run_sync(_read_all, desk))


@router.get("/{lesson}")
async def lesson(lesson: str, request: Request, desk: ReadersDesk) -> Response:
    """One, section by section; `?days=` says how far back."""
    days, t = days_asked(request), words(request)
    told = await to_thread.run_sync(_read_one, desk, lesson, days, reader_language(request), t)
    periods = [(each, t[f"period_{each}"]) for each in PERIODS]
    return show(request, desk, "lesson.html", days=days, periods=periods, **told)


def _read_all(desk: Desk) -> dict[str, Any]:
    with desk.house.database.read() as session:
        heads = live_lessons(session, desk.slug)
        figures = figures_for(session, desk, 0)
        waiting = list_proposals(session, desk.slug, states=WAITING)
    hurt = [theme for theme in figures.themes if theme.kind is not ThemeKind.PRAISE]
    themes = Counter(theme.place.lesson for theme in hurt)
    proposals = Counter(proposal.place.lesson for proposal in waiting)
    rows = [{"head": head, "themes": themes[head.slug], "proposals": proposals[head.slug]} for head in heads]
    return {"rows": rows}


def _read_one(desk: Desk, lesson: str, days: int, lang: Lang, t: Mapping[str, str]) -> dict[str, Any]:
    now = desk.house.clock()
    with desk.house.database.read() as session:
        head = find_lesson(session, desk.slug, lesson)
        k = loop_settings(session, desk.slug).k
        since = now - (timedelta(days=days) if days else _LONG_AGO)
        found = stumbles_in(session, desk.slug, head.slug, k=k, since=since, now=now)
        figures = figures_for(session, desk, days)
        here = [each for each in figures.themes if each.place.lesson == head.slug]
        names = headings_of(session, desk.slug, [head.slug])
        proposals = [each for each in list_proposals(session, desk.slug) if each.place.lesson == head.slug]
    return {
        "head": head,
        "k": k,
        "stumbles": found,
        "few": any(section.learners is None for section in found.sections),
        "chart": _picture(found, k, lang, t),
        "themes": [tell_theme(each, names, lang) for each in here if each.kind is not ThemeKind.PRAISE],
        "proposals": proposals,
    }


def _picture(found: LessonStumbles, k: int, lang: Lang, t: Mapping[str, str]) -> Chart | None:
    """A bar a section, also for those where all is well: the picture is the lesson."""
    if all(section.learners == 0 for section in found.sections):
        return None
    few = t["lesson_few"].format(k=k)
    points = [
        Point(section.heading or t["lesson_top"], section.learners, note=few if section.learners is None else "")
        for section in found.sections
    ]
    return bars(points, title=t["lesson_stumbles"], form=partial(plain, lang=lang))
