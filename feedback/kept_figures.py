"""Keeps with each theme what was counted of it, so that a page need not count a hundred thousand items again.

What is kept is as it was when it was counted, and good for the rest of that UTC day unless the theme's items change:
whoever changes them leaves `ThemeRow.figures` empty. Reports count anew (`feedback.week`).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from feedback.active import Active, count_active
from feedback.counting import Tally, Window, tally_themes
from feedback.quotes import Quote
from feedback.settings import loop_settings
from feedback.tables import ThemeRow
from feedback.theme import Theme
from feedback.themes import list_themes
from foundation.database import Database

KEPT_DAYS = (0, 7, 28, 91)
"""Windows that pages look at, in days back from now; 0 is from the beginning."""


def keep_figures(database: Database, product: str, *, now: datetime) -> int:
    """Count what is not counted yet of today's windows and keep it; gives how many themes there were to count.

    Counting takes seconds in a large product, so that it only reads; a theme that changed meanwhile is left for later.
    """
    with database.read() as session:
        k = loop_settings(session, product).k
        fresh = {row.id for row in _rows(session, product) if _is_of(row.figures, now, k)}
        stale = [theme for theme in list_themes(session, product) if theme.id not in fresh]
        states = {row.id: (row.size, row.updated) for row in _rows(session, product)}
        counted = _count(session, product, stale, k=k, now=now) if stale else {}
    if not stale:
        return 0
    with database.write() as session:
        for row in _rows(session, product):
            if row.id in counted and states[row.id] == (row.size, row.updated):
                row.figures = counted[row.id]
    return len(stale)


def _count(
    session: Session, product: str, themes: Sequence[Theme], *, k: int, now: datetime
) -> dict[str, dict[str, Any]]:
    """By theme, what is kept of it."""
    windows = [Window(now - timedelta(days=days) if days else None, now) for days in KEPT_DAYS]
    active = {_key(window): list(asdict(count_active(session, product, window)).values()) for window in windows}
    found = {_key(window): tally_themes(session, product, themes, window=window, k=k) for window in windows}
    return {
        theme.id: {
            **{"k": k, "day": _day(now), "active": active},
            "tallies": {key: _plain(told[theme.id]) if theme.id in told else None for key, told in found.items()},
        }
        for theme in themes
    }


def _rows(session: Session, product: str) -> list[ThemeRow]:
    wanted = select(ThemeRow).options(defer(ThemeRow.centroid)).where(ThemeRow.product == product)
    return list(session.scalars(wanted.order_by(ThemeRow.id)))


def kept_tallies(
    session: Session, product: str, *, window: Window, k: int
) -> tuple[dict[str, Tally | None], Active | None]:
    """What is kept of a window that ends now: by theme, None where nobody spoke of it; and who was active then."""
    kept: dict[str, Tally | None] = {}
    active = None
    mine = ThemeRow.product == product, ThemeRow.merged_into.is_(None), ThemeRow.figures.is_not(None)
    key = _key(window)
    for theme, figures in session.execute(select(ThemeRow.id, ThemeRow.figures).where(*mine)):
        if _is_of(figures, window.until, k) and key in figures["tallies"]:
            told = figures["tallies"][key]
            kept[theme] = None if told is None else _tally(told)
            active = Active(*figures["active"][key])
    return kept, active


def _is_of(figures: dict[str, Any] | None, now: datetime, k: int) -> bool:
    return figures is not None and (figures.get("k"), figures.get("day")) == (k, _day(now))


def _plain(tally: Tally) -> dict[str, Any]:
    # One long text of ids is read ten times as fast as a list of them.
    return {**asdict(tally), "items": " ".join(tally.items)}


def _tally(told: dict[str, Any]) -> Tally:
    quotes = tuple(Quote(**quote) for quote in told["quotes"])
    return Tally(**{**told, "items": tuple(told["items"].split()), "quotes": quotes})


def _key(window: Window) -> str:
    """How many days a window looks back, to the microsecond: one that begins at a named moment is another."""
    return "" if window.since is None else str((window.until - window.since) / timedelta(days=1))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
