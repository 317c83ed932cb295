"""What learners have trouble with at one place: the themes there that may be shown, joined for one proposal."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.figures import ProductFigures, ThemeFigures
from feedback.item import Item, Place
from feedback.reuse import Course
from feedback.tables import ItemRow
from feedback.theme import ThemeKind
from feedback.themes import item_of

# A gap no lesson was named for stands at the nearest section by guess.
_GUESSED = 0.5
_MOST_SEVERE = 100.0
# The latest speak for all: what an author can look through, and what a draft is made of.
_MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Concern:
    """Themes of one place, the gravest first, the learners behind them, and the ids of the latest items in order.

    `severity` is how many of a hundred active learners are held up there, taken at the lower end of each theme's
    interval: what a few say by chance counts for less.
    """

    place: Place
    themes: tuple[ThemeFigures, ...]
    learners: frozenset[str]
    evidence: tuple[str, ...]
    active: int
    severity: float

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


@dataclass(frozen=True, slots=True)
class _Spoken:
    """An item of somebody whose voice counts."""

    id: str
    learner: str
    created: datetime


@dataclass(frozen=True, slots=True)
class _Heard:
    """A theme with what was said in it, and how severe it is for sure."""

    theme: ThemeFigures
    spoken: Sequence[_Spoken]
    severity: float


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
    by_place: dict[Place, list[_Heard]] = defaultdict(list)
    said = _spoken(session, figures)
    for theme in figures.themes:
        if theme.kind is ThemeKind.PRAISE:
            continue
        spoken = said[theme.id]
        place, sure = _place(session, theme, spoken, course, anchors)
        if place is not None:
            by_place[place].append(_Heard(theme, spoken, sure * _least(theme)))
    found = [_concern(place, told, figures, since=closed.get(place)) for place, told in by_place.items()]
    kept = [concern for concern in found if concern is not None]
    return sorted(kept, key=lambda each: (-each.severity, each.place.lesson or "", each.place.anchor))


def items_named(session: Session, ids: Iterable[str]) -> tuple[Item, ...]:
    """Items by their ids, the oldest first; those that are gone are left out."""
    found = select(ItemRow).where(ItemRow.id.in_(list(ids))).order_by(ItemRow.created, ItemRow.id)
    return tuple(item_of(row) for row in session.scalars(found))


def _spoken(session: Session, figures: ProductFigures) -> dict[str, list[_Spoken]]:
    """By theme all that was said by those whose voices count in it, the oldest first.

    Of one who says much it is more than is counted. Read in one go: a query a theme read all items each time.
    """
    columns = ItemRow.theme, ItemRow.id, ItemRow.learner, ItemRow.created
    mine = ItemRow.product == figures.product, ItemRow.theme.is_not(None), ItemRow.learner.is_not(None)
    every: dict[str, list[_Spoken]] = defaultdict(list)
    for row in session.execute(select(*columns).where(*mine)):
        every[str(row.theme)].append(_Spoken(row.id, str(row.learner), row.created))
    return {theme.id: _of_those_who_count(every[theme.id], frozenset(theme.items)) for theme in figures.themes}


def _of_those_who_count(spoken: Iterable[_Spoken], counted: Collection[str]) -> list[_Spoken]:
    told = sorted(spoken, key=lambda each: (each.created, each.id))
    learners = {each.learner for each in told if each.id in counted}
    return [each for each in told if each.learner in learners]


def _least(theme: ThemeFigures) -> float:
    """The severity that the lower end of the share's interval bears out."""
    return theme.severity * theme.interval[0] / theme.share if theme.share else 0.0


def _place(
    session: Session,
    theme: ThemeFigures,
    spoken: Sequence[_Spoken],
    course: Course,
    anchors: Mapping[str, Collection[str]],
) -> tuple[Place | None, float]:
    """Where a proposal goes, and how sure that is. A gap without a lesson goes to the nearest section."""
    lesson, anchor = theme.place.lesson, theme.place.anchor
    if lesson is None:
        latest = [each.id for each in spoken[-_MOST_ITEMS:]]
        nearest = course.nearest(items_named(session, latest)) if theme.kind is ThemeKind.GAP else None
        return nearest, _GUESSED
    if lesson not in anchors:
        return None, 0.0
    return Place(lesson, anchor if anchor in anchors[lesson] else ""), 1.0


def _concern(
    place: Place, told: Iterable[_Heard], figures: ProductFigures, *, since: datetime | None
) -> Concern | None:
    ordered = sorted(told, key=lambda each: (-each.severity, each.theme.id))
    spoken = [each for heard in ordered for each in heard.spoken if since is None or each.created > since]
    spoken.sort(key=lambda each: (each.created, each.id))
    learners = frozenset(each.learner for each in spoken)
    if len(learners) < figures.k:
        return None
    return Concern(
        place=place,
        themes=tuple(each.theme for each in ordered),
        learners=learners,
        evidence=tuple(each.id for each in spoken[-_MOST_ITEMS:]),
        active=max(each.theme.active for each in ordered),
        severity=round(min(_MOST_SEVERE, sum(each.severity for each in ordered)), 4),
    )
