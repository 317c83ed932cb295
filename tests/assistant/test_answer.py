"""Asking a product, end to end below the entrances."""

import json
from typing import Any

import pytest

from assistant.answer import MAX_QUESTION_CHARS
from assistant.phrases import Phrase, phrase
from assistant.reply import EventName, Outcome
from companion.wiring import House
from foundation.errors import Invalid, NotFound
from knowledge.blocks import BlockKind
from knowledge.passages import PassageKind
from tests.assistant.asking import ask, events_of, kept_gaps, places_of, sources_of, with_model
from tests.conftest import TakeIn

OFF_COURSE = {"en": "Who painted the ceiling of the Sistine Chapel?", "ru": "Кто расписал потолок Сикстинской капеллы?"}
ON_COURSE = {
    "en": [
        "What is a p-value?",
        "What is sample ratio mismatch?",
        "How does CUPED reduce variance?",
        "Why is peeking at a running test a problem?",
        "What does Holm's correction do?",
        "how long should a test run",
        "What does Holm guarantee that Bonferroni does not?",
        "diff_ci",
    ],
    "ru": [
        "Что такое p-значение?",
        "Что такое мощность теста?",
        "Почему нельзя подглядывать в тест?",
        "Как CUPED уменьшает дисперсию?",
        "сколько должен идти тест",
        "Чем A/A-тест отличается от A/B-теста?",
    ],
}
ALL = [(f"ab-tests-{lang}", question) for lang, questions in ON_COURSE.items() for question in questions]


class NeverAsked:
    """A chat model that must not be called."""

    name = "never:asked"

    def stream(self, messages: Any) -> Any:
        raise AssertionError("the chat model was called")


def _check_citations(house: House, product: str, reply: dict[str, Any]) -> None:
    """Every quote is its passage's own characters, stands in the text, and is nothing put to learners as a task."""
    for citation, source in zip(reply["citations"], sources_of(house, reply), strict=True):
        start = source.text.find(citation["quote"])
        assert start >= 0
        assert citation["quote"] in reply["text"]
        assert f"[{citation['number']}]" in reply["text"]
        assert (citation["lesson"], citation["title"]) == (source.lesson.slug, source.lesson.title)
        assert citation["locator"]["url"].startswith(f"/p/{product}/lessons/{source.lesson.slug}")
        assert source.kind is not PassageKind.EXERCISE
        end = start + len(citation["quote"])
        assert not [s for s in source.segments if s.kind is BlockKind.EXERCISE and s.start < end and start < s.end]


@pytest.mark.parametrize(("product", "question"), ALL)
def test_an_answer_is_made_of_the_courses_own_sentences_in_course_order(
    sample_house: House, product: str, question: str
) -> None:
    reply = ask(sample_house, question, product)
    assert (reply["outcome"] == Outcome.DECLINED) == (not reply["citations"])
    _check_citations(sample_house, product, reply)
    assert [citation["number"] for citation in reply["citations"]] == list(range(1, len(reply["citations"]) + 1))
    places = places_of(sample_house, product)
    order = [places[source.passage] for source in sources_of(sample_house, reply)]
    assert order == sorted(order)


@pytest.mark.parametrize(("lang", "question"), [("en", "What is a p-value?"), ("ru", "Что такое p-значение?")])
def test_a_question_the_course_covers_is_answered(sample_house: House, lang: str, question: str) -> None:
    reply = ask(sample_house, question, f"ab-tests-{lang}")
    assert reply["outcome"] == Outcome.ANSWERED
    assert reply["citations"]
    assert reply["gap"] is None
    assert reply["confidence"] > 0.5
    assert kept_gaps(sample_house) == []


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_question_nothing_covers_is_declined_without_calling_the_model(sample_house: House, lang: str) -> None:
    answerer = with_model(sample_house, NeverAsked())
    events = events_of(answerer, OFF_COURSE[lang], f"ab-tests-{lang}")
    assert [event.name for event in events] == [EventName.META, EventName.DELTA, EventName.DONE]
    reply = events[-1].data
    assert (reply["outcome"], reply["citations"]) == (Outcome.DECLINED, ())
    assert reply["text"] in {phrase(Phrase.DECLINED, lang), phrase(Phrase.DECLINED_NEAR, lang)}
    assert [gap.id for gap in kept_gaps(sample_house)] == [reply["gap"]]


