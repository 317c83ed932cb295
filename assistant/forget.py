"""Blacks out words that were taken back, in questions, replies, hand-overs and what was kept to explain them.

A turn in which something was blacked out can be read, and no longer be said again word by word.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.tables import ConversationRow, HandOverRow, TurnRow, VerifiedAnswerRow
from foundation.ids import ProductSlug
from foundation.text import black_out


def forget_words(session: Session, product: ProductSlug, words: Sequence[str]) -> int:
    """Black out every stretch of `words` in a product's turns, hand-overs and verified answers.

    Gives how many of them held one.
    """
    mine = select(TurnRow).join(ConversationRow, ConversationRow.id == TurnRow.conversation)
    turns = session.scalars(mine.where(ConversationRow.product == product).execution_options(yield_per=200))
    changed = sum(_blacked_out(row, ("question", "reply", "events", "trace"), words) for row in turns)
    cards = session.scalars(select(HandOverRow).where(HandOverRow.product == product))
    changed += sum(_blacked_out(row, ("question", "card", "proposed", "reply", "reason"), words) for row in cards)
    answers = session.scalars(select(VerifiedAnswerRow).where(VerifiedAnswerRow.product == product))
    changed += sum(_blacked_out(row, ("question", "text"), words) for row in answers)
    session.flush()
    return changed


def _blacked_out(row: TurnRow | HandOverRow | VerifiedAnswerRow, columns: Sequence[str], words: Sequence[str]) -> bool:
    kept = {name: _without(getattr(row, name), words) for name in columns}
    touched = [name for name, value in kept.items() if value != getattr(row, name)]
    for name in touched:
        setattr(row, name, kept[name])
    return bool(touched)


def _without(value: Any, words: Sequence[str]) -> Any:
    if isinstance(value, str):
        return black_out(value, words)
    if isinstance(value, list):
        return [_without(item, words) for item in value]
    if isinstance(value, dict):
        return {name: _without(item, words) for name, item in value.items()}
    return value
