"""Under which headings a lesson's blocks stand, told from the order of the blocks alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.blocks import BlockKind, Visibility
from knowledge.sight import StoredBlock

_LEVEL = re.compile(r"<h([1-6])[ >]")
_OPEN = frozenset({Visibility.LEARNER, Visibility.NOT_BEFORE})


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that is open at some block; `is_hidden`: learners never see it."""

    level: int
    title: str
    anchor: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Under:
    """The headings a block stands under, outermost first, and the anchor of the nearest."""

    path: tuple[str, ...]
    anchor: str


def may_change(block: StoredBlock) -> bool:
    """Whether learners see a block, now or from a moment on; any other is out of a change's reach."""
    return block["kind"] != BlockKind.ANSWER_KEY and block["visibility"] in _OPEN


def heading_level(block: StoredBlock) -> int | None:
    """1 to 6 for a heading, also for one that belongs to a question or a key; None for any other block."""
    found = _LEVEL.match(block["html"])
    return int(found[1]) if found else None


class Sections:
    """The headings that are open while blocks are passed one by one."""

    def __init__(self) -> None:
        self._open: list[Heading] = []

    def enter(self, block: StoredBlock) -> None:
        """Pass a block; a heading closes those of its level and below."""
        level = heading_level(block)
        if level is None:
            return
        while self._open and self._open[-1].level >= level:
            self._open.pop()
        self._open.append(Heading(level, block["text"], block["anchor"], not may_change(block)))

    @property
    def open(self) -> tuple[Heading, ...]:
        """The headings that learners see of what is open."""
        return tuple(heading for heading in self._open if not heading.is_hidden)

    def place(self, block: StoredBlock) -> Under:
        """Where a block stands that was just passed; a hidden heading is over nothing that learners see."""
        over = self.open if may_change(block) else tuple(self._open)
        return Under(tuple(heading.title for heading in over), over[-1].anchor if over else "")


def stands_as_read(blocks: Sequence[StoredBlock]) -> list[bool]:
    """For each block whether its reader put it just where the order of headings does.

    What stands in a fold-out or in a file of its own may have headings that do not reach beyond it.
    """
    sections, found = Sections(), []
    for block in blocks:
        sections.enter(block)
        found.append(sections.place(block) == Under(tuple(block["heading_path"]), block["anchor"]))
    return found
