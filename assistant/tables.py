"""Rows of what was asked and answered, remembered, planned, handed over to people and verified by them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, UtcDateTime


class ConversationRow(Base):
    """A row of turns about one product; who knows its id may go on with it."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), index=True)
    person: Mapped[str | None] = mapped_column(String(64), index=True)
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
    intent: Mapped[str] = mapped_column(String(16), server_default="question")
    outcome: Mapped[str] = mapped_column(String(16))
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)
    events: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    trace: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class MemoryRow(Base):
    """One thing kept about a learner, in words they can see, correct and delete; `turn` is where they said it."""

    __tablename__ = "memory"
    __table_args__ = (Index("ix_memory_person", "person", "product"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)
    turn: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    corrected: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlanRow(Base):
    """A learner's plan in one of its versions: what they answered, and the weeks made of it; the newest counts."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("person", "product", "version"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    version: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    weeks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class HandOverRow(Base):
    """A question handed to a person: the card they see, and what came of it.

    `card` is what was known when it was handed over; `distance` counts the characters changed from `proposed` to
    `reply`. `told` is when the learner was shown the outcome.
    """

    __tablename__ = "hand_over"
    __table_args__ = (Index("ix_hand_over_product_state", "product", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    turn: Mapped[str | None] = mapped_column(String(64))
    person: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    lesson: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[str | None] = mapped_column(String(64))
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposed: Mapped[str] = mapped_column(Text)
    consent: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    reply: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    reusable: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    reason: Mapped[str] = mapped_column(Text)
    distance: Mapped[int | None] = mapped_column()
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    decided: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VerifiedAnswerRow(Base):
    """A person's reply that may answer the same question again while the text it rests on stands.

    `question` has the ways to ask, one a line; `passages` are the ids it was checked against, each with the stretch
    that is quoted; `reason` says why it was retired.
    """

    __tablename__ = "verified_answer"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"), index=True)
    question: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(8))
    lesson: Mapped[str] = mapped_column(String(64))
    revision: Mapped[str] = mapped_column(String(64))
    passages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    hand_over: Mapped[str] = mapped_column(ForeignKey("hand_over.id"))
    by: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    retired: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
