"""A few paragraphs of Markdown that go into a lesson, read as the author's file would be with them in that place."""

import re
from collections.abc import Sequence
from typing import Any

from foundation.errors import Invalid
from foundation.text import clean_text
from knowledge.readers.dom import TooDeep
from knowledge.readers.markdown import read_markdown
from knowledge.readers.mdx import take_answers
from knowledge.sections import Heading
from knowledge.stored_blocks import block_to_json

# What a heading announces is told by its words and these; anything else could be read as markup.
_NOT_WORDS = re.compile(r"[^\w\s.,:;!?()№—–-]")


def read_fragment(markdown: str, *, under: Sequence[Heading]) -> list[dict[str, Any]]:
    """The blocks of a fragment as they are stored, in order; `under` are the headings it stands under.

    These decide what an exercise is, and an answer to one; the blocks' own `heading_path` and `start` mean nothing yet.
    Raises Invalid for what cannot be read or shows nothing.
    """
    above = "".join(f"{'#' * heading.level} {_NOT_WORDS.sub(' ', heading.title)}\n\n" for heading in under)
    plain = take_answers(above + clean_text(markdown).strip() + "\n")
    try:
        page = read_markdown(plain.text, questions=plain.questions)
    except TooDeep as err:
        raise Invalid("the new text nests its elements too deeply") from err
    blocks = [block_to_json(block) for block in page.blocks if block.start >= len(above)]
    if not blocks:
        raise Invalid("the new text shows nothing: it is made of comments or markup alone")
    return blocks
