"""Who was active in a product, as far as their voices count, and how much was said."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from feedback.counting import Window
from feedback.item import Voice
from feedback.tables import ItemRow
from learning.presence import who_came_back, who_was_here


@dataclass(frozen=True, slots=True)
class Active:
    """How many learners whose voices count were active in a window, and in the two periods of its trend."""

    window: int
    earlier: int
    later: int


def count_active(session: Session, product: str, window: Window) -> Active:
    """How many learners of a product were active in a window and its two periods."""
    return Active(*(len(active_learners(session, product, each)) for each in (window, window.earlier, window.later)))


def active_learners(session: Session, product: str, window: Window) -> frozenset[str]:
    """The learners whose voices count who did or said anything in a window."""
    here = who_was_here(session, product, since=window.since, until=window.until)
    spoke = select(ItemRow.learner, ItemRow.voice).where(ItemRow.learner.is_not(None), *_within(product, window))
    said = session.execute(spoke.distinct()).all()
    browsers = [row.learner for row in said if row.voice == Voice.BROWSER]
    known = {row.learner for row in said if row.voice == Voice.PERSON}
    back = who_came_back(session, product, browsers, until=window.until)
    return frozenset(each.person for each in here if each.vouched or each.came_back) | back | known


def count_items(session: Session, product: str, window: Window) -> int:
    """How many things were said in a product, whoever said them."""
    return session.scalar(select(func.count()).select_from(ItemRow).where(*_within(product, window))) or 0


def _within(product: str, window: Window) -> list[ColumnElement[bool]]:
    since = [] if window.since is None else [ItemRow.created >= window.since]
    return [ItemRow.product == product, ItemRow.created <= window.until, *since]
