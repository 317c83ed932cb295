"""The author's week of a product with what lies in every room, in the words its author chose."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from assistant.hand_over import count_waiting_hand_overs
from companion.wiring import House
from feedback.check_report import Checked, CountOf, check_report
from feedback.figures import figures_of
from feedback.report import Document
from feedback.settings import loop_settings
from feedback.week import DAYS, WAITING, week_of
from feedback.week_prose import Prose, write_prose
from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import ModelUnavailable
from knowledge.language import Lang
from knowledge.products import find_product

ALL_WAITING: Mapping[str, CountOf] = {**WAITING, "hand_overs_waiting": count_waiting_hand_overs}
"""All that waits for an author, by the names it has in the document."""


def author_week(database: Database, product: str, *, clock: Clock, days: int = DAYS) -> Document:
    """The last days of a product, counted anew; raises NotFound."""
    with database.read() as session:
        return week_of(session, product, now=clock(), days=days, waiting=ALL_WAITING)


def recent_week(database: Database, product: str, *, clock: Clock) -> Document:
    """The last seven days for a page: what is counted of themes may be of earlier today; raises NotFound."""
    now = clock()
    with database.read() as session:
        figures = figures_of(session, product, since=now - timedelta(days=DAYS), now=now)
        return week_of(session, product, now=now, figures=figures, waiting=ALL_WAITING)


async def week_prose(house: House, week: Document, *, lang: Lang) -> Prose:
    """The week in the words of the house's chat model; raises ModelUnavailable, also where none is set up."""
    answerer = house.answerer
    if answerer.chat is None:
        raise ModelUnavailable("no chat model is set up; the week is told without")
    chat = answerer.chat if answerer.spending is None else answerer.spending.chat_for(answerer.chat, week["product"])
    return await write_prose(week, chat, lang=lang)


def check_week(database: Database, week: Document) -> Checked:
    """The week counted again from the rows; raises Invalid for what is no report."""
    with database.read() as session:
        return check_report(session, week, waiting=ALL_WAITING)


def week_language(session: Session, product: str) -> Lang:
    """The language the author chose for the week, else that of the product; raises NotFound."""
    chosen = loop_settings(session, product).lang or find_product(session, product).lang
    return "ru" if chosen == "ru" else "en"
