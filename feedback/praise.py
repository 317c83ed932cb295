"""Praise that may be published: what learners said who agreed to be quoted in public."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback.counting import Window
from feedback.item import ItemKind, Place, Voice
from feedback.tables import ItemRow
from knowledge.sentences import sentence_spans

MOST_CHARS = 300
_CONTENT = 0.5
"""From this score on somebody is content."""
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Praise:
    """A verbatim beginning of an item, whole sentences where it is cut, and the place it is about."""

    item: str
    text: str
    place: Place


def publishable_praise(session: Session, product: str, window: Window, *, most: int) -> list[Praise]:
    """The newest first, one of each learner; of nobody known it cannot be said that they agreed."""
    agreed = select(ItemRow).where(
        *(ItemRow.product == product, ItemRow.consent.is_(True), ItemRow.created <= window.until),
        or_(ItemRow.kind.in_((ItemKind.PRAISE, ItemKind.THUMB_UP)), ItemRow.score >= _CONTENT),
        *(ItemRow.learner.is_not(None), ItemRow.voice != Voice.NOBODY),
    )
    if window.since is not None:
        agreed = agreed.where(ItemRow.created >= window.since)
    told: dict[str | None, Praise] = {}
    for row in session.scalars(agreed.order_by(ItemRow.created.desc(), ItemRow.id)):
        text = _beginning(row.text)
        if row.learner not in told and len(text.split()) >= _LEAST_WORDS:
            told[row.learner] = Praise(row.id, text, Place(row.lesson, row.anchor))
        if len(told) == most:
            break
    return list(told.values())


def _beginning(text: str) -> str:
    """As many whole sentences as fit; nothing where the first does not."""
    if len(text) <= MOST_CHARS:
        return text.strip()
    ends = [span.end for span in sentence_spans(text) if span.end <= MOST_CHARS]
    return text[: max(ends, default=0)].strip()
