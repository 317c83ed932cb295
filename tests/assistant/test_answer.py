"""Asking a product, end to end below the entrances."""

import anyio

from assistant.answer import Question
from assistant.reply import Outcome
from companion.wiring import House


def _ask(house: House, text: str, product: str = "ab-tests-en", **more: str) -> dict:
    return anyio.run(house.answerer.reply, Question(product, text, **more))


def test_an_answer_is_made_of_the_courses_own_sentences(sample_house: House) -> None:
    done = _ask(sample_house, "What is a p-value?")
    assert done["outcome"] == Outcome.ANSWERED
    assert done["citations"]
    for citation in done["citations"]:
        assert citation["quote"] in done["text"]
        assert citation["locator"]["url"].startswith(f"/p/ab-tests-en/lessons/{citation['lesson']}")
