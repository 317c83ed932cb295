"""Two questions get one answer only where both meaning and words say so."""

import pytest

from assistant.same_question import asks_the_same
from evals.cached_encoder import CachedEncoder
from knowledge.centring import centre
from knowledge.language import language_of

SAME = [
    ("How do I install Python on Windows?", "installing python on windows"),
    ("What is the deadline for homework 3?", "homework 3 deadline?"),
    ("How long does the dough rest?", "How long should I let the dough rest?"),
    ("Why is the variance too small?", "what makes the variance so small"),
    ("Сколько отдыхает тесто?", "Сколько времени тесто должно отдыхать?"),
    ("Как вернуть деньги за курс?", "Хочу вернуть деньги за курс"),
]
DIFFERENT = [
    ("How do I install Python on Windows?", "How do I install Python on a Mac?"),
    ("How do I enable notifications?", "How do I disable notifications?"),
    ("Can I resubmit homework after the deadline?", "Can I resubmit homework before the deadline?"),
    ("What is the deadline for homework 3?", "What is the deadline for homework 4?"),
    ("Do I have to take the exam?", "Do I not have to take the exam?"),
    ("Should I share my key?", "Shouldn't I share my key?"),
    ("What is an A/A test?", "What is an A/B test?"),
    ("What is CUPED?", "Does CUPED work for new visitors?"),
    ("Как включить уведомления?", "Как выключить уведомления?"),
    ("Можно ли сдать домашнее задание после срока?", "Можно ли сдать домашнее задание до срока?"),
    ("Нужно ли сдавать экзамен?", "Можно ли не сдавать экзамен?"),
    ("Почему нельзя подглядывать в результаты теста?", "Почему можно подглядывать в результаты теста?"),
    ("Как соединить таблицы через inner join?", "Как соединить таблицы через outer join?"),
    ("Что проверяет A/A-тест?", "Что такое A/B-тест?"),
]


def cosine(one: str, other: str, encoder: CachedEncoder) -> float:
    first, second = (
        centre(encoder.encode_question(text), lang=language_of(text), role="question", encoder_id=encoder.id)
        for text in (one, other)
    )
    return float(first @ second)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_question_in_other_words_is_known(one: str, other: str, encoder: CachedEncoder) -> None:
    alike = cosine(one, other, encoder)
    assert asks_the_same(one, other, lang=language_of(one), cosine=alike)
    assert asks_the_same(other, one, lang=language_of(one), cosine=alike)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_question_with_another_sense_is_another_question(one: str, other: str, encoder: CachedEncoder) -> None:
    alike = cosine(one, other, encoder)
    assert not asks_the_same(one, other, lang=language_of(one), cosine=alike)
    assert not asks_the_same(other, one, lang=language_of(one), cosine=alike)


def test_words_alone_are_not_enough() -> None:
    assert not asks_the_same("How long does it rest?", "How long does it rest?", lang="en", cosine=0.5)
    assert not asks_the_same("???", "???", lang="en", cosine=1.0)
