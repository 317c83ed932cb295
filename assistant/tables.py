"""Rows of what was asked and answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, UtcDateTime


class ConversationRow(Base):
    """A row of turns about one product; who knows its id may go on with it."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), index=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class TurnRow(Base):
    """One question and its reply.

    `reply` is what was sent as `done`; `events` are all events in the order sent, so that a dropped connection can be
    taken up again. `trace` says why: passages with scores, prompt name, version and hash, tokens, milliseconds.
    """

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("conversation", "position"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    position: Mapped[int] = mapped_column()
    question: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(8))
    lesson: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16))
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)
    events: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    trace: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
