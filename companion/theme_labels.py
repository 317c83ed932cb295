"""Lets the house's chat model word the labels of themes."""

from companion.wiring import House
from feedback.label_with_model import Worded, word_labels
from foundation.errors import ModelUnavailable


async def word_theme_labels(house: House, product: str) -> Worded:
    """Word the labels of a product's themes; raises ModelUnavailable, also where no model is set up."""
    answerer = house.answerer
    if answerer.chat is None:
        raise ModelUnavailable("no chat model is set up; themes keep the labels made of their learners' words")
    chat = answerer.chat if answerer.spending is None else answerer.spending.chat_for(answerer.chat, product)
    return await word_labels(house.database, product, chat, now=house.clock())
