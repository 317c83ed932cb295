"""What learners have trouble with at one place: the themes there that may be shown, joined for one proposal."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.figures import ProductFigures, ThemeFigures
from feedback.item import Item, Place
from feedback.reuse import Course
from feedback.theme import ThemeKind
from feedback.themes import items_of_theme

# A gap no lesson was named for stands at the nearest section by guess.
_GUESSED = 0.5
_MOST_SEVERE = 100.0


@dataclass(frozen=True, slots=True)
class Concern:
    """Themes of one place, the gravest first, and the items behind them that count, the oldest first.

    `severity` is how many of a hundred active learners are held up there, taken at the lower end of each theme's
    interval: what a few say by chance counts for less.
    """

    place: Place
    themes: tuple[ThemeFigures, ...]
    items: tuple[Item, ...]
    active: int
    severity: float

    @property
    def learners(self) -> frozenset[str]:
        """Who is behind it."""
        return frozenset(item.learner for item in self.items if item.learner is not None)

    @property
    def kinds(self) -> list[ThemeKind]:
        """Of its themes, each as often as learners stand behind it."""
        return [theme.kind for theme in self.themes for _ in range(theme.learners)]

    @property
    def terms(self) -> tuple[str, ...]:
        """The words several learners share, of the gravest theme first."""
        return tuple(dict.fromkeys(term for theme in self.themes for term in theme.terms))

    @property
    def question(self) -> str:
        """A question of theirs that tells nobody apart, "" where there is none."""
        told = (quote.text.strip() for theme in self.themes for quote in theme.quotes)
        return min((text for text in told if text.endswith("?") and "\n" not in text), key=len, default="")


def concerns_of(
    session: Session,
    figures: ProductFigures,
    course: Course,
    *,
    anchors: Mapping[str, Collection[str]],
    closed: Mapping[Place, datetime],
) -> list[Concern]:
    """The places learners have trouble with, the gravest first; praise is none.

    `anchors` are the sections of each live lesson. At a place that was decided on before, `closed`, only what was said
    after that counts, and only when as many as the floor asks for said it.
    """
    by_place: dict[Place, list[tuple[ThemeFigures, list[Item], float]]] = defaultdict(list)
    for theme in figures.themes:
        if theme.kind is ThemeKind.PRAISE:
            continue
        items = _items(session, theme)
        place, sure = _place(theme, items, course, anchors)
        if place is not None:
            by_place[place].append((theme, items, sure * _least(theme)))
    found = [_concern(place, told, figures, since=closed.get(place)) for place, told in by_place.items()]
    kept = [concern for concern in found if concern is not None]
    return sorted(kept, key=lambda each: (-each.severity, each.place.lesson or "", each.place.anchor))


def _items(session: Session, theme: ThemeFigures) -> list[Item]:
    """All that was said by those whose voices count; of one who says much, more than the figures count."""
    every = items_of_theme(session, theme.id)
    counted = frozenset(theme.items)
    learners = {item.learner for item in every if item.id in counted}
    return [item for item in every if item.learner in learners]


def _least(theme: ThemeFigures) -> float:
    """The severity that the lower end of the share's interval bears out."""
    return theme.severity * theme.interval[0] / theme.share if theme.share else 0.0


def _place(
    theme: ThemeFigures, items: Sequence[Item], course: Course, anchors: Mapping[str, Collection[str]]
) -> tuple[Place | None, float]:
    """Where a proposal goes, and how sure that is. A gap without a lesson goes to the nearest section."""
    lesson, anchor = theme.place.lesson, theme.place.anchor
    if lesson is None:
        nearest = course.nearest(items) if theme.kind is ThemeKind.GAP else None
        return nearest, _GUESSED
    if lesson not in anchors:
        return None, 0.0
    return Place(lesson, anchor if anchor in anchors[lesson] else ""), 1.0


def _concern(
    place: Place,
    told: Iterable[tuple[ThemeFigures, list[Item], float]],
    figures: ProductFigures,
    *,
    since: datetime | None,
) -> Concern | None:
    ordered = sorted(told, key=lambda each: (-each[2], each[0].id))
    items = {item.id: item for _, some, _ in ordered for item in some if since is None or item.created > since}
    if len({item.learner for item in items.values()}) < figures.k:
        return None
    return Concern(
        place=place,
        themes=tuple(theme for theme, _, _ in ordered),
        items=tuple(sorted(items.values(), key=lambda item: (item.created, item.id))),
        active=max(theme.active for theme, _, _ in ordered),
        severity=round(min(_MOST_SEVERE, sum(severity for _, _, severity in ordered)), 4),
    )
