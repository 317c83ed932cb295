"""What people make possible in a conversation: asking one of them, and an answer one of them gave before."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.compose import Draft
from assistant.extract import Quote
from assistant.hand_over import HandOverState, own_hand_overs
from assistant.masking import tells
from assistant.move import Move, Offer
from assistant.moves import Asked
from assistant.phrases import Phrase, phrase
from assistant.reply import Outcome
from assistant.verified import Near, live_sources, nearest_verified
from foundation.database import Database
from knowledge.centring import centre
from knowledge.encoder import Vector
from knowledge.language import Lang
from knowledge.shelves import Shelves


def person(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Says what a person would see and offers to ask one; nothing is sent by a message, only by the press."""
    with database.read() as session:
        cards = own_hand_overs(session, asked.product.slug, conversation=asked.conversation, person=asked.learner)
    waiting = [card for card in cards if card.state is HandOverState.WAITING]
    words = [phrase(Phrase.PERSON_OFFER, asked.locale)]
    if waiting:
        words.insert(0, phrase(Phrase.PERSON_WAITING, asked.locale).format(count=len(waiting)))
    return Move(
        name="person",
        drafts=tuple(Draft(each) for each in words),
        outcome=Outcome.ANSWERED,
        offers=(Offer.PERSON,),
        facts={"waiting": len(waiting)},
    )


def verified(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Gives the answer a person gave to the same question, while every text it rests on is live and in sight.

    A question that leans on its conversation, or is about an exercise, is left to others, and nobody is told the
    solution of an exercise that is kept from their turn.
    """
    carried = asked.looked.carried
    about_exercise = asked.block is not None or asked.at_stake.about is not None
    if about_exercise or (carried is not None and carried.taken):
        return None
    ranking = asked.looked.ranking
    with database.read() as session:
        found = nearest_verified(
            session,
            asked.product.slug,
            ranking.question,
            lang=ranking.lang,
            vector=_centred(asked, shelves),
            encoder=shelves.encoder,
        )
        for near in found:
            move = _given(session, near, asked) if near.is_same else None
            if move is not None:
                return move
    return None


def _centred(asked: Asked, shelves: Shelves) -> Vector:
    """The question's vector at its language's centre, where a search among several languages has moved it already."""
    ranking = asked.looked.ranking
    if asked.looked.shelf.langs != {ranking.lang}:
        return ranking.vector
    return centre(ranking.vector, lang=ranking.lang, role="question", encoder_id=shelves.encoder.id)


def _given(session: Session, near: Near, asked: Asked) -> Move | None:
    answer = near.answer
    sources = live_sources(session, answer)
    # What a question finds is what its asker may see; an answer about none of it is about something else.
    seen = {hit.place.lesson for hit in asked.looked.ranking.hits}
    if sources is None or not seen & {source.lesson.id for source in sources.values()}:
        return None
    if tells(answer.text, asked.at_stake.solutions):
        return None
    told = phrase(Phrase.VERIFIED, asked.locale).format(date=_day(answer.created, asked.locale))
    quotes = tuple(Quote(sources[each.passage], each.start, each.end) for each in answer.rests_on if each.end)
    return Move(
        name="verified",
        drafts=(Draft(told), Draft(answer.text, quotes)),
        outcome=Outcome.ANSWERED,
        offers=(Offer.PERSON,),
        facts={"verified": answer.id},
    )


def _day(moment: datetime, lang: Lang) -> str:
    return f"{moment:%d.%m.%Y}" if lang == "ru" else f"{moment.day} {moment:%B} {moment.year}"
