"""One normal form of text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.text import clean_text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ufeffzero\x00byte", "zerobyte"),
        ("lone \ud800 half", "lone  half"),
        ("и\u0306", "й"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_text_is_brought_to_one_form(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_changes_nothing_and_gives_text_that_can_be_stored(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not {"\x00", "\r", "\ufeff"} & set(once)
    once.encode("utf-8")
