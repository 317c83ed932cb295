"""What can be counted of a product's themes: learners, shares with their interval, trends, severity, and their words.

Everything is counted in learners, each once whatever they said; of their items the first three count. Themes below the
privacy floor (`feedback.floor`) are not here, only how many they are. How each figure is made is told in
`docs/design/figures.md`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.floor import Said, Voices, browsers_that_came_back, counted_items, voices_in
from feedback.item import ItemKind, Place, Voice
from feedback.quotes import LEAST_QUOTES, Quote, choose_quotes, stems_in
from feedback.settings import loop_settings
from feedback.severity import severity_of
from feedback.tables import ItemRow
from feedback.theme import Theme, ThemeKind
from feedback.themes import list_themes
from feedback.trend import TREND_PERIOD, Trend, corrected, direction_of, rate_test
from foundation.errors import NotFound
from foundation.ids import ProductSlug
from knowledge.lessons import read_lesson
from learning.figures import wilson
from learning.presence import who_came_back, who_was_here

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """A theme that may be shown, with what was counted of it.

    `learners` of `active` make the `share`, with its 95 % Wilson `interval`. `severity` is how many of a hundred active
    learners are held up (`feedback.severity`). `items` are those that count, the oldest first. `is_new`: it could not
    be shown before the window.
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


@dataclass(frozen=True, slots=True)
class _Heard:
    """A theme with whose voices count in it until the window's end, and its items in the window that count."""

    theme: Theme
    every: tuple[Said, ...]
    ever: Voices
    voices: Voices
    items: tuple[Said, ...]


def figures_of(
    session: Session, product: str, *, since: datetime | None = None, until: datetime | None = None, now: datetime
) -> ProductFigures:
    """A product's figures from `since` to `until`, both inclusive; from the beginning, and to now, where not named."""
    until = now if until is None else min(until, now)
    k = loop_settings(session, product).k
    active = active_learners(session, product, since=since, until=until)
    heard = _heard(session, product, since=since, until=until)
    shown = [(each, quotes) for each in heard if len(quotes := _quotes(session, each, k=k)) >= LEAST_QUOTES]
    trends = _trends(session, product, [each for each, _ in shown], since=since, until=until, k=k)
    themes = [
        _figures(each, quotes, trend, active=len(active | each.voices.learners), since=since, k=k)
        for (each, quotes), trend in zip(shown, trends, strict=True)
    ]
    themes.sort(key=lambda theme: (-theme.severity, -theme.learners, theme.id))
    return ProductFigures(
        product=ProductSlug(product),
        since=since,
        until=until,
        k=k,
        active=len(active),
        items=count_items(session, product, since=since, until=until),
        hidden=len(heard) - len(shown),
        themes=tuple(themes),
    )


def active_learners(session: Session, product: str, *, since: datetime | None, until: datetime) -> frozenset[str]:
    """The learners whose voices count who did or said anything from `since` to `until`, both inclusive."""
    here = who_was_here(session, product, since=since, until=until)
    spoke = select(ItemRow.learner, ItemRow.voice).where(ItemRow.product == product, ItemRow.learner.is_not(None))
    spoke = spoke.where(ItemRow.created <= until, *([ItemRow.created >= since] if since is not None else []))
    said = session.execute(spoke.distinct()).all()
    browsers = who_came_back(session, product, [row.learner for row in said if row.voice == Voice.BROWSER], until=until)
    known = {row.learner for row in said if row.voice == Voice.PERSON}
    return frozenset(each.person for each in here if each.vouched or each.came_back) | browsers | known


def count_items(session: Session, product: str, *, since: datetime | None, until: datetime) -> int:
    """How many things were said in a product, whoever said them."""
    mine = select(func.count()).select_from(ItemRow).where(ItemRow.product == product, ItemRow.created <= until)
    return session.scalar(mine if since is None else mine.where(ItemRow.created >= since)) or 0


