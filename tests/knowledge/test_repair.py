"""What a question means that was typed in haste, and that nothing is done to one that was not."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.samples import FOLDER
from knowledge.adapters.likely_words import likely_words
from knowledge.keyboard import other_layout
from knowledge.repair import Mistake, repair
from knowledge.vocabulary import Known, Vocabulary, vocabulary_of
from knowledge.words import learn_likely_words, words_of

QUESTIONS = Path(__file__).parents[2] / "evals" / "questions"


@cache
def words(lang: str) -> Vocabulary:
    """The vocabulary of the sample course in one language."""
    learn_likely_words(likely_words)
    texts = (path.read_text(encoding="utf-8") for path in sorted((FOLDER / f"ab-tests-{lang}").glob("*.md")))
    return vocabulary_of(Counter(word for text in texts for word in words_of(text)))


def meant(question: str, lang: str = "ru") -> str:
    return repair(question, words(lang)).text


def dev_rows(name: str) -> list[dict[str, str]]:
    rows = map(json.loads, (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["split"] == "dev"]


def well_formed(lang: str) -> list[str]:
    return [row["full"] for row in dev_rows(f"shaped-{lang}")] + [row["text"] for row in dev_rows(f"ab-tests-{lang}")]


@pytest.mark.parametrize(
    ("typed", "lang", "said"),
    [
        ("rfr gjcxbnfnm ds,jhre", "ru", "как посчитать выборку"),
        ("xnj nfrjt vjoyjcnm ntcnf&", "ru", "что такое мощность теста?"),
        ("Gjxtve d ntcnf[", "ru", "Почему в тестах"),
        ("цруерук ф еуые ыгшеы", "en", "whether a test suits"),
        ("црфе шы фт ф.ф еуые,", "en", "what is an a/a test?"),
        ("как посчитать ds,jhre", "ru", "как посчитать выборку"),
        ("how to choose a ьуекшс", "en", "how to choose a metric"),
        ("pfxtv MDE d ntcnt", "ru", "зачем MDE в тесте"),
    ],
)
def test_the_wrong_keyboard_layout_is_undone(typed: str, lang: str, said: str) -> None:
    repaired = repair(typed, words(lang))
    assert repaired.text == said
    assert {change.mistake for change in repaired.changes} == {Mistake.LAYOUT}


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_layout_question_of_the_development_half_becomes_known_words(lang: str) -> None:
    for row in dev_rows(f"shaped-{lang}"):
        if row["shape"] == "layout":
            said = words_of(meant(row["shaped"], lang))
            known = [word for word in said if words(lang).known(word)]
            assert len(known) >= 0.7 * len(said), row["shaped"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("kak poschitat' vyborku", "как посчитать выборку"),
        ("chto takoe mownost testa", "что такое мощность теста"),
        ("za4em nujna gipoteza", "зачем нужна гипотеза"),
        ("pochemu nelzja ostanovit test ranshe?", "почему нельзя остановить тест раньше?"),
        ("delim po cookie a ne po akkauntu", "делим по cookie а не по аккаунту"),
        ("что такое gipoteza", "что такое гипотеза"),
    ],
)
def test_russian_in_latin_letters_is_read_by_its_sound(typed: str, said: str) -> None:
    repaired = repair(typed, words("ru"))
    assert repaired.text == said
    assert {change.mistake for change in repaired.changes} == {Mistake.LATIN_LETTERS}


@pytest.mark.parametrize(
    ("typed", "lang", "said"),
    [
        ("вероятнсть ошибки", "ru", "вероятность ошибки"),
        ("размер выброки", "ru", "размер выборки"),
        ("какйо тест брать?", "ru", "какой тест брать?"),
        ("контрфатический исход", "ru", "контрфактический исход"),
        ("signifcant diference", "en", "significant difference"),
        ("half the trafic, real efect", "en", "half the traffic, real effect"),
        ("waht is a segmant", "en", "what is a segment"),
    ],
)
def test_typing_errors_become_the_word_that_was_meant(typed: str, lang: str, said: str) -> None:
    repaired = repair(typed, words(lang))
    assert repaired.text == said
    assert {change.mistake for change in repaired.changes} == {Mistake.SPELLING}


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("over", ["ru", "en"])
def test_well_formed_questions_stay_as_they_are(lang: str, over: str) -> None:
    asked = well_formed(lang)
    changed = [question for question in asked if meant(question, over) != question]
    assert len(changed) < 0.02 * len(asked), changed
    assert not set(changed) & {row["full"] for row in dev_rows(f"shaped-{lang}")}


@pytest.mark.parametrize(
    "question",
    [
        "np.mean(clicks / views) или clicks.sum() / views.sum()",
        "chisquare([4160, 3840]) pvalue=0.00035 это плохо?",
        "from statsmodels.stats import proportions_ztest",
        "что лежит на https://example.org/rfr/gjcxbnfnm",
        "почему ./run.sh --dry-run пишет KeyError: 'ghbdtn'",
        "как работает Kubernetes",
        "кто такой Стьюдентсон",
        "sha256 и md5",
        "",
        "  ?? ",
        "12 + 30",
    ],
)
def test_code_addresses_and_names_are_left_alone(question: str) -> None:
    assert repair(question, words("ru")).changes == ()
    assert meant(question) == question


def test_a_form_of_a_known_word_is_no_typing_error() -> None:
    assert words("ru").known("перестановкою") is Known.HERE
    assert meant("без перестановок и выборкою") == "без перестановок и выборкою"


def test_a_word_without_a_counterpart_stays() -> None:
    assert meant("что такое хрюндиковость") == "что такое хрюндиковость"
    assert words("ru").nearest("хрюндиковость") is None


def test_every_change_is_told() -> None:
    changes = repair("Как считать ds,jhre, если трафик скачэт", words("ru")).changes
    assert [(change.typed, change.meant, change.mistake) for change in changes][:1] == [
        ("ds,jhre,", "выборку,", Mistake.LAYOUT)
    ]


def test_without_a_course_ordinary_words_are_still_read_right() -> None:
    nothing = vocabulary_of({})
    assert repair("rfr xfcnj", nothing).text == "как часто"
    assert repair("how often", nothing).changes == ()


# The first example lays the vocabulary out.
@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_keeps_its_words_apart(text: str) -> None:
    repaired = repair(text, words("ru"))
    assert len(repaired.text.split()) == len(text.split())
    assert bool(repaired.changes) == (repaired.text != text)


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюяАЯ ,.", max_size=40))
def test_both_layouts_are_each_others_reverse(text: str) -> None:
    assert other_layout(other_layout(text, to_russian=False), to_russian=True) == text
