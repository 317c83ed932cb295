"""Follow-up questions: understood with what the conversation is about, told so, kept, and said again."""

import logging
from typing import Any

import pytest

from assistant.carrying import Said
from assistant.explain import explain_turn
from assistant.replay import Replay, ReplayState
from companion.wiring import House
from knowledge.products import find_product
from tests.assistant.asking import ask, kept_gaps, kept_turn, with_model
from tests.prompts.scripted import ScriptedChat

RUSSIAN = ("что такое p-значение", "а чем оно не является?", "11-intervals-and-p-values")
ENGLISH = ("what is a ratio metric", "show code", "02-metrics")


def talk(house: House, product: str, *questions: str, **more: Any) -> list[dict[str, Any]]:
    """The replies to questions of one conversation."""
    told: list[dict[str, Any]] = []
    for question in questions:
        conversation = told[0]["conversation"] if told else None
        told.append(ask(house, question, product, conversation=conversation, **more))
    return told


def carried(house: House, reply: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = kept_turn(house, reply["turn"]).trace.get("carried")
    return found


@pytest.mark.parametrize(
    ("product", "first", "then", "lesson", "notice"),
    [
        ("ab-tests-ru", *RUSSIAN, "Понял как продолжение разговора: что такое p-значение."),
        ("ab-tests-en", *ENGLISH, "Taken as going on with: what is a ratio metric."),
        ("ab-tests-en", *RUSSIAN, "Понял как продолжение разговора: что такое p-значение."),
        ("ab-tests-ru", *ENGLISH, "Taken as going on with: what is a ratio metric."),
    ],
)
def test_a_follow_up_is_answered_on_its_topic_and_says_what_it_was_taken_for(
    sample_house: House, product: str, first: str, then: str, lesson: str, notice: str
) -> None:
    _, reply = talk(sample_house, product, first, then)
    assert reply["text"].startswith(notice)
    assert lesson in {citation["lesson"] for citation in reply["citations"]}
    kept = carried(sample_house, reply)
    assert kept is not None
    assert (kept["own"], kept["topic"], kept["taken"]) == (then, first, True)
    with sample_house.database.read() as session:
        told = explain_turn(session, reply["turn"])
    assert told.replay == Replay(ReplayState.SAME)
    assert told.carried == kept


def test_a_question_that_stands_by_itself_is_looked_up_as_if_nothing_had_been_said(sample_house: House) -> None:
    _, reply = talk(sample_house, "ab-tests-en", "what is cuped", "what is a guardrail metric")
    alone = ask(sample_house, "what is a guardrail metric", "ab-tests-en")
    there, here = kept_turn(sample_house, reply["turn"]).trace, kept_turn(sample_house, alone["turn"]).trace
    assert {name: there[name] for name in ("asked", "vector", "hits")} == {
        name: here[name] for name in ("asked", "vector", "hits")
    }
    assert reply["text"] == alone["text"]


def test_a_topic_lasts_over_three_turns_and_through_thanks_and_ends_with_a_new_one(sample_house: House) -> None:
    questions = (
        "что такое бутстрап",
        "где он полезнее всего?",
        "спасибо",
        "приведи пример",
        "что такое перекос групп",
        "почему?",
    )
    replies = talk(sample_house, "ab-tests-ru", *questions)
    topics = [(carried(sample_house, reply) or {}).get("topic") for reply in replies]
    assert topics[0] is topics[2] is topics[4] is None
    assert topics[1] == "что такое бутстрап"
    assert topics[3] == "что такое бутстрап, где он полезнее всего"
    assert topics[5] == "что такое перекос групп"


def test_a_follow_up_in_the_wrong_layout_is_read_right_and_both_are_told(sample_house: House) -> None:
    _, reply = talk(sample_house, "ab-tests-ru", "что такое мощность теста", "f jn xtuj jyf pfdbcbn")
    assert reply["text"].startswith("Искал: «а от чего она зависит».\n\nПонял как продолжение")


def test_a_caller_that_keeps_the_conversation_says_what_was_asked_before(sample_house: House) -> None:
    reply = ask(sample_house, "show code", "ab-tests-en", earlier=("hello", "what is a ratio metric", "thanks"))
    kept = carried(sample_house, reply)
    assert kept is not None
    assert kept["topic"] == "what is a ratio metric"


def test_what_may_lean_is_asked_both_ways_and_the_trace_keeps_by_how_much(sample_house: House) -> None:
    with sample_house.database.read() as session:
        product = find_product(session, "ab-tests-ru")
    said = [Said("что такое окно наблюдения")]
    looked = sample_house.answerer.look("а перестановочный тест", product, said=said)
    assert looked.carried is not None
    assert not looked.carried.taken
    assert looked.carried.alone is not None
    assert looked.carried.together is not None
    assert looked.ranking.question == "а перестановочный тест"


def test_something_this_content_says_nothing_about_is_not_made_into_the_old_topic(sample_house: House) -> None:
    for other in ("who won the hockey match yesterday evening?", "how do I cook buckwheat so that it is not too soft"):
        _, reply = talk(sample_house, "ab-tests-en", "what is statistical power", other)
        assert reply["outcome"] == "declined"
        assert not (carried(sample_house, reply) or {}).get("taken")


def test_a_gap_names_what_a_follow_up_was_about(sample_house: House) -> None:
    first, second = talk(sample_house, "ab-tests-en", "who painted the sistine chapel", "when did he finish it?")
    assert second["outcome"] == "declined"
    questions = {gap.id: gap.question for gap in kept_gaps(sample_house)}
    assert questions[first["gap"]] == "who painted the sistine chapel"
    assert questions[second["gap"]] == "when did he finish it? who painted the sistine chapel"


def test_a_model_is_asked_with_the_topic_too(sample_house: House) -> None:
    first = ask(sample_house, "what is a p-value", "ab-tests-en")
    chat = ScriptedChat(["Nothing that is supported."])
    answerer = with_model(sample_house, chat)
    reply = ask_of(answerer, "show code", conversation=first["conversation"])
    told = "\n".join(message.text for messages in chat.asked for message in messages)
    assert "show code what is a p-value" in told
    assert reply["text"].startswith("Taken as going on with: what is a p-value.")
    with sample_house.database.read() as session:
        assert explain_turn(session, reply["turn"]).replay == Replay(ReplayState.SAME)


def ask_of(answerer: Any, text: str, **more: Any) -> dict[str, Any]:
    import anyio

    from assistant.answer import Question

    found: dict[str, Any] = anyio.run(answerer.reply, Question("ab-tests-en", text, **more))
    return found


def test_nobodys_words_reach_the_log(sample_house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    talk(sample_house, "ab-tests-en", "what is a ratio metric", "show code")
    assert "ratio" not in caplog.text
    assert "show code" not in caplog.text
