"""Gaps: what was asked and not answered."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.tables import GapRow
from foundation.ids import ProductSlug, TurnId, content_hash


def record_gap(
    session: Session,
    *,
    product: ProductSlug,
    turn: TurnId,
    question: str,
    outcome: str,
    lesson: str | None,
    now: datetime,
) -> str:
    """Keep a question the course did not answer, once a turn, and return the gap's id."""
    gap_id = f"g-{content_hash(turn, size=12)}"
    if session.get(GapRow, gap_id) is None:
        row = GapRow(id=gap_id, product=product, turn=turn, question=question, outcome=outcome, lesson=lesson)
        row.created = now
        session.add(row)
        session.flush()
    return gap_id
