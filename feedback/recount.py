"""Counts the numbers of a report again, row by row, without the code that counted them first.

Everything here is done the plain way, in Python over all rows, and slowly: it is the second opinion on
`feedback.figures`, and shares with it no more than the rows and what the words mean (`docs/design/figures.md`).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from feedback.recount_rows import Rows, Span
from feedback.tables import ItemRow, LoopSettingRow

_Z2 = 1.959964**2
_HARM = {"stuck": 1.0, "handed_over": 1.0, "repeated": 0.8, "unanswered": 0.7, "thumb_down": 0.6}
_HARM |= {"comment": 0.5, "survey": 0.5, "forum": 0.5, "thumb_up": 0.0, "praise": 0.0}
_FOUR_WEEKS = timedelta(days=28)


class Recount:
    """The rows of one product as far as they were known at a moment, and every number a report may hold.

    `shown` are the themes the report says may be shown: what is corrected for many comparisons is corrected for these.
    """

    def __init__(self, session: Session, product: str, *, shown: Collection[str], made: datetime) -> None:
        self._session, self._product, self._shown = session, product, sorted(shown)
        self._rows = Rows(session, product, made=made)

    def count(self, of: str, how: Mapping[str, Any]) -> object:
        """The number a report calls `of`; raises KeyError for a name or a theme that is not known."""
        match of:
            case "floor":
                return self.floor
            case "active_learners":
                return len(self._rows.active(_span(how)))
            case "items_said":
                return sum(_span(how).holds(item.created) for item in self._rows.items)
            case "hidden_themes":
                return len(self._rows.spoken_of(_span(how)) - set(self._shown))
            case "trend_days":
                return _periods(_span(how))[0].days
            case _ if of.startswith(("theme_", "trend_")):
                return self._of_theme(of, how["theme"], _span(how))
        raise KeyError(of)

    @cached_property
    def floor(self) -> int:
        """The fewest learners a theme is shown of."""
        row = self._session.get(LoopSettingRow, self._product)
        return int(row.settings.get("k", 5)) if row is not None else 5

    def learners_of(self, theme: str, span: Span) -> frozenset[str]:
        """Who counts in a theme and spoke of it in a span."""
        return self._rows.counted(theme, span.until) & self._rows.speakers(theme, span)

    def _of_theme(self, of: str, theme: str, span: Span) -> object:
        if theme not in self._rows.themes:
            raise KeyError(theme)
        learners, active = len(self.learners_of(theme, span)), len(self._rows.active(span))
        match of:
            case "theme_learners":
                return learners
            case "theme_items":
                told = Counter(item.learner for item in self._rows.in_theme(theme, span))
                return sum(min(told[learner], 3) for learner in self.learners_of(theme, span))
            case "theme_share":
                return round(learners / active, 4)
            case "theme_share_low":
                return round(_wilson(learners, active)[0], 4)
            case "theme_share_high":
                return round(_wilson(learners, active)[1], 4)
            case "theme_severity":
                return 0.0 if self._rows.themes[theme] == "praise" else round(100 * self._harm(theme, span) / active, 4)
            case "theme_is_new":
                return span.since is not None and self._before(theme, span.since, span.until) < self.floor
            case "trend_before" | "trend_now":
                spoke = self._trend_counts(theme, span)[of == "trend_now"]
                return spoke if spoke == 0 or spoke >= self.floor else None
            case "trend_p":
                return self._trend_p(theme, span)
            case "trend_q":
                return self._trend_q(theme, span)
            case "trend_direction":
                return self._direction(theme, span)
        raise KeyError(of)

    def _before(self, theme: str, since: datetime, until: datetime) -> int:
        """How many who count spoke of a theme before a moment."""
        earlier = Span(None, since, open_ended=True)
        return len(self._rows.counted(theme, until) & self._rows.speakers(theme, earlier))

    def _harm(self, theme: str, span: Span) -> float:
        """Of the first three items of each learner who counts, the worst."""
        harms: dict[str, list[float]] = defaultdict(list)
        counted = self.learners_of(theme, span)
        for item in self._rows.in_theme(theme, span):
            if item.learner is not None and item.learner in counted:
                harms[item.learner].append(_harm_of(item))
        return round(sum(max(each[:3]) for each in harms.values()), 6)

    def _trend_counts(self, theme: str, span: Span) -> tuple[int, int]:
        _, before, now = _periods(span)
        counted = self._rows.counted(theme, span.until)
        return len(counted & self._rows.speakers(theme, before)), len(counted & self._rows.speakers(theme, now))

    def _trend_p(self, theme: str, span: Span) -> float | None:
        _, before, now = _periods(span)
        was, spoke = self._trend_counts(theme, span)
        active_before, active_now = len(self._rows.active(before)), len(self._rows.active(now))
        if was + spoke == 0 or not active_before or not active_now:
            return None
        return round(min(_two_sided(spoke, was + spoke, active_now / (active_before + active_now)), 1.0), 6)

    def _trend_q(self, theme: str, span: Span) -> float | None:
        """The least that any cut at or above this theme's p-value would give (Benjamini & Hochberg 1995)."""
        p_value = self._trend_p(theme, span)
        if p_value is None:
            return None
        tested = [p for p in (self._trend_p(other, span) for other in self._shown) if p is not None]
        cuts = [p for p in tested if p >= p_value]
        return round(min(1.0, *(cut * len(tested) / sum(p <= cut for p in tested) for cut in cuts)), 6)

    def _direction(self, theme: str, span: Span) -> str:
        q_value = self._trend_q(theme, span)
        if q_value is None:
            return "unknown"
        if q_value > 0.05:
            return "steady"
        _, before, now = _periods(span)
        was, spoke = self._trend_counts(theme, span)
        return "up" if spoke / len(self._rows.active(now)) > was / len(self._rows.active(before)) else "down"


def _span(how: Mapping[str, Any]) -> Span:
    return Span(datetime.fromisoformat(how["since"]) if how["since"] else None, datetime.fromisoformat(how["until"]))


def _periods(span: Span) -> tuple[timedelta, Span, Span]:
    """How long the periods of a trend are, and both of them."""
    length = _FOUR_WEEKS if span.since is None else min(_FOUR_WEEKS, span.until - span.since)
    middle = span.until - length
    return length, Span(middle - length, middle, open_ended=True), Span(middle, span.until)


def _harm_of(item: ItemRow) -> float:
    if item.score is not None:
        return 0.5 - item.score / 2
    return 0.4 if (item.kind, item.outcome) == ("unanswered", "partly") else _HARM[item.kind]


def _wilson(yes: int, n: int) -> tuple[float, float]:
    """Where the share stops being compatible with what was seen: the roots of Wilson's quadratic."""
    a, b, c = 1 + _Z2 / n, -(2 * yes / n + _Z2 / n), (yes / n) ** 2
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return max((-b - root) / (2 * a), 0.0), min((-b + root) / (2 * a), 1.0)


def _two_sided(seen: int, n: int, share: float) -> float:
    chances = [_chance(count, n, share) for count in range(n + 1)]
    return math.fsum(chance for chance in chances if chance <= chances[seen] * (1 + 1e-9))


def _chance(count: int, n: int, share: float) -> float:
    return math.exp(math.log(math.comb(n, count)) + count * math.log(share) + (n - count) * math.log(1 - share))
