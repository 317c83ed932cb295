"""Conversations and turns: begun, kept, read again."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.carrying import Said
from assistant.intents import Intent
from assistant.reply import Event, EventName, Reply
from assistant.tables import ConversationRow, TurnRow
from foundation.errors import NotFound
from foundation.ids import ConversationId, PassageId, PersonId, ProductSlug, TurnId, random_id

_REMEMBERED = 10_000
# How far back a question may lean; thanks and the like in between count.
REMEMBERED_TURNS = 6


class OpenConversations:
    """Conversations that this process began; safe to use from several threads.

    One is written with its first turn. Until then its id was given out already, and whoever has it may go on.
    """

    def __init__(self) -> None:
        self._product_of: OrderedDict[str, ProductSlug] = OrderedDict()
        self._lock = Lock()

    def begin(self, product: ProductSlug) -> ConversationId:
        """A new conversation; nothing is written."""
        fresh = ConversationId(random_id("c"))
        with self._lock:
            self._product_of[fresh] = product
            while len(self._product_of) > _REMEMBERED:
                self._product_of.popitem(last=False)
        return fresh

    def resume(self, session: Session, product: ProductSlug, conversation: str) -> ConversationId:
        """The named conversation if it is about this product; raises NotFound."""
        kept = _product_of(session, conversation)
        with self._lock:
            about = kept or self._product_of.get(conversation)
        if about != product:
            raise NotFound("this conversation is not known here; start a new one by leaving it out")
        return ConversationId(conversation)


def keep_conversation(
    session: Session, conversation: ConversationId, product: ProductSlug, *, person: str | None = None, now: datetime
) -> None:
    """Write a conversation down, unless it is already; it belongs to the first person who is known in it."""
    row = session.get(ConversationRow, conversation)
    if row is None:
        session.add(ConversationRow(id=conversation, product=product, person=person, created=now))
    elif row.person is None:
        row.person = person
    session.flush()


def keep_turn(
    session: Session,
    reply: Reply,
    *,
    question: str,
    locale: str,
    lesson: str | None,
    intent: str,
    events: list[Event],
    trace: dict[str, Any],
    now: datetime,
) -> None:
    """Write a finished turn with everything that was sent and why."""
    last = session.scalar(select(func.max(TurnRow.position)).where(TurnRow.conversation == reply.conversation))
    row = TurnRow(id=reply.turn, conversation=reply.conversation, position=0 if last is None else last + 1)
    row.question, row.locale, row.lesson, row.outcome = question, locale, lesson, reply.outcome
    row.intent = intent
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


def said_before(session: Session, conversation: ConversationId) -> tuple[Said, ...]:
    """The latest questions of a conversation, oldest first, each as it was understood by itself.

    What was said beside the content (thanks, a remark, a call for a person) is no topic, and left out; of who was
    stuck only the place they were shown is.
    """
    latest = select(TurnRow.question, TurnRow.trace, TurnRow.reply, TurnRow.intent)
    mine = latest.where(TurnRow.conversation == conversation).order_by(TurnRow.position.desc())
    rows = session.execute(mine.limit(REMEMBERED_TURNS)).all()
    return tuple(_said(*row) for row in reversed(rows) if row.intent in (Intent.QUESTION, Intent.STUCK))


def _said(question: str, trace: dict[str, Any], reply: dict[str, Any], intent: str) -> Said:
    if intent == Intent.STUCK:
        return Said("", heading=_cited_under(reply["citations"]))
    carried = trace.get("carried") or {}
    understood = carried.get("own") or trace.get("asked", {}).get("question") or question
    return Said(understood, leaned=bool(carried.get("taken")), heading=_cited_under(reply["citations"]))


def _cited_under(citations: Sequence[dict[str, Any]]) -> str:
    """What names the place of the first citation in words: its heading, or the lesson where it is a number."""
    if not citations:
        return ""
    first = citations[0]
    return str(first["locator"]["value"] if first["locator"]["kind"] == "heading" else first["title"])


def question_of(session: Session, turn: str) -> str | None:
    """What was asked in a turn."""
    return session.scalar(select(TurnRow.question).where(TurnRow.id == turn))


def cited_first(session: Session, turn: str) -> PassageId | None:
    """The passage a turn's answer rests on first; None where it cites none."""
    reply = session.scalar(select(TurnRow.reply).where(TurnRow.id == turn)) or {}
    return next((PassageId(each["passage"]) for each in reply.get("citations", []) if each.get("passage")), None)


def person_of(session: Session, conversation: str) -> PersonId | None:
    """Whose conversation it is; None where nobody is known in it, or it is not written yet."""
    person = session.scalar(select(ConversationRow.person).where(ConversationRow.id == conversation))
    return None if person is None else PersonId(person)


def _product_of(session: Session, conversation: str) -> str | None:
    return session.scalar(select(ConversationRow.product).where(ConversationRow.id == conversation))
