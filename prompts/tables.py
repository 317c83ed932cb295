"""Rows of what chat models were used for."""

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class ModelUseRow(Base):
    """What one model was asked for one product on one day (UTC, as 2026-11-30): calls, tokens, US dollars."""

    __tablename__ = "model_use"

    product: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    calls: Mapped[int] = mapped_column()
    prompt_tokens: Mapped[int] = mapped_column()
    reply_tokens: Mapped[int] = mapped_column()
    cost_usd: Mapped[float] = mapped_column(Float)
