"""Keeps the answer memory true to what is live: what changed leaves it, what is in it can be found."""

import logging

from assistant.verified import keep_question_vectors, retire_changed
from companion.wiring import House
from foundation.errors import EncoderUnavailable
from knowledge.products import list_products

_log = logging.getLogger(__name__)


def retire_answers(house: House, product: str | None = None) -> int:
    """Retire the verified answers, of one product or all, whose texts are not live any more; gives how many."""
    with house.database.write() as session:
        products = [each.slug for each in list_products(session)] if product is None else [product]
        gone = retire_changed(session, products, now=house.clock())
    if gone:
        _log.info("answers.retired count=%d", gone)
    return gone


def bring_answers_up_to_date(house: House) -> None:
    """Retire what changed while nobody looked, and encode the questions this encoder has not seen yet."""
    retire_answers(house)
    try:
        keep_question_vectors(house.database, house.encoder)
    except EncoderUnavailable as err:
        # Until the next start these answers are given to nobody; everything else goes on.
        _log.error("vectors.unavailable error=%s", type(err).__name__)
