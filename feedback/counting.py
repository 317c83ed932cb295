"""Counts themes from their items: for each, who spoke of it in a window, what counts of it, and what may be quoted."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.floor import Said, Voices, browsers_that_came_back, counted_items, voices_in
from feedback.item import ItemKind, Voice
from feedback.quotes import LEAST_QUOTES, Quote, choose_quotes, stems_in
from feedback.severity import harm_in
from feedback.tables import ItemRow
from feedback.theme import Theme
from feedback.trend import TREND_PERIOD
from foundation.errors import NotFound
from knowledge.lessons import read_lesson
from knowledge.words import common_words

INSTANT = timedelta(microseconds=1)
# Of more themes than this it is quicker to read all items of the product.
_FEW_THEMES = 100
# A word that so many of those who said the first so many things used is an ordinary one here.
_ORDINARY = 5
_SAMPLE = 600
_COLUMNS = [
    getattr(ItemRow, name) for name in ("id", "learner", "voice", "text", "created", "kind", "outcome", "score")
]


@dataclass(frozen=True, slots=True)
class Window:
    """From `since`, None for the beginning, to `until`, both inclusive."""

    since: datetime | None
    until: datetime

    @property
    def trend_length(self) -> timedelta:
        """How long each of the two periods is that a trend compares: four weeks, or the window where it is shorter."""
        return TREND_PERIOD if self.since is None else min(TREND_PERIOD, self.until - self.since)

    @property
    def later(self) -> "Window":
        """The second of them, which ends with the window."""
        return Window(self.until - self.trend_length, self.until)

    @property
    def earlier(self) -> "Window":
        """The first of them."""
        middle = self.until - self.trend_length
        return Window(middle - self.trend_length, middle - INSTANT)

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return moment <= self.until and (self.since is None or moment >= self.since)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of a theme in a window.

    `harm` adds up the worst each learner said (`feedback.severity`). `items` are those that count. `before` and `now`
    count the learners of the two periods of a trend. Without two quotes the theme is below the floor.
    """

    learners: int
    harm: float
    items: tuple[str, ...]
    quotes: tuple[Quote, ...]
    before: int
    now: int
    is_new: bool

    @property
    def may_be_shown(self) -> bool:
        """Whether it reaches the floor."""
        return len(self.quotes) >= LEAST_QUOTES


def tally_themes(
    session: Session, product: str, themes: Sequence[Theme], *, window: Window, k: int
) -> dict[str, Tally]:
    """By theme, what was counted of it; those nobody spoke of in the window are left out."""
    if not themes:
        return {}
    said = _said_in(session, product, {theme.id for theme in themes}, until=window.until)
    every = [item for items in said.values() for item in items]
    came_back = browsers_that_came_back(session, product, every, until=window.until)
    known = _KnownWords(session, product, until=window.until)
    tallies = {
        theme.id: _tally(theme, said[theme.id], came_back, known, window=window, k=k)
        # Themes of one lesson follow one another, so that its words are read once.
        for theme in sorted(themes, key=lambda theme: (theme.place.lesson or "", theme.id))
    }
    return {theme: tally for theme, tally in tallies.items() if tally is not None}


def _tally(
    theme: Theme, said: Sequence[Said], came_back: Collection[str], known: "_KnownWords", *, window: Window, k: int
) -> Tally | None:
    """None where nobody spoke of it in the window."""
    inside = [item for item in said if window.holds(item.created)]
    if not inside:
        return None
    ever = voices_in(said, came_back=came_back)
    voices = ever.among({item.learner for item in inside})
    items = counted_items(inside, voices)
    quotes: tuple[Quote, ...] = ()
    if voices.reach(k):
        quotes = choose_quotes(items, voices, k=k, terms=theme.terms, known=known.at(theme.place.lesson))
    earlier = set() if window.since is None else _speakers(said, Window(None, window.since - INSTANT))
    return Tally(
        learners=len(voices.learners),
        harm=harm_in(items),
        items=tuple(item.id for item in items),
        quotes=quotes,
        before=_learners(said, ever, window.earlier),
        now=_learners(said, ever, window.later),
        is_new=window.since is not None and not ever.among(earlier).reach(k),
    )


class _KnownWords:
    """Stems that tell nobody apart: ordinary ones, those of a lesson, and those many of the product's learners use."""

    def __init__(self, session: Session, product: str, *, until: datetime) -> None:
        self._session, self._product, self._until = session, product, until
        self._lesson = lru_cache(maxsize=1)(self._of_lesson)

    def at(self, lesson: str | None) -> frozenset[str]:
        """Those of a theme in a lesson, or of the product as a whole."""
        return self._everywhere if lesson is None else self._everywhere | self._lesson(lesson)

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        """Of the first things that people who are vouched for said here."""
        mine = select(ItemRow.learner, ItemRow.text).where(ItemRow.product == self._product)
        proved = mine.where(ItemRow.voice == Voice.PERSON, ItemRow.learner.is_not(None), ItemRow.created <= self._until)
        users: dict[str, set[str]] = defaultdict(set)
        for learner, text in self._session.execute(proved.order_by(ItemRow.created, ItemRow.id).limit(_SAMPLE)):
            for stem in stems_in(text):
                users[stem].add(str(learner))
        return common_words().certain_stems | {stem for stem, who in users.items() if len(who) >= _ORDINARY}

    def _of_lesson(self, lesson: str) -> frozenset[str]:
        """As learners may see it."""
        try:
            page = read_lesson(self._session, self._product, lesson)
        except NotFound:
            return frozenset()
        return stems_in("\n".join((page.head.title, *(block.text for block in page.blocks))))


def _said_in(session: Session, product: str, themes: Collection[str], *, until: datetime) -> dict[str, list[Said]]:
    """By theme, what is in it, the oldest first."""
    mine = select(ItemRow.theme, *_COLUMNS).where(ItemRow.product == product, ItemRow.created <= until)
    few = len(themes) <= _FEW_THEMES
    mine = mine.where(ItemRow.theme.in_(sorted(themes)) if few else ItemRow.theme.is_not(None))
    said: dict[str, list[Said]] = defaultdict(list)
    voices, kinds = {voice.value: voice for voice in Voice}, {kind.value: kind for kind in ItemKind}
    for theme, item, learner, voice, text, created, kind, outcome, score in session.execute(mine):
        if few or theme in themes:
            said[theme].append(Said(item, learner, voices[voice], text, created, kinds[kind], outcome, score))
    for items in said.values():
        items.sort(key=lambda item: (item.created, item.id))
    return said


def _learners(said: Sequence[Said], voices: Voices, window: Window) -> int:
    return len(voices.among(_speakers(said, window)).learners)


def _speakers(said: Sequence[Said], window: Window) -> set[str | None]:
    return {item.learner for item in said if window.holds(item.created)}
