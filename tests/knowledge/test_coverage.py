"""What a shelf's scale makes of signs, and from where on it takes them for an answer."""

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.coverage import Scale, Signs, threshold_of

ANYTHING = Signs(passage=0.68, sentence=0.70, stands_out=2.5, words=0.2)
SPREAD = Signs(passage=0.02, sentence=0.02, stands_out=0.8, words=0.1)
SAME = Scale("en", "en", ANYTHING, SPREAD, separation=8.0, threshold=1.5)
ACROSS = replace(SAME, question_lang="ru")


def test_a_question_like_any_other_has_no_strength() -> None:
    assert SAME.strength(ANYTHING) == 0.0
    assert ACROSS.strength(ANYTHING) == 0.0


@given(st.floats(0.0, 0.3), st.floats(0.0, 0.3), st.floats(0.0, 0.8))
def test_more_of_any_sign_never_weakens(passage: float, sentence: float, words: float) -> None:
    more = Signs(ANYTHING.passage + passage, ANYTHING.sentence + sentence, ANYTHING.stands_out, ANYTHING.words + words)
    assert SAME.strength(more) >= SAME.strength(ANYTHING)
    assert ACROSS.strength(more) >= ACROSS.strength(ANYTHING)


def test_words_that_are_not_there_do_not_speak_against_a_passage() -> None:
    close = replace(ANYTHING, passage=0.75, sentence=0.78)
    assert SAME.strength(replace(close, words=0.0)) == SAME.strength(close)
    assert SAME.strength(replace(close, words=0.9)) > SAME.strength(close)


def test_across_languages_shared_words_count_for_nothing() -> None:
    assert ACROSS.strength(replace(ANYTHING, words=0.9)) == ACROSS.strength(ANYTHING)


def test_a_sign_that_never_varied_does_not_blow_up() -> None:
    flat = replace(SAME, deviation=Signs(0.0, 0.0, 0.0, 0.0))
    assert flat.strength(replace(ANYTHING, words=0.25)) == pytest.approx(0.5)


@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0), st.booleans())
def test_the_further_subjects_lie_apart_the_more_is_asked_of_a_question(one: float, other: float, across: bool) -> None:
    less, more = sorted((one, other))
    assert threshold_of(less, across=across) <= threshold_of(more, across=across)
    assert threshold_of(less, across=True) < threshold_of(less, across=False)


def test_a_scale_survives_being_kept_as_plain_values() -> None:
    assert Scale.from_plain(asdict(SAME)) == SAME
