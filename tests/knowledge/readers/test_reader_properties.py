"""What holds for any text whatever."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.text import clean_text
from knowledge.blocks import Block, BlockKind, Visibility
from knowledge.readers import read_markdown_text
from knowledge.readers.page import read_page

WORD = re.compile(r"[^\W\d_]+")
words = st.text("абвгдежзabcdefgh", min_size=1, max_size=8)
between = st.sampled_from(
    [
        " ",
        "\n",
        "\n\n",
        ", ",
        ". ",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n# ",
        "\n> ",
        " *",
        "* ",
        " **",
        "** ",
        " _",
        "_ ",
        "~~",
        " | ",
        "\n\n    ",
        "\t",
        " (",
        ") ",
        " [",
        "] ",
        "](",
        " $",
        "$ ",
        "$$",
        "\n---\n",
        "\n===\n",
        "&",
        " <",
        "> ",
        "!",
    ]
)
pieces = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "# ",
            "## Solution\n",
            "<details>",
            "</details>",
            "<summary>answer</summary>",
            "\n\n",
            "- ",
            "1. ",
            "> ",
            "```",
            "`",
            "<Question choices={[{text: 'a', explain: 'b'}]} />",
            "<Question",
            "/>",
            "{",
            "}",
            "<div>",
            "</div>",
            "<b>",
            "<table>",
            "<tr>",
            "<td>",
            "\n|a|b|\n|-|-|\n",
            "[x]: y",
            "![i](j)",
            "<!--",
            "-->",
            "$$",
            "&amp;",
            "слово",
            "<mask>",
            "    ",
            "\x00",
            "�",
            "\uffff",
            "<script>",
            "</script>",
            "---\n",
            "a: b\n",
            "{#if x}",
            "<pre>",
            "<svg>",
            "<title>",
            "<textarea>",
            "<plaintext>",
            "<ul>",
            "<li>",
            "<![CDATA[",
            "<?php",
            "\\",
            "data-k='k-0'",
        ]
    ),
)
any_text = st.lists(pieces, max_size=30).map("".join)


def assert_in_order(blocks: tuple[Block, ...], source: str) -> None:
    previous = 0
    for block in blocks:
        assert previous <= block.start <= block.end <= len(source)
        assert block.text.strip()
        assert (block.kind is BlockKind.ANSWER_KEY) == (block.visibility is Visibility.STAFF)
        previous = block.start


@settings(deadline=None)
@given(any_text)
@pytest.mark.parametrize("suffix", [".md", ".mdx", ".html"])
def test_any_text_is_read_and_offsets_stay_inside_it(suffix: str, text: str) -> None:
    source = clean_text(text)
    lesson = read_page(source.encode(), path=f"a{suffix}").lesson
    assert lesson is not None
    assert_in_order(lesson.blocks, source)


@settings(deadline=None)
@given(any_text)
def test_any_corpus_row_is_read(text: str) -> None:
    assert_in_order(read_markdown_text(text, external_id="row", title="Строка").blocks, clean_text(text))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(words, between), max_size=15))
def test_no_visible_word_of_a_corpus_row_is_lost_and_order_is_kept(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in parts)
    blocks = read_markdown_text(text, external_id="row", title="Строка").blocks
    # Markup may join or part words, never drop or move their letters; an address in a link is not visible.
    if "](" not in text:
        assert "".join(WORD.findall(" ".join(block.text for block in blocks))) == "".join(WORD.findall(text))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(words, between), max_size=15))
@pytest.mark.parametrize("suffix", [".md", ".mdx"])
def test_a_block_of_prose_begins_where_its_offset_says(suffix: str, parts: list[tuple[str, str]]) -> None:
    source = clean_text("".join(word + gap for word, gap in parts))
    lesson = read_page(source.encode(), path=f"a{suffix}").lesson
    assert lesson is not None
    for block in lesson.blocks:
        letters = "".join(WORD.findall(block.text))
        assert "".join(WORD.findall(source[block.start : block.end])).startswith(letters[:3])


@settings(deadline=None)
@given(st.text(), st.text())
def test_cleaning_twice_changes_nothing_and_leaves_nothing_unwanted(left: str, right: str) -> None:
    cleaned = clean_text(left + "\r\n\x00" + right)
    assert clean_text(cleaned) == cleaned
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufeff]", cleaned)
    cleaned.encode()
