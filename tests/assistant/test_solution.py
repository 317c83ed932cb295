"""What of a solution a text tells, in whatever shape."""

import base64
import codecs

import pytest

from assistant.solution import Solution
from foundation.ids import LessonId, RevisionId
from knowledge.exercises import Exercise, Option
from knowledge.lessons import LessonHead

HEAD = LessonHead(LessonId("l-1"), "sizes", "sizes", "Sizes", "", "", "", RevisionId("r-1"))
QUESTION = "The baseline is 2.0%, and growth to 2.2% is worth it. Find the sample size per group and the days."
KEY = "The test needs 80,679 visitors per group, which takes 81 days. This is why payments stay a guardrail here."
CODE = "n = sample_size(0.020, 0.022)"
OPTIONS = (
    Option("a", "The number of banner clicks", False),
    Option("b", "Revenue per visitor within 14 days", True),
    Option("c", "Revenue per payer within 14 days", False),
)


def exercise(*, key: str = KEY, code: str = CODE, options: tuple[Option, ...] = ()) -> Exercise:
    text = "\n".join((QUESTION, *(f"- {option.letter}) {option.text}" for option in options)))
    return Exercise(
        "sizes/x", HEAD, "Exercise: Payments", "x", text, options, (key, code), (code,), (), frozenset(), (), "", 3
    )


NUMBERS = Solution(exercise())
CHOICE = Solution(exercise(key="The right option is b: its window is fixed.", code="", options=OPTIONS))
RUSSIAN = Solution(
    exercise(key="Нужно 80 679 посетителей в группе, то есть 81 день. Оплаты остаются защитной метрикой.")
)


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        "You get 80679.",
        "Es sind 80 679 Besucher.",
        "80\u00a0679 visitors",
        "eighty-one: 81 days",
        "The test needs many more visitors per group, which takes rather long; this is why payments stay a guardrail.",
        "why payments stay a guardrail here",
        "n=sample_size(0.020,0.022)",
        "It is 81, as I said.",
    ],
)
def test_a_text_that_tells_is_recognised(text: str) -> None:
    assert NUMBERS.told_in(text)


@pytest.mark.parametrize(
    "text",
    [
        QUESTION,
        "The sample size depends on the baseline of 2.0%.",
        "MDE is the smallest effect that the test should detect.",
        "def sample_size(p_a, p_b, alpha=0.05, power=0.80):",
        "A test of 28 days needs four whole weeks.",
        "",
    ],
)
def test_what_the_lesson_says_anyway_is_not(text: str) -> None:
    assert not NUMBERS.told_in(text)


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(KEY.encode()).decode(),
        KEY.encode().hex(),
        KEY[::-1],
        codecs.encode(KEY, "rot13"),
        " ".join(KEY.replace(" ", "")),
        "\u200b".join(KEY),
        " ".join(str(ord(char)) for char in KEY),
    ],
)
def test_hidden_words_are_read_where_somebody_may_hide_them(text: str) -> None:
    assert NUMBERS.told_in(text, disguised=True)


@pytest.mark.parametrize(
    "text",
    [
        "Nuzhno mnogo posetitelej v gruppe, oplaty ostayutsya zashchitnoj metrikoj",
        "Оплаты oстaются зaщитнoй метрикoй",
        "Оплаты остаются защитной метрикой.",
        "80 679",
    ],
)
def test_russian_in_latin_letters_and_look_alikes_are_read(text: str) -> None:
    assert RUSSIAN.told_in(text, disguised=True)


@pytest.mark.parametrize(
    "text",
    [
        "The right option is b.", "Option b fits.", "It is b.", "b", "b)", "(b)", "Верный вариант — б.", "ответ: b",
        "Вариант «б».", "Revenue per visitor within 14 days.",
        "It is not a and not c: option a, option c.", "The number of banner clicks can be ruled out.",
        "Выбери b!", "a) is wrong",
    ],
)  # fmt: skip
def test_an_option_singled_out_is_recognised(text: str) -> None:
    assert CHOICE.told_in(text, disguised=True)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{option.letter}) {option.text}" for option in OPTIONS),
        "A guardrail is a metric that must not get worse.",
        "Revenue depends on many things.",
        "в уроке сказано, что метрика важна",
    ],
)
def test_all_options_together_and_plain_words_are_not(text: str) -> None:
    assert not CHOICE.told_in(text, disguised=True)


@pytest.mark.parametrize("key", ["Paris", "- [x] Paris", "Answer:\n\nParis"])
def test_a_short_answer_is_found_as_a_word_of_its_own(key: str) -> None:
    short = Solution(exercise(key=key, code=""))
    assert short.told_in("It is Paris, of course.")
    assert not short.told_in("Comparisons of cities")
