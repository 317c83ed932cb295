"""Texts longer than an encoder's window: no word is lost, and none is cut that need not be."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.encoder import Encoder, Vector
from knowledge.parts import encode_whole, split_to_fit


class Narrow:
    """The real encoder with a window of so many tokens."""

    def __init__(self, encoder: Encoder, max_tokens: int) -> None:
        self._real = encoder
        self.id, self.dim, self.languages, self.max_tokens = "narrow", encoder.dim, encoder.languages, max_tokens
        self.told: list[str] = []

    def count_tokens(self, text: str) -> int:
        return self._real.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        return self._real.encode_question(text)

    def encode_passage(self, text: str) -> Vector:
        assert self.count_tokens(text) <= self.max_tokens
        self.told.append(text)
        return self._real.encode_passage(text)


class Letters(Narrow):
    """Counts a token for each character, which makes many short texts long ones."""

    def count_tokens(self, text: str) -> int:
        return len(text)


words = st.text("abcде. \n\t", max_size=300)


@given(text=words, room=st.integers(1, 40))
@example(text="a" * 100, room=7)
def test_parts_fit_and_are_the_text(encoder: Encoder, text: str, room: int) -> None:
    parts = split_to_fit(text, Letters(encoder, room))
    assert "".join(parts) == text
    assert all(len(part) <= room for part in parts)


@given(text=words, room=st.integers(1, 40))
def test_a_word_is_cut_only_where_it_does_not_fit_alone(encoder: Encoder, text: str, room: int) -> None:
    parts = split_to_fit(text, Letters(encoder, room))
    ends = np.cumsum([len(part) for part in parts])[:-1].tolist()
    for word in re.finditer(r"\S+", text):
        # A word keeps the gap behind it, so that may be what does not fit.
        gap = re.compile(r"\s*").match(text, word.end())
        assert gap
        if gap.end() - word.start() <= room:
            assert not [end for end in ends if word.start() < end < word.end()]


def test_a_text_that_fits_has_the_encoders_own_vector(encoder: Encoder) -> None:
    narrow = Narrow(encoder, 64)
    assert np.array_equal(encode_whole(narrow, "Bread rises."), encoder.encode_passage("Bread rises."))
    assert narrow.told == ["Bread rises."]


@pytest.mark.parametrize("said_at", ["beginning", "end"])
def test_what_would_be_cut_off_is_found_in_the_vector(encoder: Encoder, said_at: str) -> None:
    filling = "Steam keeps the crust soft in the first minutes of baking. " * 6
    fact = "The Volga flows into the Caspian Sea. "
    text = fact + filling if said_at == "beginning" else filling + fact
    narrow = Narrow(encoder, 48)
    whole = encode_whole(narrow, text)
    assert "".join(narrow.told) == text
    assert len(narrow.told) > 1
    assert abs(float(np.linalg.norm(whole)) - 1) < 1e-5
    asked = encoder.encode_question("Where does the Volga end?")
    assert asked @ whole > asked @ encode_whole(narrow, filling)
