"""Blacks out words that were taken back, in questions, replies and what was kept to explain them.

A turn in which something was blacked out can be read, and no longer be said again word by word.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.tables import ConversationRow, TurnRow
from foundation.ids import ProductSlug
from foundation.text import black_out


def forget_words(session: Session, product: ProductSlug, words: Sequence[str]) -> int:
    """Black out every stretch of `words` in a product's turns; gives how many turns held one."""
    changed = 0
    mine = select(TurnRow).join(ConversationRow, ConversationRow.id == TurnRow.conversation)
    for row in session.scalars(mine.where(ConversationRow.product == product).execution_options(yield_per=200)):
        kept = {name: _without(getattr(row, name), words) for name in ("question", "reply", "events", "trace")}
        touched = [name for name, value in kept.items() if value != getattr(row, name)]
        for name in touched:
            setattr(row, name, kept[name])
        changed += bool(touched)
    session.flush()
    return changed


def _without(value: Any, words: Sequence[str]) -> Any:
    if isinstance(value, str):
        return black_out(value, words)
    if isinstance(value, list):
        return [_without(item, words) for item in value]
    if isinstance(value, dict):
        return {name: _without(item, words) for name, item in value.items()}
    return value
