"""Takes in what learners say about answers and lessons."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.item import ItemKind as ItemKind
from feedback.tables import ItemRow
from foundation.errors import Invalid
from foundation.ids import ProductSlug, random_id
from foundation.text import clean_text

MAX_TEXT_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class NewItem:
    """A feedback item before it is kept; `turn` and `lesson` were checked by the caller."""

    product: ProductSlug
    kind: ItemKind
    text: str = ""
    turn: str | None = None
    lesson: str | None = None


def record_item(session: Session, item: NewItem, *, now: datetime) -> str:
    """Keep an item and return its id. Raises Invalid for a comment without words or one that is too long."""
    text = clean_text(item.text).strip()
    if item.kind is ItemKind.COMMENT and not text:
        raise Invalid("the comment is empty; write what should be better")
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid(f"the text has {len(text)} characters; {MAX_TEXT_CHARS} are the most")
    row = ItemRow(id=random_id("i"), product=item.product, kind=item.kind, text=text, turn=item.turn)
    row.lesson, row.created = item.lesson, now
    session.add(row)
    session.flush()
    return row.id
