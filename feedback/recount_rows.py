"""The rows a report is counted again from, and whose voices count in them: in plain Python, over all of them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.tables import ItemRow, ThemeRow
from knowledge.words import fold
from learning.presence import every_issuer, every_visit, first_moments

_HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since`, None for the beginning, to `until`; the end is in it unless it is `open_ended`."""

    since: datetime | None
    until: datetime
    open_ended: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        before_end = at < self.until if self.open_ended else at <= self.until
        return before_end and (self.since is None or self.since <= at)


class Rows:
    """The rows of one product as far as they were known when a report was made."""

    def __init__(self, session: Session, product: str, *, made: datetime) -> None:
        self._session, self._product, self._made = session, product, made
        self._counted: dict[tuple[str, datetime], frozenset[str]] = {}
        self._active: dict[Span, frozenset[str]] = {}

    @cached_property
    def items(self) -> list[ItemRow]:
        """Everything said, the oldest first."""
        rows = self._session.scalars(select(ItemRow).where(ItemRow.product == self._product))
        known = [row for row in rows if (row.received or row.created) <= self._made]
        return sorted(known, key=lambda row: (row.created, row.id))

    @cached_property
    def themes(self) -> dict[str, str]:
        """What kind each theme is of, by its id."""
        rows = self._session.scalars(select(ThemeRow).where(ThemeRow.product == self._product))
        return {row.id: row.kind for row in rows if row.merged_into is None}

    @cached_property
    def by_theme(self) -> dict[str, list[ItemRow]]:
        """What is in each theme, the oldest first."""
        found: dict[str, list[ItemRow]] = defaultdict(list)
        for item in self.items:
            if item.theme is not None:
                found[item.theme].append(item)
        return found

    @cached_property
    def _visits(self) -> dict[str, list[datetime]]:
        found: dict[str, list[datetime]] = defaultdict(list)
        for person, at in every_visit(self._session, self._product):
            found[person].append(at)
        return found

    @cached_property
    def _first(self) -> dict[str, datetime]:
        return first_moments(self._session, self._product)

    @cached_property
    def _vouched(self) -> set[str]:
        return {person for person, issuer in every_issuer(self._session) if issuer != "browser"}

    def counted(self, theme: str, until: datetime) -> frozenset[str]:
        """Whose voices count in a theme: those vouched for, and browsers that came back and copied nobody."""
        if (theme, until) not in self._counted:
            self._counted[theme, until] = frozenset(self._count(theme, until))
        return self._counted[theme, until]

    def active(self, span: Span) -> frozenset[str]:
        """Whose voices count of those who did or said anything in a span."""
        if span not in self._active:
            self._active[span] = frozenset(self._here(span))
        return self._active[span]

    def in_theme(self, theme: str, span: Span) -> list[ItemRow]:
        """What was said of a theme in a span."""
        return [item for item in self.by_theme.get(theme, ()) if span.holds(item.created)]

    def speakers(self, theme: str, span: Span) -> set[str | None]:
        """Who said it, whether they count or not."""
        return {item.learner for item in self.in_theme(theme, span)}

    def spoken_of(self, span: Span) -> set[str]:
        """The themes of which anything was said in a span."""
        return {theme for theme in self.themes if self.in_theme(theme, span)}

    def _came_back(self, person: str, until: datetime) -> bool:
        first = self._first.get(person)
        return first is not None and any(first + _HALF_A_DAY <= at <= until for at in self._visits.get(person, ()))

    def _count(self, theme: str, until: datetime) -> set[str]:
        counted: set[str] = set()
        said_before: set[str] = set()
        for item in self.by_theme.get(theme, ()):
            if item.created > until or item.learner is None:
                continue
            if item.voice == "person":
                counted.add(item.learner)
            elif item.voice == "browser" and self._came_back(item.learner, until):
                words = " ".join(fold(item.text).split())
                if words not in said_before:
                    counted.add(item.learner)
                said_before.add(words)
        return counted

    def _here(self, span: Span) -> set[str]:
        here = {
            person
            for person, visits in self._visits.items()
            if person in self._first
            and any(span.holds(at) for at in visits)
            and (person in self._vouched or self._came_back(person, span.until))
        }
        for item in self.items:
            if item.learner is not None and span.holds(item.created):
                back = item.voice == "browser" and self._came_back(item.learner, span.until)
                here |= {item.learner} if item.voice == "person" or back else set()
        return here
