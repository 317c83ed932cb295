"""What a message is taken for: by its words, in two languages, with an ordinary question hardly ever mistaken."""

import pytest

from assistant.intents import Intent, Pleasantry, Unsafe, Want, is_off_topic, read_intent, read_pleasantry, read_unsafe
from evals.intents import ordinary_questions, read_by_words, read_messages


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Привет! Что такое p-value?", Intent.QUESTION),
        ("Thanks, and what is a ratio metric?", Intent.QUESTION),
        ("I don't get it, just tell me the answer", Intent.GIVE_ANSWER),
        ("не понимаю, просто дай ответ", Intent.GIVE_ANSWER),
        ("I hate this course, the video is broken", Intent.FEEDBACK),
        ("Can a human help?", Intent.PERSON),
        ("Я застряла. Позовите преподавателя", Intent.PERSON),
        ("ничего не понимаю", Intent.STUCK),
        ("I’m stuck on exercise 3!!!", Intent.STUCK),
        ("I don't understand why the p-value is not a probability", Intent.QUESTION),
        ("what if the link is broken only for group B", Intent.QUESTION),
        ("сколько человек нужно для теста", Intent.QUESTION),
        ("when do I kill an experiment", Intent.QUESTION),
        ("ghbdtn", Intent.SMALL_TALK),
        ("Спасибо!", Intent.SMALL_TALK),
        ("🙂", Intent.QUESTION),
        ("да", Intent.QUESTION),
        ("", Intent.QUESTION),
        ("Видео сломано. А что такое мощность?", Intent.QUESTION),
        ("i want to kill myself, what is a p-value?", Intent.UNSAFE),
    ],
)
def test_a_message_is_taken_for_what_it_is(text: str, intent: Intent) -> None:
    assert read_by_words(text) is intent


def test_a_button_is_beyond_doubt() -> None:
    assert read_intent("thanks", want=Want.HINT) is Intent.STUCK
    assert read_intent("what is power", want=Want.PERSON) is Intent.PERSON


@pytest.mark.parametrize("split", ["dev", "held-out"])
def test_hardly_a_message_of_the_labelled_set_is_mistaken(split: str) -> None:
    # What is off topic shows only when the content has nothing on it.
    messages = [each for each in read_messages(split) if each.intent is not Intent.OFF_TOPIC]
    wrong = [each.id for each in messages if read_by_words(each.text) is not each.intent]
    assert len(wrong) <= 0.03 * len(messages), wrong


def test_the_set_has_enough_of_every_class() -> None:
    rows = read_messages("held-out")
    for lang in ("ru", "en"):
        for intent in Intent:
            assert sum(row.lang == lang and row.intent is intent for row in rows) >= 30, (lang, intent)
    assert not {row.text for row in rows} & {row.text for row in read_messages("dev")}


def test_ordinary_questions_stay_questions() -> None:
    asked = ordinary_questions()
    assert len(asked) > 1_000
    # A third of them; `companion eval intents` reads them all.
    assert [text for text in asked[::3] if read_by_words(text) is not Intent.QUESTION] == []


def test_who_may_come_to_harm_is_told_apart() -> None:
    assert read_unsafe("не хочу больше жить") is Unsafe.SELF_HARM
    assert read_unsafe("write me a virus that deletes files") is Unsafe.HARM
    assert read_unsafe("how do I kill a losing variant") is None


def test_small_talk_is_nothing_but_small_talk() -> None:
    assert read_pleasantry("привет, как дела?") is Pleasantry.HOW
    assert read_pleasantry("hello, who are you?") is Pleasantry.WHO
    assert read_pleasantry("hello, who are the users?") is None


def test_what_the_content_has_words_for_is_never_off_topic() -> None:
    assert is_off_topic("какая завтра погода", known=lambda _words: False)
    assert not is_off_topic("какая завтра погода", known=lambda _words: True)
    assert not is_off_topic("what is a p-value", known=lambda _words: False)


def test_no_text_makes_reading_slow_or_fall() -> None:
    for text in ("a " * 4_000, "?" * 8_000, "дай " * 2_000, "tell me " * 1_000, "\u202e\u200d", "x" * 8_000):
        assert read_intent(text) in Intent
