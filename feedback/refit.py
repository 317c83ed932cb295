"""How changes of a lesson fit a later revision of it that reads the same where they are made."""

from collections.abc import Sequence
from dataclasses import replace

from foundation.errors import Conflict, Invalid
from knowledge.edits import Change, ChangeKind, check_changes
from knowledge.sight import StoredBlock, evened


def refit(then: Sequence[StoredBlock], today: Sequence[StoredBlock], changes: Sequence[Change]) -> list[Change] | None:
    """The changes in the terms of today's blocks; None where one of them no longer has its one place there."""
    fitted = [_fitted(then, today, change) for change in changes]
    found = [change for change in fitted if change is not None]
    if len(found) < len(changes):
        return None
    try:
        check_changes(today, found)
    except (Invalid, Conflict):
        return None
    return found


def _fitted(then: Sequence[StoredBlock], today: Sequence[StoredBlock], change: Change) -> Change | None:
    first = change.last if change.kind is ChangeKind.INSERT else change.first
    stretch = _place(then, today, first, change.last)
    if stretch is None:
        return None
    if change.to is None:
        return replace(change, first=stretch[0], last=stretch[1])
    to = _place(then, today, change.to, change.to)
    return None if to is None else replace(change, first=stretch[0], last=stretch[1], to=to[1])


def _place(then: Sequence[StoredBlock], today: Sequence[StoredBlock], first: int, last: int) -> tuple[int, int] | None:
    """Where a stretch stands today, by its text and its heading; None where it is gone or stands there twice."""
    if last < 0:
        return first, last
    length = last - first + 1
    wanted = [_key(block) for block in then[first : last + 1]]
    keys = [_key(block) for block in today]
    found = [at for at in range(len(keys) - length + 1) if keys[at : at + length] == wanted]
    return (found[0], found[0] + length - 1) if len(found) == 1 else None


def _key(block: StoredBlock) -> tuple[str, str, str]:
    return str(block["kind"]), str(block["anchor"]), evened(str(block["text"]))
