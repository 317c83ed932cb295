"""What a message tells of its author: read by rule, contact data blacked out, questions left alone."""

import pytest

from assistant.self_told import MemoryKind, SelfTold, asks_for_language, kept_text, read_self_told, tells_only_of_self
from evals.intents import ordinary_questions


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        ("я знаю pandas", MemoryKind.KNOWS, "pandas"),
        ("I work with Excel", MemoryKind.TOOL, "Excel"),
        ("мне удобнее по-русски", MemoryKind.LANGUAGE, "ru"),
        ("Please answer in English", MemoryKind.LANGUAGE, "en"),
        ("call me Ann", MemoryKind.NAME_TO_USE, "Ann"),
        ("Меня зовут Аня, что такое p-value?", MemoryKind.NAME_TO_USE, "Аня"),
        ("my goal is to run tests at work. How do I begin?", MemoryKind.GOAL, "run tests at work"),
        ("у меня 5 часов в неделю", MemoryKind.PACE, "5 часов в неделю"),
        ("мне трудно даётся теория вероятностей", MemoryKind.STRUGGLES, "теория вероятностей"),
        ("хочу стать аналитиком данных", MemoryKind.GOAL, "аналитиком данных"),
        ("я начинающий аналитик", MemoryKind.EXPERIENCE, "начинающий аналитик"),
    ],
)
def test_plain_statements_are_read(message: str, kind: MemoryKind, text: str) -> None:
    assert SelfTold(kind, text) in read_self_told(message)


@pytest.mark.parametrize(
    "message",
    [
        "I know what a p-value is",
        "я знаю, что такое p-value",
        "if I know the variance, what then?",
        "call me +7 999 123-45-67",
        "я работаю в банке",
        "I am stuck",
        "I am depressed",
        "can you call me a taxi",
        "",
    ],
)
def test_what_is_no_statement_about_the_author_is_not(message: str) -> None:
    assert read_self_told(message) == []


def test_contact_data_and_secrets_are_never_kept() -> None:
    for secret in ("bob@example.com", "https://a.example/me", "+7 (999) 123-45-67", "@bobby", "sk-0123456789abcdef"):
        told = read_self_told(f"my goal is reach {secret} soon") + read_self_told(f"я знаю Боба {secret}")
        assert told
        assert all(secret not in each.text for each in told)
        assert secret not in kept_text(MemoryKind.GOAL, f"write to {secret}")


def test_no_ordinary_question_tells_of_its_author() -> None:
    assert [text for text in ordinary_questions() if read_self_told(text) or tells_only_of_self(text)] == []


def test_a_language_is_asked_for_in_words() -> None:
    assert asks_for_language("отвечай на английском") == "en"
    assert asks_for_language("what is the English word for it") is None
