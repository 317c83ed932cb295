"""Conversations and turns: begun, kept, read again."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.reply import Event, EventName, Reply
from assistant.tables import ConversationRow, TurnRow
from foundation.errors import NotFound
from foundation.ids import ConversationId, ProductSlug, TurnId, random_id


def begin_conversation(
    session: Session, product: ProductSlug, conversation: str | None, *, now: datetime
) -> ConversationId:
    """A new conversation, or the named one if it is about this product; raises NotFound."""
    if conversation is not None:
        row = session.get(ConversationRow, conversation)
        if row is None or row.product != product:
            raise NotFound("this conversation is not known here; start a new one by leaving it out")
        return ConversationId(row.id)
    fresh = ConversationRow(id=random_id("c"), product=product, created=now)
    session.add(fresh)
    session.flush()
    return ConversationId(fresh.id)


def keep_turn(
    session: Session,
    reply: Reply,
    *,
    question: str,
    locale: str,
    lesson: str | None,
    events: list[Event],
    trace: dict[str, Any],
    now: datetime,
) -> None:
    """Write a finished turn with everything that was sent and why."""
    last = session.scalar(select(func.max(TurnRow.position)).where(TurnRow.conversation == reply.conversation))
    row = TurnRow(id=reply.turn, conversation=reply.conversation, position=0 if last is None else last + 1)
    row.question, row.locale, row.lesson, row.outcome = question, locale, lesson, reply.outcome
    row.reply, row.trace, row.created = reply.to_json(), trace, now
    row.events = [asdict(event) for event in events]
    session.add(row)
    session.flush()


def read_turn(session: Session, product: str, turn: str, *, conversation: str) -> list[Event]:
    """The events of a finished turn. Raises NotFound unless product and conversation are the turn's own."""
    row = session.get(TurnRow, turn)
    if row is None or row.conversation != conversation or _product_of(session, conversation) != product:
        raise NotFound("this turn is not known here")
    return [Event(EventName(event["name"]), event["data"]) for event in row.events]


def find_turn(session: Session, product: str, turn: str, *, conversation: str | None) -> TurnId:
    """Check that a turn belongs to a product and, where one is named, to a conversation; raises NotFound."""
    row = session.get(TurnRow, turn)
    mine = row is not None and _product_of(session, row.conversation) == product
    if row is None or not mine or (conversation is not None and row.conversation != conversation):
        raise NotFound("this turn is not known here")
    return TurnId(row.id)


def question_of(session: Session, turn: str) -> str | None:
    """What was asked in a turn."""
    return session.scalar(select(TurnRow.question).where(TurnRow.id == turn))


def _product_of(session: Session, conversation: str) -> str | None:
    return session.scalar(select(ConversationRow.product).where(ConversationRow.id == conversation))
