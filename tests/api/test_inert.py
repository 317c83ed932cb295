"""What chat clients are sent: however they render it, nothing in an answer becomes a link, an image or markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.inert import InertText

_RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")
_ALIVE = re.compile(
    r"<(?!/?(?:p|code|pre|em|strong|ul|ol|li|h[1-6]|hr|br|blockquote|table|thead|tbody|tr|t[hd])\b)[a-z]"
)
PLANTED = [
    "![a b](https://evil.example/x)",
    "[x](//evil.example)",
    "[x](\nhttps://evil.example)",
    "<https://evil.example>",
    "<img src=x onerror=alert(1)>",
    "<div\nx>",
    "[1]: https://evil.example",
    "[a b]: //evil.example",
    "[a\nb]:\n//evil.example",
    "![x][1]",
    "javascript:alert(1)",
    "`",
    "``",
    "```",
    "\\`",
    "\\",
    "[1]",
    "[a b]",
    "\n\n",
    "\n",
    " words ",
    "    ",
    "~~~~",
    "> ",
    "- ",
]


@pytest.mark.parametrize("planted", PLANTED)
def test_planted_markup_stays_text(planted: str) -> None:
    shown = InertText().feed(f"See {planted} here. [1]\n\nAnd [a b].")
    assert not _ALIVE.search(_RENDERER.render(shown)), shown


@given(st.lists(st.sampled_from(PLANTED), max_size=12))
def test_no_mixture_comes_alive(planted: list[str]) -> None:
    assert not _ALIVE.search(_RENDERER.render(InertText().feed(" ".join(planted))))


@given(st.lists(st.sampled_from(PLANTED), max_size=12))
def test_in_pieces_it_is_the_same(planted: list[str]) -> None:
    inert = InertText()
    assert "".join(inert.feed(f" {piece}") for piece in planted) == InertText().feed("".join(f" {p}" for p in planted))


@pytest.mark.parametrize(
    "text",
    ["A loaf cools for 2 hours. [1] [2]\n\n- `x = a[0]` (see above) [3]", "p < 0.05 & n > 3", "Хлеб — это мука."],
)
def test_plain_answers_stay_as_they_are(text: str) -> None:
    assert InertText().feed(text) == text


def test_bare_addresses_are_no_words_a_client_makes_links_of() -> None:
    shown = InertText().feed("See https://evil.example/x, www.evil.example, evil.com or a@evil.example.")
    assert shown == "See `https://evil.example/x,` `www.evil.example,` `evil.com` or `a@evil.example.`"
