"""Telling by a question's words whether it goes on with a conversation."""

import pytest

from assistant.leaning import Cue, read_leaning, topic_words


@pytest.mark.parametrize(
    "question",
    [
        "а если их две?",
        "почему?",
        "приведи пример",
        "покажи код",
        "а на русском?",
        "как её посчитать",
        "а второй метод?",
        "спасибо, а зачем она нужна",
        "why?",
        "how so",
        "show me the code please",
        "what about the second one",
        "can it be proven",
        "ok thanks, and how do you compute it",
        "give an example",
        "got it, and why?",
        "it means what?",
    ],
)
def test_a_question_that_points_back_or_names_nothing_cannot_stand_by_itself(question: str) -> None:
    assert read_leaning(question).firm


@pytest.mark.parametrize(
    "question",
    [
        "что такое доверительный интервал",
        "а что такое защитная метрика?",
        "понятно, спасибо. а что такое проклятие победителя",
        "другой вопрос: на что он отвечает",
        "сколько недель должен идти тест, чтобы учесть выходные дни и праздники",
        "what is a p-value",
        "when is it ok to roll back a release",
        "is it true that a p-value is the probability that the null is true?",
        "what is a segment and what is it for?",
        "can students of one study group affect each other when they use their phones",
        "bonferroni correction",
        "thanks",
        "thank you, got it",
        "спасибо, понятно",
        "",
        "?!",
    ],
)
def test_a_question_that_names_its_topic_and_courtesy_show_no_cue_that_decides(question: str) -> None:
    leaning = read_leaning(question)
    assert not leaning.firm
    assert not leaning.poor


@pytest.mark.parametrize(
    ("question", "cue"),
    [
        ("and for ratios?", Cue.OPENER),
        ("а для отношений?", Cue.OPENER),
        ("а мощность?", Cue.FAINT),
        ("сколько перемешиваний", Cue.SHORT),
    ],
)
def test_a_next_step_that_names_something_may_go_either_way(question: str, cue: Cue) -> None:
    leaning = read_leaning(question)
    assert cue in leaning.cues
    assert not leaning.firm


def test_a_pronoun_behind_what_it_stands_for_points_at_nothing_earlier() -> None:
    leaning = read_leaning("Why does the confidence interval grow when its level grows?")
    assert Cue.PRONOUN not in leaning.cues


def test_only_words_that_name_something_make_a_topic() -> None:
    assert topic_words("а что такое мощность теста?") == ("мощность", "теста")
    assert topic_words("why is it so") == ()
