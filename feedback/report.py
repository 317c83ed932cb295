"""Reports whose every number says how it is counted, so that it can be counted again.

A number in a document is `{"value": …, "of": name, "with": {…}}`: what it counts (`feedback.recount` knows each name),
and of which theme, effect or time. Nothing else in a document is a number. Moments are ISO 8601 in UTC.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from feedback.counting import Window
from feedback.effect import Effect
from feedback.figures import ProductFigures, ThemeFigures
from feedback.item import Place
from knowledge.outline import read_outlines

Document = dict[str, Any]


def number(value: object, of: str, **how: object) -> Document:
    """A number, or what is said because of numbers, with how it is counted."""
    return {"value": value, "of": of, "with": how}


def span(window: Window) -> dict[str, str | None]:
    """A window, as numbers name it."""
    return {"since": window.since.isoformat() if window.since else None, "until": window.until.isoformat()}


def tell_figures(figures: ProductFigures) -> Document:
    """What was counted of a product as a whole, and which themes may be shown."""
    during = span(Window(figures.since, figures.until))
    return {
        "floor": number(figures.k, "floor"),
        "active": number(figures.active, "active_learners", **during),
        "items": number(figures.items, "items_said", **during),
        "shown": sorted(theme.id for theme in figures.themes),
        "hidden": number(figures.hidden, "hidden_themes", **during),
    }


def tell_theme(theme: ThemeFigures, window: Window, names: Mapping[Place, tuple[str, str]]) -> Document:
    """A theme with all that was counted of it; `names` are what its place is called (`names_of_places`)."""
    how = {"theme": theme.id, **span(window)}
    title, heading = names.get(theme.place, ("", ""))
    low, high = theme.interval
    trend = theme.trend
    return {
        **{"theme": theme.id, "kind": theme.kind.value, "label": theme.label, "facet": theme.facet},
        **{"lesson": theme.place.lesson, "anchor": theme.place.anchor, "title": title, "heading": heading},
        "learners": number(theme.learners, "theme_learners", **how),
        "active": number(theme.active, "active_learners", **span(window)),
        "share": number(theme.share, "theme_share", **how),
        "low": number(low, "theme_share_low", **how),
        "high": number(high, "theme_share_high", **how),
        "severity": number(theme.severity, "theme_severity", **how),
        "items": number(len(theme.items), "theme_items", **how),
        "is_new": number(theme.is_new, "theme_is_new", **how),
        "trend": {
            "direction": number(trend.direction.value, "trend_direction", **how),
            "days": number(trend.days, "trend_days", **span(window)),
            "before": number(trend.before, "trend_before", **how),
            "now": number(trend.now, "trend_now", **how),
            "p": number(trend.p, "trend_p", **how),
            "q": number(trend.q, "trend_q", **how),
        },
        "quotes": [{"item": quote.item, "text": quote.text} for quote in theme.quotes],
        "item_ids": list(theme.items),
    }


def tell_effect(effect: Effect, names: Mapping[Place, tuple[str, str]]) -> Document:
    """What a release did at a place, by the last look at it."""
    title, heading = names.get(effect.place, ("", ""))
    place = {"lesson": effect.place.lesson, "anchor": effect.place.anchor, "title": title, "heading": heading}
    told = {"effect": effect.id, "release": str(effect.release), **place, "released": effect.released.isoformat()}
    if not effect.looks:
        return {**told, "verdict": number(effect.verdict.value, "effect_verdict", effect=effect.id)}
    look, how = effect.looks[-1], {"effect": effect.id, "look": str(effect.looks[-1]["number"])}
    return {
        **told,
        "verdict": number(effect.verdict.value, "effect_verdict", **how),
        "before": number(look["comparable"]["before"], "effect_before", **how),
        "after": number(look["comparable"]["after"], "effect_after", **how),
        "learners": number(look["after"]["learners"], "effect_learners", **how),
        "difference": number(look["difference"], "effect_difference", **how),
        "low": number(look["interval"][0], "effect_low", **how),
        "high": number(look["interval"][1], "effect_high", **how),
    }


def names_of_places(session: Session, product: str, lessons: Collection[str]) -> dict[Place, tuple[str, str]]:
    """What the places of some live lessons are called: a lesson's title, and a section's heading."""
    names: dict[Place, tuple[str, str]] = {}
    for outline in read_outlines(session, product, only=lessons):
        for section in outline.sections:
            names[Place(outline.head.slug, section.anchor)] = (outline.head.title, section.heading)
        names[Place(outline.head.slug)] = (outline.head.title, "")
    return names
