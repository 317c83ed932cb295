"""The author's week as a document: what hurts most and where, what is new, what got better, and what waits.

Every number in it says how it is counted (`feedback.report`); everything is counted anew, nothing taken from what pages
keep. No learner is named, and no words are in it but quotes that the privacy floor lets through, and praise whose
learner agreed to be quoted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feedback.check_report import CountOf
from feedback.counting import Window
from feedback.effect import Effect, Verdict
from feedback.effects import list_effects
from feedback.figures import ProductFigures, ThemeFigures, figures_of
from feedback.item import Place
from feedback.praise import Praise, publishable_praise
from feedback.proposal import ProposalState
from feedback.proposals import count_proposals
from feedback.report import (
    Document,
    names_of_places,
    number,
    tell_effect,
    tell_figures,
    tell_theme,
)
from feedback.theme import ThemeKind
from feedback.trend import Direction
from knowledge.cases.case import count_waiting as count_waiting_cases
from knowledge.products import find_product
from knowledge.releases import live_release

DAYS = 7
MOST = 5
"""So many themes are told in each part."""


def count_open_proposals(session: Session, product: str) -> int:
    """How many proposals wait for a decision."""
    return count_proposals(session, product)[ProposalState.OPEN]


WAITING: Mapping[str, CountOf] = {"cases_waiting": count_waiting_cases, "proposals_waiting": count_open_proposals}
"""What waits for the author and can be counted here; rooms above add theirs."""


def week_of(
    session: Session,
    product: str,
    *,
    now: datetime,
    days: int = DAYS,
    figures: ProductFigures | None = None,
    waiting: Mapping[str, CountOf] = WAITING,
) -> Document:
    """The last `days` days of a product; raises NotFound. `waiting` are what waits for the author, by their names.

    `figures` of the same days are for a page that may be of earlier today; None counts anew.
    """
    about = find_product(session, product)
    window = Window(now - timedelta(days=days), now)
    figures = figures or figures_of(session, product, since=window.since, until=now, now=now)
    release = live_release(session, product)
    effects = list_effects(session, product)
    praise = publishable_praise(session, product, window, most=MOST)
    places = [*(theme.place for theme in figures.themes), *(effect.place for effect in effects)]
    lessons = {place.lesson for place in (*places, *(each.place for each in praise))}
    names = names_of_places(session, product, {lesson for lesson in lessons if lesson is not None})

    def themes(found: Iterable[ThemeFigures]) -> list[Document]:
        return [tell_theme(theme, window, names) for theme in list(found)[:MOST]]

    return {
        **{"kind": "week", "product": product, "title": about.title, "lang": about.lang},
        **{"since": window.since.isoformat() if window.since else None, "until": now.isoformat()},
        "made": now.isoformat(),
        # Its name, which is no number to count.
        "release": None if release is None else str(release.number),
        "figures": tell_figures(figures),
        "hurts": themes(figures.of_kind(ThemeKind.TROUBLE)),
        "unanswered": themes(figures.of_kind(ThemeKind.GAP)),
        "new": themes(theme for theme in figures.themes if theme.is_new and theme.kind is not ThemeKind.PRAISE),
        "better": themes(_going(figures, Direction.DOWN)),
        "worse": themes(_going(figures, Direction.UP)),
        "helped": _effects(effects, Verdict.HELPED, names),
        "harmed": _effects(effects, Verdict.WORSE, names),
        "praised": themes(figures.of_kind(ThemeKind.PRAISE)),
        "praise": [_praise(each, names) for each in praise],
        "waiting": {name: number(count(session, product), name) for name, count in waiting.items()},
    }


def _going(figures: ProductFigures, direction: Direction) -> list[ThemeFigures]:
    """Troubles and gaps of which clearly more, or fewer, speak than before."""
    return [
        theme for theme in figures.themes if theme.trend.direction is direction and theme.kind is not ThemeKind.PRAISE
    ]


def _effects(effects: Iterable[Effect], verdict: Verdict, names: Mapping[Place, tuple[str, str]]) -> list[Document]:
    """Of the latest releases first."""
    return [tell_effect(effect, names) for effect in effects if effect.verdict is verdict][:MOST]


def _praise(praise: Praise, names: Mapping[Place, tuple[str, str]]) -> dict[str, str | None]:
    lesson, title = praise.place.lesson, names.get(praise.place, ("",))[0]
    return {"item": praise.item, "text": praise.text, "lesson": lesson, "title": title}