def _heard(session: Session, product: str, *, since: datetime | None, until: datetime) -> list[_Heard]:
    """Every theme of which somebody spoke in the window."""
    said = _said_by_theme(session, product, until=until)
    every = [item for items in said.values() for item in items]
    came_back = browsers_that_came_back(session, product, every, until=until)
    heard = []
    for theme in list_themes(session, product):
        items = said.get(theme.id, [])
        inside = [item for item in items if since is None or item.created >= since]
        if inside:
            ever = voices_in(items, came_back=came_back)
            voices = ever.among({item.learner for item in inside})
            heard.append(_Heard(theme, tuple(items), ever, voices, tuple(counted_items(inside, voices))))
    return heard


def _said_by_theme(session: Session, product: str, *, until: datetime) -> dict[str, list[Said]]:
    names = "id", "learner", "voice", "text", "created", "kind", "outcome", "score"
    columns = [getattr(ItemRow, name) for name in names]
    mine = ItemRow.product == product, ItemRow.theme.is_not(None), ItemRow.created <= until
    said: dict[str, list[Said]] = defaultdict(list)
    for row in session.execute(select(ItemRow.theme, *columns).where(*mine)):
        voice, kind = Voice(row.voice), ItemKind(row.kind)
        told = Said(row.id, row.learner, voice, row.text, row.created, kind, row.outcome, row.score)
        said[row.theme].append(told)
    return said


def _quotes(session: Session, heard: _Heard, *, k: int) -> tuple[Quote, ...]:
    """None where the theme is below the floor."""
    if not heard.voices.reach(k):
        return ()
    lesson = _lesson_stems(session, heard.theme)
    return choose_quotes(heard.items, heard.voices, k=k, terms=heard.theme.terms, lesson_stems=lesson)


def _lesson_stems(session: Session, theme: Theme) -> frozenset[str]:
    """The words of the lesson a theme is about, as learners may see it."""
    if theme.place.lesson is None:
        return frozenset()
    try:
        page = read_lesson(session, theme.product, theme.place.lesson)
    except NotFound:
        return frozenset()
    return stems_in("\n".join((page.head.title, *(block.text for block in page.blocks))))


def _trends(
    session: Session, product: str, heard: Sequence[_Heard], *, since: datetime | None, until: datetime, k: int
) -> list[Trend]:
    """Of every theme shown: the last four weeks, or the window where it is shorter, against as long before."""
    length = TREND_PERIOD if since is None else min(TREND_PERIOD, until - since)
    middle = until - length
    start = middle - length
    active_before = len(active_learners(session, product, since=start, until=middle - _INSTANT))
    active_now = len(active_learners(session, product, since=middle, until=until))
    spoke = [(_spoke(each, start, middle - _INSTANT), _spoke(each, middle, until)) for each in heard]
    tested = [rate_test(was, now, active_before=active_before, active_now=active_now) for was, now in spoke]
    trends = []
    for (was, now), p, q in zip(spoke, tested, corrected(tested), strict=True):
        direction = direction_of(was, now, active_before=active_before, active_now=active_now, q=q)
        trends.append(Trend(direction, length.days, _told(was, k=k), _told(now, k=k), p, q))
    return trends


def _spoke(heard: _Heard, start: datetime, end: datetime) -> int:
    """How many learners who count spoke of it from `start` to `end`, both inclusive."""
    return len({said.learner for said in heard.every if start <= said.created <= end} & heard.ever.learners)


def _told(learners: int, *, k: int) -> int | None:
    return learners if not learners or learners >= k else None


def _figures(
    heard: _Heard, quotes: tuple[Quote, ...], trend: Trend, *, active: int, since: datetime | None, k: int
) -> ThemeFigures:
    theme, learners = heard.theme, len(heard.voices.learners)
    earlier = {said.learner for said in heard.every if since is not None and said.created < since}
    return ThemeFigures(
        id=theme.id,
        kind=theme.kind,
        label=theme.label,
        label_by=theme.label_by,
        terms=theme.terms,
        place=theme.place,
        passage=theme.passage,
        facet=theme.facet,
        learners=learners,
        active=active,
        share=round(learners / active, 4),
        interval=wilson(learners, active),
        severity=0.0 if theme.kind is ThemeKind.PRAISE else severity_of(heard.items, active=active),
        trend=trend,
        quotes=quotes,
        items=tuple(said.id for said in heard.items),
        is_new=since is not None and not heard.ever.among(earlier).reach(k),
    )