def test_a_message_without_words_is_declined_as_such(sample_house: House) -> None:
    reply = ask(sample_house, "?!", locale="en")
    assert (reply["outcome"], reply["text"]) == (Outcome.DECLINED, phrase(Phrase.DECLINED_WORDS, "en"))


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_the_locale_decides_the_words_around_the_quotes(sample_house: House, locale: str) -> None:
    reply = ask(sample_house, OFF_COURSE["en"], locale=locale)
    assert reply["text"] in {phrase(Phrase.DECLINED, locale), phrase(Phrase.DECLINED_NEAR, locale)}


def test_without_a_locale_the_words_follow_the_question(sample_house: House) -> None:
    reply = ask(sample_house, OFF_COURSE["ru"], "ab-tests-en")
    assert reply["text"] in {phrase(Phrase.DECLINED, "ru"), phrase(Phrase.DECLINED_NEAR, "ru")}


def test_a_product_without_lessons_says_so(take_in: TakeIn, house: House) -> None:
    take_in({"case.md": "# A case\n\nI was too quick.\n"}, cases=True)
    reply = ask(house, "What is power?", "course")
    assert (reply["outcome"], reply["text"]) == (Outcome.DECLINED, phrase(Phrase.DECLINED_EMPTY, "en"))
    assert reply["gap"]


def test_an_answer_key_is_in_no_reply_however_it_is_asked_for(take_in: TakeIn, house: House) -> None:
    course = (
        "# Holm\n\nHolm's method orders the p-values.\n\n## Exercise\n\nOrder the values 0.2 and 0.1, task QUOKKA.\n\n"
        '<details class="solution"><summary>Solution</summary>\n\nThe answer is ZEBRA: 0.1 comes first.\n\n</details>\n'
        "\n## Answers\n\nThe order is 0.1, 0.2, marked OKAPI.\n"
    )
    take_in({"holm.md": course, "other.md": "# Other\n\nNothing about it here.\n"})
    for question in (
        "What is the answer to the exercise? ZEBRA",
        "OKAPI",
        "Order the values 0.2 and 0.1 QUOKKA",
        "Holm",
    ):
        events = events_of(house.answerer, question, "course")
        told = json.dumps([event.data for event in events], ensure_ascii=False)
        secret = ("The answer is", "0.1 comes first", "The order is", "task QUOKKA")
        assert [part for part in secret if part in told] == []


def test_a_removed_lesson_is_gone_from_answers_at_once_and_back_when_restored(take_in: TakeIn, house: House) -> None:
    zebras = "# Zebras\n\nZebras have black and white stripes.\n\nA zebra sleeps standing up.\n"
    course = {"zebras.md": zebras, "lions.md": "# Lions\n\nLions live in prides and hunt at night.\n"}
    take_in(course)
    question = "What stripes do zebras have?"
    before = ask(house, question, "course")
    assert "zebras" in _lessons(before)
    take_in({"lions.md": course["lions.md"]})
    assert "zebras" not in _lessons(ask(house, question, "course"))
    take_in(course)
    after = ask(house, question, "course")
    assert (after["citations"], after["nearest"]) == (before["citations"], before["nearest"])


def _lessons(reply: dict[str, Any]) -> set[str]:
    return {one["lesson"] for one in (*reply["citations"], *reply["nearest"])}


def test_the_learners_place_may_be_named_by_slug_or_by_its_authors_name(sample_house: House) -> None:
    by_slug = ask(sample_house, "What is a p-value?", lesson="12-peeking-and-corrections")
    assert by_slug["outcome"] == Outcome.ANSWERED
    with pytest.raises(NotFound):
        ask(sample_house, "What is a p-value?", lesson="99-nowhere")


@pytest.mark.parametrize("text", ["", "  \n\t", "\x00\ufeff", "x" * (MAX_QUESTION_CHARS + 1)])
def test_an_empty_or_endless_question_is_refused_and_leaves_no_trace(sample_house: House, text: str) -> None:
    with pytest.raises(Invalid):
        ask(sample_house, text)
    assert kept_gaps(sample_house) == []


def test_a_question_as_long_as_allowed_is_taken(sample_house: House) -> None:
    text = ("What is a p-value? " * 1_000)[:MAX_QUESTION_CHARS]
    assert ask(sample_house, text)["outcome"] in set(Outcome)


def test_a_product_nobody_knows_is_not_found(sample_house: House) -> None:
    with pytest.raises(NotFound):
        ask(sample_house, "What is a p-value?", "nowhere")
