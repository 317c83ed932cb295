"""What learners see of a stored revision at a moment, and what is kept from them.

Works on blocks as they are stored with a revision, whatever release it belongs to; whether they are live is not asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from knowledge.blocks import BlockKind, Visibility

StoredBlock = Mapping[str, Any]
# A shorter line, such as the key "B" or the heading "Answer", is found anywhere.
_TELLING_CHARS = 12


def is_seen(block: StoredBlock, *, now: datetime) -> bool:
    """Whether learners see a block now; an answer key they never see."""
    if block["kind"] == BlockKind.ANSWER_KEY:
        return False
    if block["visibility"] == Visibility.NOT_BEFORE:
        opens = block.get("not_before")
        return opens is not None and datetime.fromisoformat(opens) <= now
    return bool(block["visibility"] == Visibility.LEARNER)


def seen_blocks(blocks: Sequence[StoredBlock], *, now: datetime) -> list[StoredBlock]:
    """The blocks learners see, in reading order."""
    return [block for block in blocks if is_seen(block, now=now)]


def seen_words(blocks: Sequence[StoredBlock], *, now: datetime) -> frozenset[str]:
    """Every line of text and every heading that learners see, white space evened out."""
    return _lines(block for block in blocks if is_seen(block, now=now))


def hidden_words(blocks: Sequence[StoredBlock], *, now: datetime) -> frozenset[str]:
    """Every line of text and every heading that stands in what learners do not see, and nowhere in what they do."""
    return _lines(block for block in blocks if not is_seen(block, now=now)) - seen_words(blocks, now=now)


def revealed_words(then: Sequence[StoredBlock], today: Sequence[StoredBlock], *, now: datetime) -> frozenset[str]:
    """The lines that learners see in one revision and that another has only in what is hidden from them.

    A line of either may be a part of the other's: a key says "Correct: …" before it.
    """
    hidden = [line for line in hidden_words(today, now=now) if len(line) >= _TELLING_CHARS]
    shown = [line for line in seen_words(then, now=now) - seen_words(today, now=now) if len(line) >= _TELLING_CHARS]
    kept_back = "\n".join(hidden)
    return frozenset(line for line in shown if line in kept_back or any(each in line for each in hidden))


def evened(text: str) -> str:
    """A text with every run of white space made one space."""
    return " ".join(text.split())


def _lines(blocks: Iterable[StoredBlock]) -> frozenset[str]:
    lines = (evened(line) for block in blocks for line in (*block["text"].split("\n"), *block["heading_path"]))
    return frozenset(line for line in lines if line)
