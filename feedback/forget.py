"""Blacks out words that were taken back, in what learners said and asked."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.tables import GapRow, ItemRow
from foundation.ids import ProductSlug
from foundation.text import black_out


def forget_words(session: Session, product: ProductSlug, words: Sequence[str]) -> int:
    """Black out every stretch of `words` in a product's feedback items and gaps; gives how many rows held one."""
    changed = 0
    for item in session.scalars(select(ItemRow).where(ItemRow.product == product)):
        kept = black_out(item.text, words)
        changed += kept != item.text
        item.text = kept
    for gap in session.scalars(select(GapRow).where(GapRow.product == product)):
        kept = black_out(gap.question, words)
        changed += kept != gap.question
        gap.question = kept
    session.flush()
    return changed


def remarks_of(session: Session, *, items: Collection[str], turns: Collection[str]) -> list[dict[str, Any]]:
    """What a learner said, as plain values: the items named, and those about their turns."""
    names = "id", "product", "kind", "text", "turn", "lesson", "created"
    return [{name: getattr(row, name) for name in names} for row in _said(session, items, turns)]


def empty_remarks(session: Session, *, items: Collection[str], turns: Collection[str]) -> int:
    """Leave no word of a learner in these items and in the gaps of their turns; gives how many rows had some.

    The rows stay, so that counts are what they were.
    """
    changed = 0
    for item in _said(session, items, turns):
        changed += item.text != ""
        item.text = ""
    for gap in session.scalars(select(GapRow).where(GapRow.turn.in_(turns))):
        changed += gap.question != ""
        gap.question = ""
    session.flush()
    return changed


def _said(session: Session, items: Collection[str], turns: Collection[str]) -> list[ItemRow]:
    mine = select(ItemRow).where(ItemRow.id.in_(items) | ItemRow.turn.in_(turns))
    return list(session.scalars(mine.order_by(ItemRow.created, ItemRow.id)))
