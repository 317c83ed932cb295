"""Changes of a lesson as two columns, what stands there and what would, with the words that differ marked.

Around a change stand the nearest blocks learners see; what they do not see is in neither column.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from knowledge.edits import Change, ChangeKind
from knowledge.sections import may_change
from knowledge.sight import StoredBlock

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Comparing takes the square of it; of more the whole is marked, which still says what changes.
_MOST_WORDS = 3_000
_CONTEXT_CHARS = 400


class Side(StrEnum):
    """What a row of the two columns is."""

    AROUND = "around"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text, and whether it stands in this column alone."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `old` and `new` are the columns, empty where nothing stands."""

    side: Side
    old: tuple[Stretch, ...] = ()
    new: tuple[Stretch, ...] = ()


def side_by_side(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> list[list[Row]]:
    """Rows for every change, in reading order; `blocks` are those of the revision the changes are in the terms of."""
    return [_rows(blocks, change) for change in sorted(changes, key=lambda change: (change.first, change.last))]


def compare(old: str, new: str) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Two texts, word by word."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    if len(left) + len(right) > _MOST_WORDS:
        return (Stretch(old, True),), (Stretch(new, True),)
    columns: tuple[list[Stretch], list[Stretch]] = ([], [])
    for kind, *ends in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        pieces = "".join(left[ends[0] : ends[1]]), "".join(right[ends[2] : ends[3]])
        for column, piece in zip(columns, pieces, strict=True):
            if piece:
                column.append(Stretch(piece, kind != "equal"))
    return tuple(columns[0]), tuple(columns[1])


def _rows(blocks: Sequence[StoredBlock], change: Change) -> list[Row]:
    first = change.last + 1 if change.kind is ChangeKind.INSERT else change.first
    rows = [*_around(blocks, range(first - 1, -1, -1))]
    rows += _changed(change)
    rows += _around(blocks, range(change.last + 1, len(blocks)))
    if change.kind is ChangeKind.MOVE and change.to is not None:
        rows += _around(blocks, range(change.to, -1, -1))
        rows.append(Row(Side.MOVED_HERE, new=(Stretch(change.before, True),)))
    return rows


def _changed(change: Change) -> Iterator[Row]:
    match change.kind:
        case ChangeKind.REPLACE:
            old, new = compare(change.before, change.markdown)
            yield Row(Side.CHANGED, old, new)
        case ChangeKind.INSERT:
            yield Row(Side.ADDED, new=(Stretch(change.markdown, True),))
        case ChangeKind.DELETE:
            yield Row(Side.REMOVED, old=(Stretch(change.before, True),))
        case ChangeKind.MOVE:
            yield Row(Side.MOVED_AWAY, old=(Stretch(change.before, True),))


def _around(blocks: Sequence[StoredBlock], numbers: range) -> Iterator[Row]:
    """The nearest block in a direction that learners see."""
    for number in numbers:
        if 0 <= number < len(blocks) and may_change(blocks[number]):
            text = str(blocks[number]["text"])
            shown = text if len(text) <= _CONTEXT_CHARS else f"{text[:_CONTEXT_CHARS].rstrip()}…"
            yield Row(Side.AROUND, (Stretch(shown),), (Stretch(shown),))
            return
