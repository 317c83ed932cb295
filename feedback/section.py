"""The stretch of a lesson that a place names, in the terms that changes are made in."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.blocks import BlockKind
from knowledge.lexical import terms
from knowledge.revisions import LessonState
from knowledge.sections import heading_level, may_change
from knowledge.sight import StoredBlock, evened

_TOLD = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TABLE, BlockKind.CODE, BlockKind.TRANSCRIPT})


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks of a lesson under one heading; `numbers` are of those learners see, in order, `focus` the one meant."""

    state: LessonState
    anchor: str
    numbers: tuple[int, ...]
    focus: int

    @property
    def blocks(self) -> Sequence[StoredBlock]:
        """All blocks of the lesson: what the numbers count."""
        return self.state.blocks

    @property
    def heading(self) -> str:
        """The nearest heading, the lesson's title where there is none."""
        path = self.blocks[self.focus]["heading_path"]
        return str(path[-1]) if path else self.state.title

    @property
    def last(self) -> int:
        """The last block learners see of it."""
        return self.numbers[-1]

    def told(self) -> list[int]:
        """The numbers of blocks that tell something: no headings, no exercises."""
        return [number for number in self.numbers if self.blocks[number]["kind"] in _TOLD]

    def text(self) -> str:
        """What learners read there."""
        return "\n\n".join(str(self.blocks[number]["text"]) for number in self.numbers)


def section_at(state: LessonState, anchor: str, *, said: Iterable[str], passage: str = "") -> Section | None:
    """The section at an anchor, the one most spoken of where the place is the lesson as a whole.

    `said` are what learners wrote, `passage` the text of the passage it was bound to, "" for none. None for a lesson
    of which learners see nothing.
    """
    open_numbers = [number for number, block in enumerate(state.blocks) if may_change(block)]
    mine = [number for number in open_numbers if state.blocks[number]["anchor"] == anchor]
    wanted = Counter(term for text in said for term in frozenset(terms(text)))
    focus = _focus(state.blocks, mine or open_numbers, wanted, passage=evened(passage))
    if focus is None:
        return None
    under = state.blocks[focus]["anchor"]
    run = _run(open_numbers, focus, [block["anchor"] == under for block in state.blocks])
    return Section(state, str(under), run, focus)


def level_under(section: Section) -> int:
    """The level of a heading that would stand inside a section; 6 is the deepest there is."""
    levels = [heading_level(section.blocks[number]) for number in section.numbers]
    known = [level for level in levels if level is not None]
    return min(6, (known[0] if known else 1) + 1)


def _focus(blocks: Sequence[StoredBlock], numbers: Sequence[int], wanted: Counter[str], *, passage: str) -> int | None:
    """The block that shares most with what was said; of those that are in the passage, where there are any."""
    inside = [number for number in numbers if passage and evened(str(blocks[number]["text"])) in passage]
    told = [number for number in inside or numbers if blocks[number]["kind"] in _TOLD]
    candidates = told or list(inside) or list(numbers)
    if not candidates:
        return None
    return max(candidates, key=lambda number: (_shared(str(blocks[number]["text"]), wanted), -number))


def _shared(text: str, wanted: Counter[str]) -> float:
    """How much of what learners wrote a text holds; a long one holds much by chance."""
    held = frozenset(terms(text))
    return float(sum(wanted[term] for term in held) / math.sqrt(10 + len(held)))


def _run(numbers: Sequence[int], focus: int, same: Sequence[bool]) -> tuple[int, ...]:
    """The open numbers around `focus` that no block of another section parts from it."""
    first = last = focus
    while first > 0 and same[first - 1]:
        first -= 1
    while last + 1 < len(same) and same[last + 1]:
        last += 1
    return tuple(number for number in numbers if first <= number <= last)
