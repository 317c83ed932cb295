"""Blacks out words that were taken back, in what learners said and asked."""

from collections.abc import Sequence

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
