"""The append-only event log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, UtcDateTime


class EventRow(Base):
    """One thing that happened; written once under an id that makes a repetition harmless, never changed."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_product_at", "product", "at"), Index("ix_event_actor", "actor", "product"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    verb: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str | None] = mapped_column(String(64))
    lesson: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
