"""A small lesson for tests of changes: prose, a list, a question with its key, and a last word."""

from knowledge.readers.page import read_page
from knowledge.sight import StoredBlock
from knowledge.stored_blocks import block_to_json

LESSON = """# Rivers

Water runs downhill.

## Springs

A spring is where a river begins.

- clear
- cold

## Exercise: map

Where does the river begin?

### Solution

It begins below the old mill.

## Mouth

The mouth is where it ends.
"""


def blocks_of(source: str = LESSON, *, path: str = "rivers.md") -> list[StoredBlock]:
    """The blocks of a lesson as they are stored."""
    lesson = read_page(source.encode(), path=path).lesson
    assert lesson is not None
    return [block_to_json(block) for block in lesson.blocks]


def texts(blocks: list[StoredBlock]) -> list[str]:
    """What the blocks say, in order."""
    return [block["text"] for block in blocks]


def at(blocks: list[StoredBlock], text: str) -> int:
    """The number of the block that begins so."""
    return next(number for number, block in enumerate(blocks) if block["text"].startswith(text))
