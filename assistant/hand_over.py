"""Hand-overs: a question goes to a person, who answers it or says why not, and the learner is told.

Nothing is handed over without the learner's consent. A turn is handed over once: pressing twice gives the same card.
What becomes of a card is decided in `decide_hand_over`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from assistant.conversations import keep_conversation
from assistant.tables import HandOverRow
from feedback.inbox import MAX_TEXT_CHARS, NewItem, record_item, voice_of
from feedback.item import ItemKind, Source
from foundation.errors import Conflict, Invalid, NotFound
from foundation.ids import ConversationId, HandOverId, PersonId, ProductSlug, TurnId, random_id
from foundation.text import clean_text
from learning.events import Verb, record_event
from learning.people import checked_name, find_person

MAX_NOTE_CHARS = 2_000
MAX_NOTES = 10
# What one conversation may have waiting at once: more is a hand on the button, and the queue is for everybody.
MAX_WAITING = 10


class HandOverState(StrEnum):
    """What has become of a card."""

    WAITING = "waiting"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HandOver:
    """A card and what came of it.

    `card` is what was known when it was handed over (`assistant.hand_over_card.Card`), `decided_by` the id of who
    decided, `distance` the characters changed from `proposed` to `reply`, `told` when the learner saw the outcome.
    """

    id: HandOverId
    product: ProductSlug
    conversation: ConversationId
    turn: TurnId | None
    person: PersonId | None
    state: HandOverState
    question: str
    lesson: str | None
    revision: str | None
    card: dict[str, Any]
    proposed: str
    reply: str
    decided_by: PersonId | None
    reusable: bool
    reason: str
    distance: int | None
    created: datetime
    decided: datetime | None
    told: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a learner asks to be handed over, and where they were.

    Without `turn` it is the whole conversation, and `note` the question. `called` is what they want to be called.
    `lesson` is the slug of the open one, `second` where its recording stands, `block` the exercise it is about.
    """

    product: ProductSlug
    conversation: ConversationId
    turn: TurnId | None = None
    person: PersonId | None = None
    note: str = ""
    called: str = ""
    lesson: str | None = None
    block: str | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A card's content beside the wish: where it belongs, what is proposed, and all that is shown of it."""

    question: str
    lesson: str | None
    revision: str | None
    proposed: str
    card: dict[str, Any]


def checked_wish(wish: Wish, *, consent: bool) -> Wish:
    """The wish with its texts cleaned; raises Invalid without consent, or for a text that is too long."""
    if not consent:
        raise Invalid("nothing was handed over: send consent=true once the learner has agreed that a person sees it")
    note = checked_text(wish.note, "note", MAX_NOTE_CHARS)
    return replace(wish, note=note, called=checked_name(wish.called))


def earlier_hand_over(session: Session, wish: Wish) -> HandOver | None:
    """The card a wish was handed over with before; what was withdrawn may be handed over anew.

    Of a whole conversation it is the one that still waits.
    """
    mine = select(HandOverRow).where(
        HandOverRow.conversation == wish.conversation, HandOverRow.state != HandOverState.WITHDRAWN
    )
    if wish.turn is None:
        mine = mine.where(HandOverRow.turn.is_(None), HandOverRow.state == HandOverState.WAITING)
    else:
        mine = mine.where(HandOverRow.turn == wish.turn)
    row = session.scalar(mine.order_by(HandOverRow.created.desc()).limit(1))
    return None if row is None else as_told(row)


def hand_over(session: Session, wish: Wish, prepared: Prepared, *, now: datetime) -> HandOver:
    """Put a card into the queue, or add the note to the one that waits there already.

    The wish was checked (`checked_wish`). Raises Conflict where a conversation has too many cards waiting.
    """
    earlier = earlier_hand_over(session, wish)
    if earlier is not None:
        return _with_note(session, earlier, wish.note)
    keep_conversation(session, wish.conversation, wish.product, person=wish.person, now=now)
    waiting = HandOverRow.conversation == wish.conversation, HandOverRow.state == HandOverState.WAITING
    if (session.scalar(select(func.count()).where(*waiting)) or 0) >= MAX_WAITING:
        raise Conflict(f"{MAX_WAITING} questions of this conversation wait for an answer; take one of them back first")
    row = HandOverRow(id=random_id("h"), product=wish.product, conversation=wish.conversation, turn=wish.turn)
    row.person, row.state, row.question = wish.person, HandOverState.WAITING, prepared.question
    row.lesson, row.revision, row.card = prepared.lesson, prepared.revision, prepared.card
    row.proposed, row.consent = prepared.proposed, True
    row.reply, row.decided_by, row.reusable, row.reason = "", None, False, ""
    row.distance, row.created, row.decided, row.told = None, now, None, None
    session.add(row)
    session.flush()
    record_event(
        session,
        f"handed-over-{row.id}",
        product=wish.product,
        verb=Verb.HANDED_OVER,
        actor=wish.person,
        lesson=prepared.lesson,
        block=wish.block,
        detail={"hand_over": row.id, "turn": wish.turn},
        at=now,
    )
    _tell_authors(session, wish, prepared, row.id, now=now)
    return as_told(row)


def _tell_authors(session: Session, wish: Wish, prepared: Prepared, hand_over_id: str, *, now: datetime) -> None:
    """Keep the question as something a person was needed for; it is taken back with the card."""
    item = NewItem(
        wish.product,
        ItemKind.HANDED_OVER,
        prepared.question[:MAX_TEXT_CHARS],
        turn=wish.turn,
        lesson=prepared.lesson,
        source=Source.HAND_OVER,
        learner=wish.person,
        voice=voice_of(session, wish.person),
        external=hand_over_id,
    )
    record_item(session, item, now=now)


