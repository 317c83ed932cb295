"""Notices that a learner asks the same once more: what they were answered did not help.

Compared are the earlier questions of the conversation and, where the learner is known, of their other conversations
about the product, by the rule for equal questions (`same_question`); vectors are those the turns were searched by.
"""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from assistant.intents import Intent
from assistant.same_question import asks_the_same
from assistant.tables import ConversationRow, TurnRow
from assistant.trace import read_trace
from assistant.turn import Found
from knowledge.centring import centre
from knowledge.encoder import Vector
from knowledge.language import language_of
from knowledge.shelf import Shelf

# Further back than this, somebody comes back to a subject rather than asks again.
_EARLIER_TURNS = 20


def asked_before(session: Session, found: Found) -> str | None:
    """The latest earlier turn in which the same was asked; None where there is none, or nothing was asked."""
    ranking = found.ranking
    if found.intent is not Intent.QUESTION or not ranking.terms:
        return None
    for turn, question in session.execute(_earlier(found)):
        # By the words first: vectors lie in traces, and few questions are worth reading one.
        if language_of(question) != ranking.lang or not _same(found, question, cosine=1.0):
            continue
        vector = _vector_of(session, turn, found)
        if vector is not None and _same(found, question, cosine=float(vector @ _centred(ranking.vector, found))):
            return turn
    return None


def _earlier(found: Found) -> Select[str, str]:
    """Ids and questions of the turns that are compared, the latest first."""
    mine = ConversationRow.id == found.conversation
    if found.learner is not None:
        mine = or_(mine, ConversationRow.person == found.learner)
    turns = select(TurnRow.id, TurnRow.question).join(ConversationRow, ConversationRow.id == TurnRow.conversation)
    wanted = turns.where(mine, ConversationRow.product == found.product.slug, TurnRow.intent == Intent.QUESTION)
    return wanted.order_by(TurnRow.created.desc(), TurnRow.position.desc(), TurnRow.id).limit(_EARLIER_TURNS)


def _same(found: Found, question: str, *, cosine: float) -> bool:
    return asks_the_same(question, found.text, lang=found.ranking.lang, cosine=cosine)


def _vector_of(session: Session, turn: str, found: Found) -> Vector | None:
    """What an earlier turn was searched by; None where that was another encoder, or the trace is of another time."""
    trace = read_trace(session.scalar(select(TurnRow.trace).where(TurnRow.id == turn)) or {})
    if trace is None or trace.encoder != found.encoder:
        return None
    return _centred(trace.vector, found)


def _centred(vector: Vector, found: Found) -> Vector:
    """As the rule compares; over a shelf of other languages questions are centred before they are searched by."""
    lang = found.ranking.lang
    if isinstance(found.shelf, Shelf) and found.shelf.langs != {lang}:
        return vector
    return centre(vector, lang=lang, role="question", encoder_id=found.encoder)
