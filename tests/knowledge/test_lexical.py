"""The lexical leg: words of two languages, code as programmers read it, and scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexical import LexicalIndex, terms

TEXTS = [
    "Мощность теста — это вероятность увидеть эффект.",
    "Размер выборки считают до начала теста.",
    "Power is the probability to see an effect.",
    "Use train_test_split(X, y) or DataLoader from np.random.",
    "",
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("выборка", "выборки"),
        ("метрика", "метриками"),
        ("тестировать", "тестировали"),
        ("sample", "samples"),
        ("converting", "converted"),
        ("Ёлка", "елка"),
        ("учёт", "УЧЕТ"),
    ],
)
def test_forms_of_one_word_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize("text", ["", "?!", " \n", "the of and", "и в на", "🎉", "___"])
def test_what_says_nothing_has_no_terms(text: str) -> None:
    assert terms(text) == []


@pytest.mark.parametrize(
    ("identifier", "part"),
    [
        ("train_test_split", "split"),
        ("np.mean", "mean"),
        ("DataLoader", "loader"),
        ("HTTPServer", "server"),
        ("утф8_строка", "строка"),
    ],
)
def test_an_identifier_is_found_whole_and_by_its_parts(identifier: str, part: str) -> None:
    found = terms(identifier)
    assert identifier.lower() in found
    assert terms(part)[0] in found


def test_terms_keep_their_order_and_their_number() -> None:
    assert terms("effect size effect") == [*terms("effect"), *terms("size"), *terms("effect")]


def test_the_text_that_holds_the_words_scores_best() -> None:
    index = LexicalIndex(TEXTS)
    for question, best in (
        ("размер выборок", 1),
        ("probability of an effect", 2),
        ("train_test_split", 3),
        ("loader", 3),
    ):
        scores = index.scores(terms(question))
        assert scores.shape == (len(TEXTS),)
        assert int(scores.argmax()) == best
        assert scores[4] == 0


@pytest.mark.parametrize("question", ["", "квазар", "the"])
def test_words_nobody_wrote_score_nothing(question: str) -> None:
    assert LexicalIndex(TEXTS).scores(terms(question)).tolist() == [0.0] * len(TEXTS)


@pytest.mark.parametrize("texts", [[], [""], ["", "?!"]])
def test_a_shelf_without_words_scores_nothing(texts: list[str]) -> None:
    index = LexicalIndex(texts)
    assert index.scores(terms("power")).tolist() == [0.0] * len(texts)
    assert index.known_share(terms("power")) == 0.0


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_the_most() -> None:
    index = LexicalIndex(["test power", "test alpha", "test beta"])
    rare, common, unknown = (index.weight(terms(word)[0]) for word in ("power", "test", "quasar"))
    assert unknown > rare > common > 0


def test_coverage_is_the_share_of_the_questions_weight() -> None:
    index = LexicalIndex(["test power", "test alpha", "test beta"])
    asked = terms("power quasar")
    assert index.coverage(asked, terms("power quasar")) == 1.0
    assert index.coverage(asked, terms("alpha")) == 0.0
    assert 0.0 < index.coverage(asked, terms("power")) < 0.5
    assert index.coverage([], terms("power")) == 0.0
    assert index.known_share(asked) == index.coverage(asked, terms("power"))


words = st.text() | st.sampled_from(
    ["ё", "Ё", "np.mean", "a_b", "²", "ǅ", "ﬁ", "İ", "数", "\x00", "_", "..", "x" * 500]
)


@given(st.lists(words, max_size=12).map(" ".join))
def test_any_text_has_terms_the_same_every_time(text: str) -> None:
    found = terms(text)
    assert found == terms(text)
    assert all(found)


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=40))
def test_any_texts_can_be_scored_against_any_question(texts: list[str], question: str) -> None:
    index, asked = LexicalIndex(texts), terms(question)
    scores = index.scores(asked)
    assert scores.shape == (len(texts),)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    shares = [index.coverage(asked, terms(text)) for text in texts]
    assert all(0.0 <= share <= index.known_share(asked) + 1e-9 <= 1.0 + 2e-9 for share in shares)


@given(st.text(alphabet="абвё "), st.text(alphabet="абвё "))
def test_a_text_covers_itself_whatever_stands_before_and_after(before: str, after: str) -> None:
    index = LexicalIndex([before, after])
    asked = terms(f"{before} {after}")
    assert index.coverage(asked, terms(f"{after} {before}")) == (pytest.approx(1.0) if asked else 0.0)
