"""Hands a question over to a person at one press, whatever else is down."""

import logging
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.answer import Answerer
from assistant.conversations import find_turn, person_of, question_of
from assistant.hand_over import HandOver, Wish, checked_wish, earlier_hand_over, hand_over
from assistant.hand_over_card import Known
from assistant.looking import Looked
from assistant.prepare_card import last_turn, prepare_card
from assistant.same_question import ALIKE_COSINE
from assistant.verified import live_sources, nearest_verified
from foundation.errors import Conflict, EncoderUnavailable, IndexUnavailable
from foundation.ids import PersonId, TurnId
from foundation.text import clean_text
from knowledge.centring import centre
from knowledge.language import Lang, language_of
from knowledge.lessons import find_lesson
from knowledge.products import Product, find_product

_log = logging.getLogger(__name__)
_KNOWN = 3


@dataclass(frozen=True, slots=True)
class Press:
    """A press of the button as it came; every id but the person's is still to be checked.

    `consent` says that the learner has read what a person will see and agreed. Without `conversation` one begins.
    """

    product: str
    consent: bool
    conversation: str | None = None
    turn: str | None = None
    person: PersonId | None = None
    note: str = ""
    called: str = ""
    lesson: str | None = None
    block: str | None = None
    second: int | None = None
    locale: Lang | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The card; `is_new` is False where it was there before."""

    done: HandOver
    is_new: bool


def hand_over_to_person(answerer: Answerer, press: Press) -> HandedOver:
    """Put a card into the queue; pressing again gives the same one.

    The turn it is about is the one named, else, without a note, the conversation's last. Raises NotFound, Conflict.
    A search that is down leaves the card without evidence and keeps nobody from a person.
    """
    with answerer.database.read() as session:
        product = find_product(session, press.product)
        wish = checked_wish(_wish(answerer, session, product, press), consent=press.consent)
        earlier = earlier_hand_over(session, wish)
        question = wish.note if wish.turn is None else question_of(session, wish.turn) or ""
    found = _Found() if earlier is not None else _find(answerer, product, wish, question)
    locale = press.locale or ("ru" if product.lang == "ru" else "en")
    with answerer.database.write() as session:
        prepared = prepare_card(session, product, wish, looked=found.looked, known=found.known, locale=locale)
        done = hand_over(session, wish, prepared, now=answerer.clock())
    is_new = earlier is None or earlier.id != done.id
    _log.info("question.handed_over hand_over=%s new=%s", done.id, is_new)
    return HandedOver(done, is_new)


def _wish(answerer: Answerer, session: Session, product: Product, press: Press) -> Wish:
    """The press with its ids checked."""
    if press.conversation is None:
        conversation = answerer.conversations.begin(product.slug)
    else:
        conversation = answerer.conversations.resume(session, product.slug, press.conversation)
    turn = find_turn(session, product.slug, press.turn, conversation=conversation) if press.turn else None
    if turn is None and not clean_text(press.note).strip():
        latest = last_turn(session, conversation)
        if latest is None:
            raise Conflict("nothing was asked here yet; write in `note` what the person should answer")
        turn = TurnId(latest)
    return Wish(
        product=product.slug,
        conversation=conversation,
        turn=turn,
        person=press.person or person_of(session, conversation),
        note=press.note,
        called=press.called,
        lesson=find_lesson(session, product.slug, press.lesson).slug if press.lesson else None,
        block=press.block,
        second=press.second,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a question: for one no turn belongs to what the content says, and verified answers."""

    looked: Looked | None = None
    known: tuple[Known, ...] = ()


def _find(answerer: Answerer, product: Product, wish: Wish, question: str) -> _Found:
    try:
        looked = answerer.look(question, product) if wish.turn is None else None
        return _Found(looked, _known(answerer, product, question))
    except (EncoderUnavailable, IndexUnavailable) as err:
        _log.error("evidence.unavailable error=%s reason=%s", type(err).__name__, err)
        return _Found()


def _known(answerer: Answerer, product: Product, question: str) -> tuple[Known, ...]:
    encoder, lang = answerer.shelves.encoder, language_of(question)
    vector = centre(encoder.encode_question(question), lang=lang, role="question", encoder_id=encoder.id)
    with answerer.database.read() as session:
        near = nearest_verified(session, product.slug, question, lang=lang, vector=vector, encoder=encoder)[:_KNOWN]
        alike = [each for each in near if each.cosine >= ALIKE_COSINE and live_sources(session, each.answer)]
    return tuple(Known(each.answer.id, each.answer.phrasings[0], each.answer.text, each.is_same) for each in alike)
