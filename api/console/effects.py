"""What released changes did: a verdict for each, with the interval it rests on, and the looks taken so far."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.charts import Chart, Point, bars, intervals
from api.console.numbers import between, percent, points
from api.console.rendering import show, words
from api.console.staff import Desk, desk_for
from api.console.themes import headings_of
from api.pages import reader_language
from feedback.effect import Effect
from feedback.effects import find_effect, list_effects
from feedback.measure_effect import looks_ahead, offers_rollback
from feedback.proposals import find_proposal
from knowledge.language import Lang
from learning.roles import Role

router = APIRouter(prefix="/console/p/{slug}/effects", include_in_schema=False)
ReadersDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
_IN_PICTURE = 12


@router.get("")
async def effects(request: Request, desk: ReadersDesk) -> Response:
    """All of them, those of the latest release first, with a picture of those that were looked at."""
    told = await to_thread.run_sync(_read_all, desk, reader_language(request), words(request))
    return show(request, desk, "effects.html", **told)


@router.get("/{effect}")
async def effect(effect: str, request: Request, desk: ReadersDesk) -> Response:
    """One, look by look."""
    told = await to_thread.run_sync(_read_one, desk, effect, reader_language(request), words(request))
    return show(request, desk, "effect.html", **told)


def _read_all(desk: Desk, lang: Lang, t: Mapping[str, str]) -> dict[str, Any]:
    with desk.house.database.read() as session:
        told = _tell(session, desk, list_effects(session, desk.slug), lang)
    shown = [_point(one["name"], one["look"], t[f"verdict_{one['effect'].verdict}"]) for one in told if one["look"]]
    form = partial(points, lang=lang)
    chart = intervals(shown[:_IN_PICTURE], title=t["effects_chart"], form=form) if shown else None
    return {"effects": told, "chart": chart}


def _read_one(desk: Desk, name: str, lang: Lang, t: Mapping[str, str]) -> dict[str, Any]:
    with desk.house.database.read() as session:
        found = find_effect(session, desk.slug, name)
        [told] = _tell(session, desk, [found], lang)
        came, following = looks_ahead(session, found, now=desk.house.clock())
    form = partial(points, lang=lang)
    looks = [
        _point(
            t["effect_look"].format(number=look["number"]),
            look,
            t["effect_after_learners"].format(count=look["after"]["learners"]),
        )
        for look in found.looks
    ]
    return {
        **told,
        "came": came,
        "following": following,
        "looks": intervals(looks, title=t["effect_looks"], form=form) if looks else None,
        "rates": _rates(found.looks[-1], t, lang) if found.looks else None,
    }


def _point(label: str, look: Mapping[str, Any], note: str) -> Point:
    low, high = look["interval"]
    return Point(label, look["difference"], low, high, note)


def _rates(look: Mapping[str, Any], t: Mapping[str, str], lang: Lang) -> Chart:
    """Each kind of trouble before and after."""
    drawn = []
    for kind, sides in {"any": {"before": look["before"], "after": look["after"]}, **look["rates"]}.items():
        for side in ("before", "after"):
            told = sides[side]
            low, high = told["interval_95"] or (None, None)
            note = t["effect_of"].format(yes=told["troubled"], n=told["learners"])
            drawn.append(Point(f"{t[f'effect_kind_{kind}']}, {t[f'effect_{side}']}", told["share"], low, high, note))
    return bars(drawn, title=t["effect_rates"], form=partial(percent, lang=lang))


def _tell(session: Session, desk: Desk, found: list[Effect], lang: Lang) -> list[dict[str, Any]]:
    names = headings_of(session, desk.slug, [each.place.lesson for each in found if each.place.lesson])
    return [_tell_one(session, desk, each, names, lang) for each in found]


def _tell_one(
    session: Session, desk: Desk, effect: Effect, names: Mapping[tuple[str, str], dict[str, str]], lang: Lang
) -> dict[str, Any]:
    lesson, anchor = effect.place.lesson or "", effect.place.anchor
    named = names.get((lesson, anchor)) or names.get((lesson, "")) or {"title": lesson, "heading": ""}
    look = effect.looks[-1] if effect.looks else None
    form = partial(points, lang=lang)
    return {
        "effect": effect,
        "place": {"lesson": lesson, "anchor": anchor, **named},
        "name": named["heading"] or named["title"],
        "look": look,
        "difference": form(look["difference"]) if look else "",
        "interval": between(look["interval"], form) if look else "",
        "proposal": find_proposal(session, desk.slug, effect.proposal),
        "rollback": offers_rollback(session, effect),
    }
