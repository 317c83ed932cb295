"""What the assistant keeps of a learner, to give it to them or to erase it: turns, memory, plans, hand-overs.

A turn is a learner's when its event says so, or when nobody is known in it and the conversation is theirs. Emptied
conversations stay as ids, because hand-overs that staff answered point at them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from assistant.hand_over import erase_hand_overs
from assistant.keep_plan import erase_plans
from assistant.tables import ConversationRow, HandOverRow, MemoryRow, PlanRow, TurnRow
from assistant.verified import forget_phrasings
from foundation.database import Base
from learning.log import actors_of_turns

_SHOWN = "id", "conversation", "question", "locale", "lesson", "intent", "outcome", "created"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a learner's words are: ids of their turns and of their conversations."""

    turns: frozenset[str]
    conversations: frozenset[str]


def find_kept(session: Session, person: str, *, asked: Collection[str]) -> Kept:
    """A learner's turns: those `asked` by their events, and those of their conversations in which nobody is known."""
    mine = frozenset(session.scalars(select(ConversationRow.id).where(ConversationRow.person == person)))
    rows = session.execute(select(TurnRow.id, TurnRow.conversation).where(TurnRow.conversation.in_(mine))).all()
    known = actors_of_turns(session, [row.id for row in rows])
    unknown = {row.id for row in rows if known.get(row.id) is None}
    there = session.scalars(select(TurnRow.id).where(TurnRow.id.in_(asked)))
    return Kept(frozenset(there) | unknown, mine)


def records_of_learner(session: Session, person: str, kept: Kept) -> dict[str, Any]:
    """Everything kept as plain values."""
    turns = session.scalars(
        select(TurnRow).where(TurnRow.id.in_(kept.turns)).order_by(TurnRow.created, TurnRow.position, TurnRow.id)
    )
    return {
        "turns": [{name: getattr(row, name) for name in _SHOWN} | {"reply": row.reply} for row in turns],
        "memory": _plain(session, MemoryRow, person),
        "plans": _plain(session, PlanRow, person),
        "hand_overs": _plain(session, HandOverRow, person),
    }


def words_of_learner(session: Session, person: str, kept: Kept) -> list[str]:
    """What a learner wrote, text by text."""
    asked = session.scalars(select(TurnRow.question).where(TurnRow.id.in_(kept.turns)))
    remembered = session.scalars(select(MemoryRow.text).where(MemoryRow.person == person))
    handed = session.scalars(select(HandOverRow.question).where(HandOverRow.person == person))
    return [*asked, *remembered, *handed]


def erase_learner(session: Session, person: str, kept: Kept, *, now: datetime) -> dict[str, int]:
    """Remove turns, memory and plans, empty hand-overs and what was learnt from them; gives how many of each."""
    nobodys = HandOverRow.conversation.in_(kept.conversations) & HandOverRow.person.is_(None)
    session.execute(update(HandOverRow).where(nobodys).values(person=person))
    handed = select(HandOverRow.id, HandOverRow.question).where(HandOverRow.person == person)
    # A verified answer is staff's own and made for everybody; only the learner's very words in it are theirs.
    forget_phrasings(session, {row.id: row.question for row in session.execute(handed)}, now=now)
    memory = _count(session, MemoryRow, person)
    plans = _count(session, PlanRow, person)
    session.execute(delete(MemoryRow).where(MemoryRow.person == person))
    erase_plans(session, person)
    hand_overs = erase_hand_overs(session, person)
    session.execute(delete(TurnRow).where(TurnRow.id.in_(kept.turns)))
    session.execute(update(ConversationRow).where(ConversationRow.person == person).values(person=None))
    session.flush()
    return {"turns": len(kept.turns), "memory": memory, "plans": plans, "hand_overs": hand_overs}


def asked_by_others(session: Session, texts: Iterable[str]) -> set[str]:
    """Those of some texts that are left in a turn: somebody else asked the same."""
    wanted = select(TurnRow.id).limit(1)
    return {text for text in texts if session.scalar(wanted.where(func.instr(TurnRow.question, text) > 0)) is not None}


def _count(session: Session, table: type[MemoryRow] | type[PlanRow], person: str) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.person == person)) or 0


def _plain(
    session: Session, table: type[MemoryRow] | type[PlanRow] | type[HandOverRow], person: str
) -> list[dict[str, Any]]:
    rows: Iterable[Base] = session.scalars(select(table).where(table.person == person).order_by(table.created))
    return [{c.key: getattr(row, c.key) for c in row.__table__.columns if c.key != "person"} for row in rows]
