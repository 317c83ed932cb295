"""Changes of a lesson in the terms of one of its revisions: what to put where, block by block.

A block is named by its number in the revision's reading order, from 0, and by its text at that time, so that a change
that no longer fits is noticed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


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

    REPLACE and DELETE concern the blocks `first` to `last`, inclusive; `before` is their text, joined by blank lines.
    INSERT puts `markdown` behind the block `last` (-1: at the very start), whose text is `before`. MOVE takes `first`
    to `last` behind the block `to` (-1: to the very start).
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