def find_hand_over(session: Session, product: str, hand_over_id: str) -> HandOver:
    """A product's card; raises NotFound."""
    return as_told(row_of(session, product, hand_over_id))


def own_hand_over(session: Session, product: str, hand_over_id: str, *, conversation: str) -> HandOver:
    """The card as whoever holds its conversation may see it; raises NotFound."""
    return as_told(own_row(session, product, hand_over_id, conversation))


def own_hand_overs(
    session: Session, product: str, *, conversation: str | None = None, person: str | None = None
) -> list[HandOver]:
    """The cards of a conversation and those of a person, the latest first."""
    mine = (HandOverRow.conversation == conversation) | (HandOverRow.person == person)
    rows = session.scalars(_newest_first(select(HandOverRow).where(HandOverRow.product == product, mine)))
    return [as_told(row) for row in rows]


def queue(session: Session, products: Collection[str], *, state: HandOverState) -> list[HandOver]:
    """The cards of these products in one state: those that wait the oldest first, the others the latest first."""
    mine = select(HandOverRow).where(HandOverRow.product.in_(products), HandOverRow.state == state)
    if state is HandOverState.WAITING:
        mine = mine.order_by(HandOverRow.created, HandOverRow.id)
    else:
        mine = mine.order_by(HandOverRow.decided.desc(), HandOverRow.id)
    return [as_told(row) for row in session.scalars(mine)]


def count_hand_overs(session: Session, products: Collection[str]) -> dict[tuple[str, HandOverState], int]:
    """How many cards each product has in each state; what has none is left out."""
    counted = select(HandOverRow.product, HandOverRow.state, func.count()).where(HandOverRow.product.in_(products))
    rows = session.execute(counted.group_by(HandOverRow.product, HandOverRow.state))
    return {(product, HandOverState(state)): count for product, state, count in rows}


def count_waiting_hand_overs(session: Session, product: str) -> int:
    """How many questions of a product wait for a person."""
    return count_hand_overs(session, [product]).get((product, HandOverState.WAITING), 0)


def decider_name(session: Session, done: HandOver) -> str:
    """Who decided, as they want to be called; "" where nobody did, or they did not say."""
    if done.decided_by is None:
        return ""
    try:
        return find_person(session, done.decided_by).name
    except NotFound:
        return ""


def names_of(session: Session, done: Sequence[HandOver]) -> dict[str, str]:
    """Who decided on each of these cards, by the card's id."""
    return {each.id: decider_name(session, each) for each in done}


def erase_hand_overs(session: Session, person: str) -> int:
    """Leave nothing of a person's words on their cards; gives how many there were. What waits is withdrawn."""
    rows = session.scalars(select(HandOverRow).where(HandOverRow.person == person)).all()
    for row in rows:
        if row.state == HandOverState.WAITING:
            row.state = HandOverState.WITHDRAWN
        row.person, row.question, row.card = None, "", {}
        row.proposed, row.reply, row.reason = "", "", ""
    session.flush()
    return len(rows)


def checked_text(text: str, name: str, most: int) -> str:
    """A text as it is kept; raises Invalid when it is too long."""
    kept = clean_text(text).strip()
    if len(kept) > most:
        raise Invalid(f"the {name} has {len(kept)} characters; {most} are the most")
    return kept


def _with_note(session: Session, earlier: HandOver, note: str) -> HandOver:
    """The card that is there, with what the learner wrote this time if it is new and the card still waits."""
    notes = list(earlier.card.get("notes", []))
    if earlier.state is not HandOverState.WAITING or not note or note in notes or len(notes) >= MAX_NOTES:
        return earlier
    row = row_of(session, earlier.product, earlier.id)
    row.card = {**row.card, "notes": [*notes, note]}
    session.flush()
    return as_told(row)


def row_of(session: Session, product: str, hand_over_id: str) -> HandOverRow:
    """The row of a product's card; raises NotFound."""
    row = session.get(HandOverRow, hand_over_id)
    if row is None or row.product != product:
        raise NotFound("this card is not known here")
    return row


def own_row(session: Session, product: str, hand_over_id: str, conversation: str) -> HandOverRow:
    """The row for whoever holds its conversation; raises NotFound."""
    row = row_of(session, product, hand_over_id)
    if row.conversation != conversation:
        raise NotFound("this card is not known here")
    return row


def _newest_first(found: Select[HandOverRow]) -> Select[HandOverRow]:
    return found.order_by(HandOverRow.created.desc(), HandOverRow.id)


def as_told(row: HandOverRow) -> HandOver:
    """A row as everybody outside of this room sees it."""
    return HandOver(
        id=HandOverId(row.id),
        product=ProductSlug(row.product),
        conversation=ConversationId(row.conversation),
        turn=None if row.turn is None else TurnId(row.turn),
        person=None if row.person is None else PersonId(row.person),
        state=HandOverState(row.state),
        question=row.question,
        lesson=row.lesson,
        revision=row.revision,
        card=row.card,
        proposed=row.proposed,
        reply=row.reply,
        decided_by=None if row.decided_by is None else PersonId(row.decided_by),
        reusable=row.reusable,
        reason=row.reason,
        distance=row.distance,
        created=row.created,
        decided=row.decided,
        told=row.told,
    )
