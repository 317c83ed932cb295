"""Figures as plain values, for the command line and for hosts."""

from dataclasses import asdict
from typing import Any

from feedback.figures import ProductFigures, ThemeFigures
from feedback.theme import ThemeKind


def plain_figures(figures: ProductFigures) -> dict[str, Any]:
    """All that may be shown: troubles and praise as `themes`, what the course does not answer as `gaps`."""
    return {
        "product": figures.product,
        "since": figures.since.isoformat() if figures.since else None,
        "until": figures.until.isoformat(),
        "floor": figures.k,
        "active": figures.active,
        "items": figures.items,
        "hidden": figures.hidden,
        "themes": [plain_theme(theme) for theme in figures.themes if theme.kind is not ThemeKind.GAP],
        "gaps": [plain_theme(theme) for theme in figures.of_kind(ThemeKind.GAP)],
    }


def plain_theme(theme: ThemeFigures) -> dict[str, Any]:
    """One theme; `items` counts those that count, `items_ids` names them."""
    trend = theme.trend
    return {
        "id": theme.id,
        "kind": theme.kind.value,
        "label": theme.label,
        "lesson": theme.place.lesson,
        "anchor": theme.place.anchor,
        "facet": theme.facet,
        "learners": theme.learners,
        "active": theme.active,
        "items": len(theme.items),
        "share": theme.share,
        "interval": list(theme.interval),
        "severity": theme.severity,
        "trend": {**asdict(trend), "direction": trend.direction.value},
        "is_new": theme.is_new,
        "quotes": [asdict(quote) for quote in theme.quotes],
        "items_ids": list(theme.items),
    }
