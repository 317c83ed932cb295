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
from knowledge.sections import Sections, Under, heading_level, may_change, stands_as_read
from knowledge.sight import StoredBlock

_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST)
_KEPT_KINDS = (BlockKind.EXERCISE, BlockKind.DISCUSSION)
_ID = re.compile(r'(<h[1-6]) id="[^"]*"')
_TAKEN_OVER = ("visibility", "not_before", "path", "lang", "spot")


@dataclass(frozen=True, slots=True)
class Edited:
    """A block of the changed lesson as it is stored; `number` is which one of the base it is, None for a new one."""

    block: dict[str, Any]
    number: int | None


def apply_changes(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The blocks of the changed lesson, as they are stored.

    Raises Invalid and Conflict as `check_changes`, and Invalid for Markdown that cannot be read.
    """
    return [each.block for each in edited_blocks(blocks, changes)]


def edited_blocks(blocks: Sequence[StoredBlock], changes: Sequence[Change]) -> list[Edited]:
    """The same, each block with where it comes from; raises as `apply_changes`."""
    check_changes(blocks, changes)
    return list(_Editing(blocks, _Plan.of(blocks, changes)).run())


def title_after(title: str, before: Sequence[StoredBlock], after: Sequence[StoredBlock]) -> str:
    """The lesson's title: that of the heading which told it, found again by its anchor, where that was renamed."""
    told = next((each for each in before if heading_level(each) is not None and each["text"] == title), None)
    if told is None:
        return title
    now = (each["text"] for each in after if heading_level(each) is not None and each["anchor"] == told["anchor"])
    return str(next(now, title))


@dataclass(frozen=True, slots=True)
class _New:
    """A fragment in its place: like which block it is seen, if there is any, and which blocks it stands for."""

    markdown: str
    like: int | None
    instead: tuple[int, ...] = ()
    at_start: bool = False


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
            shown = tuple(
                number for number in stretch if change.kind is not ChangeKind.INSERT and may_change(blocks[number])
            )
            match change.kind:
                case ChangeKind.REPLACE:
                    plan.before[shown[0]] = _New(change.markdown, shown[0], shown)
                    plan.gone.update(shown)
                case ChangeKind.DELETE:
                    plan.gone.update(shown)
                case ChangeKind.MOVE:
                    plan.behind[-1 if change.to is None else change.to].extend(stretch)
                    plan.gone.update(stretch)
                case ChangeKind.INSERT:
                    new = _New(change.markdown, _like(blocks, change.last), at_start=change.last < 0)
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

    def run(self) -> Iterator[Edited]:
        for each in self._plan.order(len(self._blocks)):
            if isinstance(each, _New):
                yield from (Edited(block, None) for block in self._new(each))
            else:
                yield Edited(self._kept(each), each)

    def _freed(self) -> set[str]:
        """Anchors of headings something else stands in place of."""
        numbers = (new.instead[0] for new in self._plan.before.values())
        return {self._blocks[each]["anchor"] for each in numbers if heading_level(self._blocks[each]) is not None}

    def _kept(self, number: int) -> dict[str, Any]:
        block = self._blocks[number]
        self._sections.enter(block)
        return _put(block, self._sections.place(block)) if self._regular[number] else dict(block)

    def _new(self, new: _New) -> Iterator[dict[str, Any]]:
        like = None if new.like is None else self._blocks[new.like]
        # In a fold-out, or in a file of its own, headings are those of the block beside it.
        apart = like if new.like is not None and not self._regular[new.like] and not new.at_start else None
        replaced = [self._blocks[each] for each in new.instead]
        for position, block in enumerate(read_fragment(new.markdown, under=self._sections.open)):
            told = _seen_like(block, like) | {"kind": _kind(block, replaced)}
            if heading_level(block) is not None:
                told, apart = self._titled(told, replaced[0] if position == 0 and replaced else None), None
                self._sections.enter(told)
            under = (
                self._sections.place(told) if apart is None else Under(tuple(apart["heading_path"]), apart["anchor"])
            )
            yield _put(told, under)

    def _titled(self, block: dict[str, Any], replaced: StoredBlock | None) -> dict[str, Any]:
        """A heading with an anchor nobody else in the lesson has, or that of the heading it stands in place of."""
        wanted = block["anchor"]
        if replaced is not None and heading_level(replaced) is not None:
            wanted = replaced["anchor"]
        anchor = self._anchors.claim(block["text"], wanted=wanted)
        return block | {"anchor": anchor, "html": _ID.sub(lambda found: f'{found[1]} id="{anchor}"', block["html"], 1)}


def _like(blocks: Sequence[StoredBlock], number: int) -> int | None:
    """The block a new one is seen like: the nearest before it, or the first, of those learners see."""
    shown = [at for at, block in enumerate(blocks) if may_change(block)]
    before = [at for at in shown if at <= number]
    return before[-1] if before else shown[0] if shown else None


def _place(blocks: Sequence[StoredBlock], change: Change) -> int:
    """Behind which block it goes: a new section does not come between a question and its key."""
    place = change.last
    if change.markdown.lstrip().startswith("#"):
        while place + 1 < len(blocks) and not may_change(blocks[place + 1]):
            place += 1
    return place


def _seen_like(block: Mapping[str, Any], like: StoredBlock | None) -> dict[str, Any]:
    """A new block where `like` stands, for whom that is for; a key, which the new text may bring, stays hidden."""
    told = dict(block)
    if like is None:
        return told
    hidden = not may_change(block)
    told |= {name: like[name] for name in _TAKEN_OVER if name in like}
    if hidden:
        told["visibility"] = block["visibility"]
        told.pop("not_before", None)
    if told.get("spot", {}).get("kind") == SpotKind.TIME:
        # It is not said in the recording.
        del told["spot"]
    return told | {"start": like["end"], "end": like["end"]}


def _kind(block: Mapping[str, Any], replaced: Sequence[StoredBlock]) -> str:
    """What a block is; prose in place of a question, or of talk, is one too."""
    kinds = {each["kind"] for each in replaced}
    kept = next((kind for kind in _KEPT_KINDS if kinds == {kind}), None)
    return str(kept if kept is not None and block["kind"] in _PROSE else block["kind"])


def _put(block: StoredBlock, under: Under) -> dict[str, Any]:
    return {**block, "heading_path": list(under.path), "anchor": under.anchor}
