"""What is kept about a learner in one product, in words they can see, correct and delete.

Every item is traceable to the turn it was said in. It is used only where the product's profile says so, and decides
little: the language of replies and what to call somebody. It is not shown to a chat model.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.self_told import MemoryKind, SelfTold, kept_text, read_self_told
from assistant.tables import MemoryRow, TurnRow
from foundation.errors import Invalid, NotFound
from foundation.ids import ProductSlug, TurnId, random_id
from knowledge.language import Lang
from knowledge.words import fold
from learning.people import find_person

MAX_ITEMS = 30
# Of these there is one: what is said later takes its place.
_SINGLE = frozenset({MemoryKind.LANGUAGE, MemoryKind.PACE, MemoryKind.NAME_TO_USE, MemoryKind.GOAL})
_ASKED = select(TurnRow.id, TurnRow.question)


class MemorySource(StrEnum):
    """How an item came to be what it is."""

    SAID = "said"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class MemoryItem:
    """One thing kept. `turn` is where it was said, `said` the words of that turn, "" where the turn is gone."""

    id: str
    kind: MemoryKind
    text: str
    turn: str | None
    said: str
    source: MemorySource
    created: datetime
    corrected: datetime | None


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything kept about a learner in a product, oldest first."""

    items: tuple[MemoryItem, ...] = ()

    def texts(self, kind: MemoryKind) -> list[str]:
        """What is kept of one kind."""
        return [item.text for item in self.items if item.kind is kind]

    @property
    def name(self) -> str:
        """What the learner wants to be called, "" when they did not say."""
        return next(iter(self.texts(MemoryKind.NAME_TO_USE)), "")


def remember(
    session: Session, person: str, product: ProductSlug, message: str, *, turn: TurnId, now: datetime
) -> list[SelfTold]:
    """Keep what a message tells of its author; gives what is new.

    Nothing is kept of who is not known, or beyond the most items there may be.
    """
    told = read_self_told(message)
    if not told or not _is_known(session, person):
        return []
    kept = _rows(session, person, product)
    fresh = []
    for each in told:
        if any(row.kind == each.kind and fold(row.text) == fold(each.text) for row in kept):
            continue
        replaced = [row for row in kept if row.kind == each.kind] if each.kind in _SINGLE else []
        if not replaced and len(kept) >= MAX_ITEMS:
            continue
        for row in replaced:
            session.delete(row)
            kept.remove(row)
        row = MemoryRow(id=random_id("m"), person=person, product=product, kind=each.kind, text=each.text, turn=turn)
        row.source, row.created, row.corrected = MemorySource.SAID, now, None
        session.add(row)
        kept.append(row)
        fresh.append(each)
    session.flush()
    return fresh


def recall(session: Session, person: str, product: str) -> Memory:
    """What is kept about a learner in a product."""
    rows = _rows(session, person, product)
    turns = [row.turn for row in rows if row.turn is not None]
    said = {row.id: row.question for row in session.execute(_ASKED.where(TurnRow.id.in_(turns)))}
    return Memory(tuple(_item(row, said.get(row.turn or "", "")) for row in rows))


def language_asked_for(session: Session, person: str, product: str) -> Lang | None:
    """The language a learner once asked for, for every later reply."""
    mine = select(MemoryRow.text).where(MemoryRow.person == person, MemoryRow.product == product)
    asked = session.scalar(mine.where(MemoryRow.kind == MemoryKind.LANGUAGE).limit(1))
    return None if asked is None else "ru" if asked == "ru" else "en"


def correct_item(session: Session, person: str, product: str, item: str, text: str, *, now: datetime) -> None:
    """Put other words in an item's place; contact data is blacked out. Raises NotFound, Invalid."""
    row = _row(session, person, product, item)
    kept = kept_text(MemoryKind(row.kind), text)
    if not kept:
        raise Invalid("there is nothing left to keep of this; write it in a few words, a language as ru or en")
    row.text, row.source, row.corrected = kept, MemorySource.CORRECTED, now
    session.flush()


def forget_item(session: Session, person: str, product: str, item: str) -> None:
    """Delete one item; raises NotFound."""
    session.delete(_row(session, person, product, item))
    session.flush()


def forget_all(session: Session, person: str, product: str) -> int:
    """Delete everything kept about a learner in a product; gives how many items that were."""
    rows = _rows(session, person, product)
    session.execute(delete(MemoryRow).where(MemoryRow.person == person, MemoryRow.product == product))
    return len(rows)


def _rows(session: Session, person: str, product: str) -> list[MemoryRow]:
    mine = select(MemoryRow).where(MemoryRow.person == person, MemoryRow.product == product)
    return list(session.scalars(mine.order_by(MemoryRow.created, MemoryRow.id)))


def _row(session: Session, person: str, product: str, item: str) -> MemoryRow:
    row = session.get(MemoryRow, item)
    if row is None or row.person != person or row.product != product:
        raise NotFound("nothing is remembered under this id")
    return row


def _item(row: MemoryRow, said: str) -> MemoryItem:
    return MemoryItem(
        row.id,
        MemoryKind(row.kind),
        row.text,
        row.turn,
        said,
        MemorySource(row.source),
        row.created,
        row.corrected,
    )


def _is_known(session: Session, person: str) -> bool:
    try:
        find_person(session, person)
    except NotFound:
        return False
    return True
