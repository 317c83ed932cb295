"""The hints a conversation has had so far, told from its turns."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.tables import TurnRow
from foundation.ids import ConversationId

MOVE = "ladder"
# How far back a conversation is about an exercise; thanks and questions in between count.
_TURNS = 12


@dataclass(frozen=True, slots=True)
class Given:
    """One hint; `exercise` is "" for one that was about a lesson as a whole."""

    exercise: str
    lesson: str | None
    rung: int


def given_before(session: Session, conversation: ConversationId) -> list[Given]:
    """The hints among the latest turns of a conversation, oldest first."""
    latest = select(TurnRow.reply, TurnRow.lesson).where(TurnRow.conversation == conversation)
    rows = session.execute(latest.order_by(TurnRow.position.desc()).limit(_TURNS)).all()
    told = [(reply["facts"], lesson) for reply, lesson in reversed(rows) if reply.get("move") == MOVE]
    return [
        Given(str(facts.get("exercise", "")), lesson, int(facts["rung"])) for facts, lesson in told if "rung" in facts
    ]
