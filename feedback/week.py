"""The author's week as a document: what hurts most and where, what is new, what got better, and what waits.

Every number in it says how it is counted (`feedback.report`); everything is counted anew, nothing taken from what pages
keep. No learner is named, and no words are in it but quotes that the privacy floor lets through, and praise whose
learner agreed to be quoted.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from feedback.check_report import CountOf
from feedback.counting import Window
from feedback.effect import Effect, Verdict
from feedback.effects import list_effects
from feedback.figures import ProductFigures, ThemeFigures, figures_of
from feedback.item import Place
from feedback.praise import publishable_praise
from feedback.proposal import ProposalState
from feedback.proposals import count_proposals
from feedback.report import (
    Document,
    names_of_places,
    number,
    span,
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
    session: Session, product: str, *, now: datetime, days: int = DAYS, waiting: Mapping[str, CountOf] = WAITING
) -> Document:
    """The last `days` days of a product; raises NotFound. `waiting` are what waits for the author, by their names."""
    about = find_product(session, product)
    window = Window(now - timedelta(days=days), now)
    figures = figures_of(session, product, since=window.since, until=now, now=now)
    names = names_of_places(session, product)
    release = live_release(session, product)
    effects = list_effects(session, product)

    def themes(found: Iterable[ThemeFigures]) -> list[Document]:
        return [tell_theme(theme, window, names) for theme in list(found)[:MOST]]

    return {
        **{"kind": "week", "product": product, "title": about.title, "lang": about.lang},
        **{"since": window.since.isoformat() if window.since else None, "until": now.isoformat()},
        "made": now.isoformat(),
        "release": None if release is None else _release(release.number, release.published),
        "figures": tell_figures(figures),
        "hurts": themes(figures.of_kind(ThemeKind.TROUBLE)),
        "unanswered": themes(figures.of_kind(ThemeKind.GAP)),
        "new": themes(theme for theme in figures.themes if theme.is_new and theme.kind is not ThemeKind.PRAISE),
        "better": themes(_going(figures, Direction.DOWN)),
        "worse": themes(_going(figures, Direction.UP)),
        "helped": _effects(effects, Verdict.HELPED, names),
        "harmed": _effects(effects, Verdict.WORSE, names),
        "praised": themes(figures.of_kind(ThemeKind.PRAISE)),
        "praise": _praise(session, product, window, names),
        "waiting": {name: number(count(session, product), name) for name, count in waiting.items()},
    }
