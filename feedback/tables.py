"""Rows of what learners told us: feedback items, and gaps, the questions a course did not answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, UtcDateTime


class ItemRow(Base):
    """One thing a learner said about an answer, a lesson or the course."""

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_product_created", "product", "created"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    turn: Mapped[str | None] = mapped_column(String(64))
    lesson: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class GapRow(Base):
    """A question the product could not answer, or only in part, and the lesson nearest to it."""

    __tablename__ = "gap"
    __table_args__ = (Index("ix_gap_product_created", "product", "created"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.slug"))
    turn: Mapped[str] = mapped_column(String(64), unique=True)
    question: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(16))
    lesson: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
