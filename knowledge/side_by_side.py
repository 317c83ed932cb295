"""What changes make of a lesson, beside what it is: block by block, and word by word where a block is reworded.

Only of what learners see: keys and hidden blocks are on neither side.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from knowledge.editing import edited_blocks
from knowledge.edits import Change
from knowledge.sections import may_change
from knowledge.sight import StoredBlock

_CONTEXT = 2
_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]*")
# Of longer texts sentences are compared: words that come again and again would take seconds.
_MOST_WORDS = 600
# Below it two blocks have hardly a word in common, and marking what they share would tell nothing.
_ALIKE = 0.3


class RowKind(StrEnum):
    """What becomes of a block; SKIPPED stands for blocks that stay as they are, far from any change."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of text, and whether it is on this side only."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A block of one side; `number` is which one of the base it is, None for a new one; `words` are all its text."""

    number: int | None
    kind: str
    text: str
    html: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison; `skipped` counts the blocks it stands for."""

    kind: RowKind
    before: Cell | None = None
    after: Cell | None = None
    skipped: int = 0


def side_by_side(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> tuple[Row, ...]:
    """The base on one side, the lesson with the changes on the other; raises as `apply_changes`."""
    before = [(number, block) for number, block in enumerate(blocks) if may_change(block)]
    after = [(each.number, each.block) for each in edited_blocks(blocks, changes) if may_change(each.block)]
    was = [f"b{number}" for number, _ in before]
    now = [f"n{at}" if number is None else f"b{number}" for at, (number, _) in enumerate(after)]
    rows: list[Row] = []
    for what, start, end, other, until in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            rows += (
                Row(RowKind.SAME, _cell(*left), _cell(*right))
                for left, right in zip(before[start:end], after[other:until], strict=True)
            )
        else:
            rows += _changed(before[start:end], after[other:until])
    return tuple(_shortened(rows))


_Numbered = tuple[int | None, StoredBlock]


def _changed(before: Sequence[_Numbered], after: Sequence[_Numbered]) -> Iterator[Row]:
    for left, right in zip_longest(before, after):
        if left is None:
            yield Row(RowKind.ADDED, None, _cell(*right, all_changed=True))
        elif right is None:
            yield Row(RowKind.REMOVED, _cell(*left, all_changed=True), None)
        else:
            mine, theirs = _words(left[1]["text"], right[1]["text"])
            yield Row(RowKind.CHANGED, _cell(*left, words=mine), _cell(*right, words=theirs))


def _cell(number: int | None, block: StoredBlock, *, words: tuple[Word, ...] = (), all_changed: bool = False) -> Cell:
    told: Any = words or (Word(block["text"], all_changed),)
    return Cell(number, str(block["kind"]), block["text"], block["html"], told)


def _words(before: str, after: str) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Both texts in stretches that are on both sides and such as are on one."""
    pieces = _WORD if max(len(_WORD.findall(before)), len(_WORD.findall(after))) <= _MOST_WORDS else _SENTENCE
    left, right = pieces.findall(before), pieces.findall(after)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (Word(before, True),), (Word(after, True),)
    mine, theirs = [], []
    for what, start, end, other, until in matcher.get_opcodes():
        if end > start:
            mine.append(Word("".join(left[start:end]), what != "equal"))
        if until > other:
            theirs.append(Word("".join(right[other:until]), what != "equal"))
    return tuple(mine), tuple(theirs)


def _shortened(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows with those left out that are far from any change."""
    changed = [at for at, row in enumerate(rows) if row.kind is not RowKind.SAME]
    skipped = 0
    for at, row in enumerate(rows):
        if any(abs(at - other) <= _CONTEXT for other in changed):
            if skipped:
                yield Row(RowKind.SKIPPED, skipped=skipped)
            skipped = 0
            yield row
        else:
            skipped += 1
    if skipped:
        yield Row(RowKind.SKIPPED, skipped=skipped)
