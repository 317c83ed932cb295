"""Decides on a card, once: its team answers or declines, its learner takes it back; and tells the learner.

What is closed stays closed; of two people who decide at once the first one wins, the other hears who was quicker.
"""

from datetime import datetime

from rapidfuzz.distance import Levenshtein
from sqlalchemy.orm import Session

from assistant.hand_over import HandOver, HandOverState, as_told, checked_text, decider_name, own_row, row_of
from assistant.tables import HandOverRow
from feedback.forget import take_back
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.ids import PersonId, ProductSlug
from learning.events import Verb, record_event
from learning.roles import STAFF, may, roles_in

MAX_REPLY_CHARS = 8_000


MAX_REASON_CHARS = 2_000


class HandOverClosed(Conflict):
    """The card was decided or withdrawn before; `by` is the name of who did, "" for its learner."""

    def __init__(self, state: HandOverState, *, by: str, at: datetime) -> None:
        self.state, self.by, self.at = state, by, at
        who = f" by {by}" if by else ""
        super().__init__(f"this card was {state}{who} at {at:%Y-%m-%d %H:%M} UTC; nothing more can be done with it")


def answer_hand_over(
    session: Session, product: str, hand_over_id: str, *, by: PersonId, reply: str, draft: bool = False, now: datetime
) -> HandOver:
    """Send a reply. Raises NotFound, NotAllowed, HandOverClosed, Invalid.

    With `draft` it was written from the model's draft on the card, and compared with that.
    """
    row = _to_decide(session, product, hand_over_id, by)
    text = checked_text(reply, "reply", MAX_REPLY_CHARS)
    if not text:
        raise Invalid("the reply is empty; write what the learner should know, or decline")
    if draft and row.card.get("draft"):
        row.proposed = row.card["draft"]
    row.state, row.reply = HandOverState.ANSWERED, text
    row.distance = Levenshtein.distance(row.proposed, text)
    return _decided(session, row, by=by, now=now)


def decline_hand_over(
    session: Session, product: str, hand_over_id: str, *, by: PersonId, reason: str, now: datetime
) -> HandOver:
    """Say that there will be no answer, and why: the learner is told. Raises what `answer_hand_over` raises."""
    row = _to_decide(session, product, hand_over_id, by)
    told = checked_text(reason, "reason", MAX_REASON_CHARS)
    if not told:
        raise Invalid("the reason is empty; write what the learner should know instead of an answer")
    row.state, row.reason = HandOverState.DECLINED, told
    return _decided(session, row, by=by, now=now)


def withdraw_hand_over(
    session: Session, product: str, hand_over_id: str, *, conversation: str, now: datetime
) -> HandOver:
    """The learner takes a question back that waits. Raises NotFound, HandOverClosed."""
    row = own_row(session, product, hand_over_id, conversation)
    _check_open(session, row)
    row.state, row.decided = HandOverState.WITHDRAWN, now
    take_back(session, row.product, row.id)
    session.flush()
    return as_told(row)


def note_told(session: Session, product: str, hand_over_id: str, *, conversation: str, now: datetime) -> None:
    """The learner was shown what became of a card; what still waits is left as it is. Raises NotFound."""
    row = own_row(session, product, hand_over_id, conversation)
    if row.decided is not None and row.told is None:
        row.told = now
    session.flush()


def keep_draft(session: Session, product: str, hand_over_id: str, draft: str) -> None:
    """Put a model's draft onto a card that waits; staff alone see it. Raises NotFound, HandOverClosed."""
    row = row_of(session, product, hand_over_id)
    _check_open(session, row)
    row.card = {**row.card, "draft": draft}
    session.flush()


def mark_reusable(session: Session, product: str, hand_over_id: str) -> None:
    """Note that the reply joined the answer memory; raises NotFound."""
    row_of(session, product, hand_over_id).reusable = True
    session.flush()


def _to_decide(session: Session, product: str, hand_over_id: str, by: PersonId) -> HandOverRow:
    row = row_of(session, product, hand_over_id)
    if not may(roles_in(session, by, product), STAFF):
        raise NotAllowed("only the team of this product may decide on its cards")
    _check_open(session, row)
    return row


def _check_open(session: Session, row: HandOverRow) -> None:
    state = HandOverState(row.state)
    if state is not HandOverState.WAITING:
        done = as_told(row)
        raise HandOverClosed(state, by=decider_name(session, done), at=row.decided or row.created)


def _decided(session: Session, row: HandOverRow, *, by: PersonId, now: datetime) -> HandOver:
    row.decided_by, row.decided = by, now
    session.flush()
    waited_s = int((now - row.created).total_seconds())
    record_event(
        session,
        f"replied-{row.id}",
        product=ProductSlug(row.product),
        verb=Verb.REPLIED,
        # Nobody's own doing as far as learning goes: no figure may take it for a learner's step.
        actor=None,
        lesson=row.lesson,
        detail={"hand_over": row.id, "state": row.state, "distance": row.distance, "waited_s": waited_s},
        at=now,
    )
    return as_told(row)
