"""What can be counted of a product's themes: learners, shares with their interval, trends, severity, and their words.

Everything is counted in learners, each once whatever they said; of their items the first three count. Themes below the
privacy floor (`feedback.floor`) are not here, only how many they are. How each figure is made is told in
`docs/design/figures.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.active import Active, count_active, count_items
from feedback.counting import Tally, Window, tally_themes
from feedback.item import Place
from feedback.kept_figures import kept_tallies
from feedback.quotes import Quote
from feedback.settings import loop_settings
from feedback.theme import Theme, ThemeKind
from feedback.themes import list_themes
from feedback.trend import Trend, corrected, direction_of, rate_test
from foundation.errors import Invalid
from foundation.ids import ProductSlug
from learning.figures import wilson


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """A theme that may be shown, with what was counted of it.

    `learners` of `active` make the `share`, with its 95 % Wilson `interval`. `severity` is how many of a hundred active
    learners are held up (`feedback.severity`), 0 for praise. `items` are those that count, the oldest first. `is_new`:
    it could not be shown before the window.
    """

    id: str
    kind: ThemeKind
    label: str
    label_by: str
    terms: tuple[str, ...]
    place: Place
    passage: str | None
    facet: str
    learners: int
    active: int
    share: float
    interval: tuple[float, float]
    severity: float
    trend: Trend
    quotes: tuple[Quote, ...]
    items: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """A product's themes, what hurts most first, and what was not shown.

    `since` None is from the beginning. `hidden` counts themes below the floor `k`, `items` everything said in the
    window, in a theme or not.
    """

    product: ProductSlug
    since: datetime | None
    until: datetime
    k: int
    active: int
    items: int
    hidden: int
    themes: tuple[ThemeFigures, ...]

    def of_kind(self, kind: ThemeKind) -> tuple[ThemeFigures, ...]:
        """The themes of one kind."""
        return tuple(theme for theme in self.themes if theme.kind is kind)


def figures_of(
    session: Session, product: str, *, since: datetime | None = None, until: datetime | None = None, now: datetime
) -> ProductFigures:
    """A product's figures from `since` to `until`, both inclusive; from the beginning, and to now, where not named.

    What is kept of a theme (`feedback.kept_figures`) may be of earlier today; where `until` is named all is counted.
    Raises Invalid where the window is empty.
    """
    window = Window(since, now if until is None else min(until, now))
    if since is not None and since >= window.until:
        raise Invalid(f"nothing can have been said from {since:%Y-%m-%d %H:%M} on; name an earlier moment")
    k = loop_settings(session, product).k
    themes = list_themes(session, product)
    kept, active = kept_tallies(session, product, window=window, k=k) if until is None else ({}, None)
    tallies = {theme: tally for theme, tally in kept.items() if tally is not None}
    tallies |= tally_themes(session, product, [theme for theme in themes if theme.id not in kept], window=window, k=k)
    active = active or count_active(session, product, window)
    return put_together(session, product, themes, tallies, active=active, window=window, k=k)


def put_together(
    session: Session,
    product: str,
    themes: Sequence[Theme],
    tallies: Mapping[str, Tally],
    *,
    active: Active,
    window: Window,
    k: int,
) -> ProductFigures:
    """The figures of a product from what was counted of its themes."""
    shown = [theme for theme in themes if theme.id in tallies and tallies[theme.id].may_be_shown]
    trends = _trends([tallies[theme.id] for theme in shown], active, days=window.trend_length.days, k=k)
    found = [
        _figures(theme, tallies[theme.id], trend, active=active.window)
        for theme, trend in zip(shown, trends, strict=True)
    ]
    return ProductFigures(
        product=ProductSlug(product),
        since=window.since,
        until=window.until,
        k=k,
        active=active.window,
        items=count_items(session, product, window),
        hidden=len(tallies) - len(shown),
        themes=tuple(sorted(found, key=lambda theme: (-theme.severity, -theme.learners, theme.id))),
    )


def _trends(tallies: Sequence[Tally], active: Active, *, days: int, k: int) -> list[Trend]:
    """Of all themes that are shown together."""
    exposed = {"active_before": active.earlier, "active_now": active.later}
    tested = [rate_test(tally.before, tally.now, **exposed) for tally in tallies]
    return [
        Trend(
            direction_of(tally.before, tally.now, **exposed, q=q),
            days,
            _told(tally.before, k=k),
            _told(tally.now, k=k),
            p,
            q,
        )
        for tally, p, q in zip(tallies, tested, corrected(tested), strict=True)
    ]


def _told(learners: int, *, k: int) -> int | None:
    return learners if not learners or learners >= k else None


def _figures(theme: Theme, tally: Tally, trend: Trend, *, active: int) -> ThemeFigures:
    # Whoever spoke a moment ago may not be among those counted as active a moment before.
    active = max(active, tally.learners)
    return ThemeFigures(
        id=theme.id,
        kind=theme.kind,
        label=theme.label,
        label_by=theme.label_by,
        terms=theme.terms,
        place=theme.place,
        passage=theme.passage,
        facet=theme.facet,
        learners=tally.learners,
        active=active,
        share=round(tally.learners / active, 4),
        interval=wilson(tally.learners, active),
        severity=0.0 if theme.kind is ThemeKind.PRAISE else round(100.0 * tally.harm / active, 4),
        trend=trend,
        quotes=tally.quotes,
        items=tally.items,
        is_new=tally.is_new,
    )
