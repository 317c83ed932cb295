"""Changes of a lesson in the terms of one of its revisions: what to put where, block by block.

A block is named by its number in the revision's reading order, from 0, and by its text at that time, so that a change
that no longer fits is noticed. What learners never see, answer keys above all, is neither told of a change nor touched
by one: a stretch that spans it leaves it where it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from foundation.errors import Conflict, Invalid
from knowledge.sections import may_change
from knowledge.sight import StoredBlock, evened

MAX_MARKDOWN_CHARS = 20_000
_MOST_CHANGES = 50


class ChangeKind(StrEnum):
    """What is done to a stretch of blocks."""

    REPLACE = "replace"
    INSERT = "insert"
    DELETE = "delete"
    MOVE = "move"


class EditState(StrEnum):
    """What has become of an approved edit.

    DRAFT: in a draft release. LIVE: shown, and put into what is ingested from the author's files. ABSORBED: the files
    say the same by now. CONFLICT: the files changed at that place. TAKEN_BACK: a rollback removed it.
    """

    DRAFT = "draft"
    LIVE = "live"
    ABSORBED = "absorbed"
    CONFLICT = "conflict"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; the numbers are of the base revision whatever other changes come with it.

    REPLACE and DELETE concern the blocks `first` to `last`, inclusive; `before` is their text, joined by blank lines
    (`text_of`). INSERT puts `markdown` behind the block `last` (-1: at the very start), whose text is `before`. MOVE
    takes `first` to `last` behind the block `to` (-1: to the very start).
    """

    kind: ChangeKind
    first: int
    last: int
    before: str
    markdown: str = ""
    to: int | None = None


def change_to_plain(change: Change) -> dict[str, Any]:
    """As it is stored."""
    return asdict(change)


def change_from_plain(plain: Mapping[str, Any]) -> Change:
    """As it was stored."""
    return Change(**{**plain, "kind": ChangeKind(plain["kind"])})


def text_of(blocks: Sequence[StoredBlock], first: int, last: int) -> str:
    """What a change of these blocks has as `before`; "" for the place in front of the first."""
    return "\n\n".join(block["text"] for block in blocks[max(first, 0) : last + 1] if may_change(block))


def replace_blocks(blocks: Sequence[StoredBlock], first: int, last: int, markdown: str) -> Change:
    """Other words in place of a stretch."""
    return Change(ChangeKind.REPLACE, first, last, text_of(blocks, first, last), markdown)


def insert_behind(blocks: Sequence[StoredBlock], behind: int, markdown: str) -> Change:
    """More words behind a block; -1: at the very start."""
    return Change(ChangeKind.INSERT, behind, behind, text_of(blocks, behind, behind), markdown)


def delete_blocks(blocks: Sequence[StoredBlock], first: int, last: int) -> Change:
    """A stretch left out."""
    return Change(ChangeKind.DELETE, first, last, text_of(blocks, first, last))


def move_blocks(blocks: Sequence[StoredBlock], first: int, last: int, *, to: int) -> Change:
    """A stretch put behind another block; what is hidden in it goes along, as a key does with its question."""
    return Change(ChangeKind.MOVE, first, last, text_of(blocks, first, last), to=to)


def check_changes(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> None:
    """Whether changes can be made of a revision with these blocks.

    Raises Invalid for what makes no sense, and Conflict where the text is not the one a change was made on.
    """
    if not changes:
        raise Invalid("no change is given")
    if len(changes) > _MOST_CHANGES:
        raise Invalid(f"{len(changes)} changes of one lesson at once; {_MOST_CHANGES} are the most")
    for change in changes:
        _check_numbers(blocks, change)
        _check_words(change)
        if evened(change.before) != evened(text_of(blocks, *_named(change))):
            raise Conflict("the lesson reads differently where the change was made; look at it again")
    taken = sorted((change.first, change.last) for change in changes if change.kind is not ChangeKind.INSERT)
    if any(earlier[1] >= later[0] for earlier, later in pairwise(taken)):
        raise Invalid("two changes concern the same block; make them one")
    for change in changes:
        behind = _behind(change)
        if behind is not None and any(first <= behind < last for first, last in taken):
            raise Invalid("one change puts something into the middle of what another one replaces; make them one")


def _named(change: Change) -> tuple[int, int]:
    return (change.last, change.last) if change.kind is ChangeKind.INSERT else (change.first, change.last)


def _behind(change: Change) -> int | None:
    """The block something is put behind."""
    match change.kind:
        case ChangeKind.INSERT:
            return change.last
        case ChangeKind.MOVE:
            return change.to
        case _:
            return None


def _check_numbers(blocks: Sequence[StoredBlock], change: Change) -> None:
    behind = _behind(change)
    if change.kind is ChangeKind.MOVE and behind is None:
        raise Invalid("a move says where to")
    if behind is not None and not -1 <= behind < len(blocks):
        raise Invalid(f"nothing can be put behind block {behind}; the lesson has {len(blocks)}, counted from 0")
    if change.kind is ChangeKind.INSERT:
        return
    if not 0 <= change.first <= change.last < len(blocks):
        raise Invalid(f"the lesson has no blocks {change.first} to {change.last}; it has {len(blocks)}, counted from 0")
    if not any(may_change(block) for block in blocks[change.first : change.last + 1]):
        raise Invalid("learners do not see these blocks; a change cannot reach them")
    if change.kind is ChangeKind.MOVE and behind is not None and change.first <= behind <= change.last:
        raise Invalid("a stretch cannot be moved into itself")


def _check_words(change: Change) -> None:
    told = change.markdown.strip()
    if change.kind in (ChangeKind.REPLACE, ChangeKind.INSERT):
        if not told:
            raise Invalid("the new text is empty; to leave blocks out, delete them")
        if len(told) > MAX_MARKDOWN_CHARS:
            raise Invalid(f"the new text has {len(told)} characters; {MAX_MARKDOWN_CHARS} are the most")
    elif told:
        raise Invalid(f"a {change.kind} brings no text")
