"""Gaps: what was asked and not answered."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.inbox import MAX_TEXT_CHARS, NewItem, record_item, voice_of
from feedback.item import ItemKind, Source
from feedback.redaction import redact
from feedback.tables import GapRow
from foundation.ids import ProductSlug, TurnId, content_hash

# What a question that is about something else altogether leaves; an author has nothing to add.
OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Gap:
    """A question the course did not answer, or only in part; `lesson` is the slug of the nearest one."""

    id: str
    turn: str
    question: str
    outcome: str
    lesson: str | None
    created: datetime


def record_gap(
    session: Session,
    *,
    product: ProductSlug,
    turn: TurnId,
    question: str,
    outcome: str,
    lesson: str | None,
    now: datetime,
    learner: str | None = None,
    passage: str | None = None,
    kind: ItemKind = ItemKind.UNANSWERED,
) -> str:
    """Keep a question the course did not answer, once a turn, and return the gap's id.

    It is a feedback item as well, of this `kind`; what is off topic is none, and neither is a question without words.
    `passage` is the one that answers it in part. Personal data is taken out of both.
    """
    name = content_hash(turn, size=12)
    gap_id = f"g-{name}"
    if session.get(GapRow, gap_id) is not None:
        return gap_id
    row = GapRow(id=gap_id, product=product, turn=turn, outcome=outcome, lesson=lesson)
    row.question, row.created = redact(question).text, now
    session.add(row)
    if outcome != OFF_TOPIC and question.strip():
        item = NewItem(product, kind, question[:MAX_TEXT_CHARS], turn, lesson, Source.TURN, outcome=outcome)
        item = replace(item, learner=learner, voice=voice_of(session, learner), passage=passage)
        record_item(session, item, now=now, item_id=f"i-{name}")
    session.flush()
    return gap_id


def list_gaps(session: Session, product: str, *, limit: int, offset: int = 0) -> list[Gap]:
    """A product's gaps, the newest first; what was off topic is kept and not among them."""
    mine = GapRow.product == product, GapRow.outcome != OFF_TOPIC
    rows = select(GapRow).where(*mine).order_by(GapRow.created.desc(), GapRow.id)
    return [
        Gap(row.id, row.turn, row.question, row.outcome, row.lesson, row.created)
        for row in session.scalars(rows.limit(limit).offset(offset))
    ]


def count_gaps(session: Session, product: str) -> int:
    """How many gaps a product has, what was off topic not counted."""
    mine = GapRow.product == product, GapRow.outcome != OFF_TOPIC
    return session.scalar(select(func.count()).select_from(GapRow).where(*mine)) or 0
