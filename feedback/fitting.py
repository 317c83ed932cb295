"""Whether changes fit the blocks they are about, and how they fit a later revision of the same lesson."""

from collections.abc import Sequence
from dataclasses import replace

from foundation.errors import Invalid
from knowledge.blocks import BlockKind, Visibility
from knowledge.edits import Change, ChangeKind
from knowledge.sight import StoredBlock

MAX_MARKDOWN_CHARS = 20_000
MAX_CHANGES = 40


def text_of(blocks: Sequence[StoredBlock], first: int, last: int) -> str:
    """The blocks `first` to `last` as a change names them: their texts joined by blank lines; "" for -1."""
    return "\n\n".join(str(block["text"]) for block in blocks[first : last + 1]) if first >= 0 else ""


def is_open(block: StoredBlock) -> bool:
    """Whether a change may touch a block; answer keys and what is kept from learners stay as they were written."""
    return bool(block["kind"] != BlockKind.ANSWER_KEY and block["visibility"] == Visibility.LEARNER)


def check_changes(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> None:
    """Raises Invalid, saying which change, for one that does not fit, says nothing or touches what is hidden."""
    if len(changes) > MAX_CHANGES:
        raise Invalid(f"these are {len(changes)} changes; {MAX_CHANGES} are the most, make several proposals of them")
    taken: set[int] = set()
    for number, change in enumerate(changes, start=1):
        wrong = _fault(blocks, change) or _overlap(change, taken)
        if wrong:
            raise Invalid(f"change {number}: {wrong}")


def refit(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> tuple[Change, ...] | None:
    """The changes in the terms of another revision that has the same texts, each once; None where one does not fit."""
    moved = [_moved(blocks, change) for change in changes]
    found = tuple(change for change in moved if change is not None)
    if len(found) < len(changes):
        return None
    try:
        check_changes(blocks, found)
    except Invalid:
        return None
    return found


def _fault(blocks: Sequence[StoredBlock], change: Change) -> str:
    count = len(blocks)
    if change.kind is ChangeKind.INSERT:
        if not -1 <= change.last < count:
            return f"there is no block {change.last} to put this behind"
        told = text_of(blocks, change.last, change.last)
    else:
        if not 0 <= change.first <= change.last < count:
            return f"there are no blocks {change.first} to {change.last} in this lesson"
        if not all(map(is_open, blocks[change.first : change.last + 1])):
            return "it would touch what learners do not see; change that in your own files"
        told = text_of(blocks, change.first, change.last)
    if change.kind is ChangeKind.MOVE and not _is_elsewhere(change, count):
        return "it moves nowhere"
    if change.before != told:
        return "the lesson says something else there"
    return _wording_fault(change)


def _wording_fault(change: Change) -> str:
    if change.kind in (ChangeKind.DELETE, ChangeKind.MOVE):
        return ""
    if not change.markdown.strip():
        return "it has no text; delete the blocks if that is meant"
    if len(change.markdown) > MAX_MARKDOWN_CHARS:
        return f"it has {len(change.markdown)} characters; {MAX_MARKDOWN_CHARS} are the most"
    return ""


def _is_elsewhere(change: Change, count: int) -> bool:
    to = change.to
    return to is not None and -1 <= to < count and not change.first - 1 <= to <= change.last


def _overlap(change: Change, taken: set[int]) -> str:
    if change.kind is ChangeKind.INSERT:
        return ""
    mine = set(range(change.first, change.last + 1))
    if mine & taken:
        return "another change is about the same blocks"
    taken |= mine
    return ""


def _moved(blocks: Sequence[StoredBlock], change: Change) -> Change | None:
    if change.kind is ChangeKind.INSERT and change.last == -1:
        return change
    length = 1 if change.kind is ChangeKind.INSERT else change.last - change.first + 1
    # Where a MOVE goes is named by a number alone: it holds only as long as the blocks stand where they stood.
    found = [at for at in range(len(blocks) - length + 1) if text_of(blocks, at, at + length - 1) == change.before]
    if len(found) != 1 or (change.kind is ChangeKind.MOVE and found[0] != change.first):
        return None
    return replace(change, first=found[0], last=found[0] + length - 1)
