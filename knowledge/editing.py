"""Makes changes of a lesson: the blocks it has with them, each under its heading and with its anchor.

Headings that stay keep their anchors, so that citations and addresses still lead there; one that is put in place of
another takes its anchor over. New text belongs to whoever sees what stands before it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.blocks import BlockKind, SpotKind
from knowledge.edits import Change, ChangeKind, check_changes
from knowledge.fragments import read_fragment
from knowledge.readers.anchors import Anchors
from knowledge.sections import Heading, Sections, Under, heading_level, may_change, stands_as_read
from knowledge.sight import StoredBlock

_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST)
_KEPT_KINDS = (BlockKind.EXERCISE, BlockKind.DISCUSSION)
_ID = re.compile(r'(<h[1-6]) id="[^"]*"')
_TAKEN_OVER = ("visibility", "not_before", "path", "lang", "spot")


def apply_changes(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The blocks of the changed lesson, as they are stored.

    Raises Invalid and Conflict as `check_changes`, and Invalid for Markdown that cannot be read.
    """
    check_changes(blocks, changes)
    return list(_Editing(blocks, _Plan.of(blocks, changes)).run())


@dataclass(frozen=True, slots=True)
class _New:
    """A fragment in its place: like which block it is seen, and which blocks it stands for (none: it is added)."""

    markdown: str
    like: int
    instead: tuple[int, ...] = ()


@dataclass(slots=True)
class _Plan:
    """What stands before and behind each block of the base, and which blocks are not in their place any more."""

    before: dict[int, _New] = field(default_factory=dict)
    behind: defaultdict[int, list[_New | int]] = field(default_factory=lambda: defaultdict(list))
    gone: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> "_Plan":
        plan = cls()
        for change in changes:
            stretch = range(change.first, change.last + 1)
            shown = tuple(number for number in stretch if change.kind is not ChangeKind.INSERT and _in(blocks, number))
            match change.kind:
                case ChangeKind.REPLACE:
                    plan.before[shown[0]] = _New(change.markdown, shown[0], shown)
                    plan.gone.update(shown)
                case ChangeKind.DELETE:
                    plan.gone.update(shown)
                case ChangeKind.MOVE:
                    plan.behind[_target(change.to)].extend(stretch)
                    plan.gone.update(stretch)
                case ChangeKind.INSERT:
                    new = _New(change.markdown, _like(blocks, change.last))
                    plan.behind[_place(blocks, change)].append(new)
        return plan

    def order(self, count: int) -> Iterator[_New | int]:
        yield from self.behind[-1]
        for number in range(count):
            if number in self.before:
                yield self.before[number]
            if number not in self.gone:
                yield number
            yield from self.behind[number]


class _Editing:
    def __init__(self, blocks: Sequence[StoredBlock], plan: _Plan) -> None:
        self._blocks = blocks
        self._plan = plan
        self._regular = stands_as_read(blocks)
        self._sections = Sections()
        self._anchors = Anchors()
        freed = self._freed()
        for block in blocks:
            if heading_level(block) is not None and block["anchor"] not in freed:
                self._anchors.claim(block["text"], wanted=block["anchor"])

    def run(self) -> Iterator[dict[str, Any]]:
        for each in self._plan.order(len(self._blocks)):
            if isinstance(each, _New):
                yield from self._new(each)
            else:
                yield self._kept(each)

    def _freed(self) -> set[str]:
        """Anchors of headings something else stands in place of."""
        numbers = (new.instead[0] for new in self._plan.before.values())
        return {self._blocks[each]["anchor"] for each in numbers if heading_level(self._blocks[each]) is not None}

    def _kept(self, number: int) -> dict[str, Any]:
        block = self._blocks[number]
        self._sections.enter(block)
        return dict(block) if not self._regular[number] else _under(block, self._sections.place(block))

    def _new(self, new: _New) -> Iterator[dict[str, Any]]:
        like = self._blocks[new.like] if self._blocks else {}
        is_apart = bool(self._blocks) and not self._regular[new.like] and not self._plan_starts(new)
        over: tuple[Heading, ...] = self._sections.open
        replaced = [self._blocks[each] for each in new.instead]
        for position, block in enumerate(read_fragment(new.markdown, under=over)):
            told = _as_seen(block, like) | {"kind": _kind(block, replaced)}
            if heading_level(block) is not None:
                is_apart = False
                told = self._titled(told, replaced[0] if position == 0 and replaced else None)
                self._sections.enter(told)
            yield told if is_apart and _copy(told, like) else _under(told, self._sections.place(told))

    def _plan_starts(self, new: _New) -> bool:
        return new in self._plan.behind[-1]

    def _titled(self, block: dict[str, Any], replaced: StoredBlock | None) -> dict[str, Any]:
        """A heading with an anchor nobody else in the lesson has, or that of the heading it stands in place of."""
        wanted = block["anchor"]
        if replaced is not None and heading_level(replaced) is not None:
            wanted = replaced["anchor"]
        anchor = self._anchors.claim(block["text"], wanted=wanted)
        return block | {"anchor": anchor, "html": _ID.sub(lambda found: f'{found[1]} id="{anchor}"', block["html"], 1)}
