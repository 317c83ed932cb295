"""What a model's sentences may tell, one by one and together."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import nullcontext

import anyio
import pytest

from assistant.compose import Draft
from assistant.extract import Quote
from assistant.guard import WITHHELD, Guard, guarded, without_withheld
from assistant.solution import Solution
from foundation.errors import ModelUnavailable
from foundation.ids import PassageId
from knowledge.lessons import Source
from knowledge.passages import PassageKind
from tests.assistant.test_solution import HEAD, exercise

LESSON = "The sample size per group follows from the baseline, and payments stay a guardrail here for now."
SOURCE = Source(PassageId("p-1"), PassageKind.PROSE, LESSON, ("Sizes",), "", (), HEAD)
EXERCISE = exercise()
SOLUTION = Solution(EXERCISE)


def said(text: str) -> Draft:
    return Draft(text, (Quote(SOURCE, 0, len(LESSON)),), by_model=True)


def let_through(*texts: str, in_exercise: bool) -> list[str]:
    guard = Guard((SOLUTION,), exercise=EXERCISE if in_exercise else None)
    return [text for text in texts if guard.lets_through(said(text))]


def test_a_sentence_of_the_lesson_passes_and_one_of_the_key_does_not() -> None:
    good = "The sample size per group follows from the baseline."
    for in_exercise in (True, False):
        assert let_through(good, "It is 80,679 visitors.", "81 days", in_exercise=in_exercise) == [good]


def test_what_the_lesson_says_openly_may_be_said_outside_of_exercises_only() -> None:
    fact = "So payments stay a guardrail here."
    assert let_through(fact, in_exercise=False) == [fact]
    assert let_through(fact, in_exercise=True) == []


def test_what_is_told_bit_by_bit_is_read_together() -> None:
    bits = ["This is why", "payments stay", "a guardrail"]
    assert let_through(bits[0], in_exercise=False) == bits[:1]
    assert let_through(*bits, in_exercise=False) != bits
    assert let_through("The sample size: 80", "679 per group.", in_exercise=True) == ["The sample size: 80"]


@pytest.mark.parametrize("text", ["Dghl xkcd qwfp zxcv.", "Banana orange seven tiger.", "Ещё слова ни о чём."])
def test_in_an_exercise_a_sentence_keeps_to_the_words_it_was_given(text: str) -> None:
    assert let_through(text, in_exercise=True) == []


async def _told(texts: Sequence[str], failure: str = "") -> AsyncGenerator[Draft, None]:
    yield Draft("", trace={"model": "scripted"})
    for text in texts:
        yield said(text)
    if failure:
        raise ModelUnavailable(failure)


@pytest.mark.parametrize("failure", ["", "cut off"])
def test_a_replay_says_what_was_let_through_without_knowing_why(failure: str) -> None:
    texts = ["81 days", "The sample size per group.", "80,679", "From the baseline per group."]

    async def both() -> tuple[list[str], list[str], list[int]]:
        first, withheld = [], []
        with pytest.raises(ModelUnavailable, match=failure) if failure else nullcontext():
            async for draft in guarded(_told(texts, failure), Guard((SOLUTION,), exercise=EXERCISE)):
                first.append(draft.text)
                withheld += draft.trace.get(WITHHELD, [])
        again = [draft.text async for draft in without_withheld(_told(texts), withheld)]
        return [text for text in first if text], [text for text in again if text], withheld

    first, again, withheld = anyio.run(both)
    assert first == again == [texts[1], texts[3]]
    assert withheld == [0, 2]
