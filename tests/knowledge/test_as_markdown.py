"""Blocks written as Markdown again, and read back."""

import pytest

from knowledge.as_markdown import as_markdown, escaped
from knowledge.readers.markdown import read_markdown
from knowledge.stored_blocks import block_to_json

BLOCKS = [
    "# A *title*",
    "A **bold** word, `code`, [a link](https://example.org/a_b) and *more*.",
    "Formulas $a_1^2 * b$ stay, 2 \\* 3 and snake\\_case too, 5 < 6 & 7 > 3, a|b and [x].",
    "- one\n- two `x`\n  - three **b**\n    1. deep\n- four",
    "3. three\n4. four",
    "1990\\. A year.",
    "\\# no heading",
    "one line  \nand the next",
    "```python\nprint('*')\n```",
    "````\n```\n````",
]


@pytest.mark.parametrize("source", BLOCKS)
def test_a_block_comes_back_as_it_was(source: str) -> None:
    blocks = [block_to_json(block) for block in read_markdown(source).blocks]
    again = [block_to_json(block) for block in read_markdown(as_markdown(blocks)).blocks]
    names = ("kind", "text", "html")
    assert [[block[name] for name in names] for block in again] == [[block[name] for name in names] for block in blocks]


@pytest.mark.parametrize(
    "text", ["# a", "- a", "1. a", "*a*", "<b>a</b>", "[a](b)", "`a`", "a_b_c", "\\", "> a", "==="]
)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    (block,) = read_markdown(escaped(text)).blocks
    assert (block.kind, block.text) == ("paragraph", text)


def test_what_has_no_signs_comes_as_its_plain_text() -> None:
    blocks = [block_to_json(block) for block in read_markdown("| a | b |\n|---|---|\n| 1 | 2 |").blocks]
    assert as_markdown(blocks) == "a \\| b\n1 \\| 2"
