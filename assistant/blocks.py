"""Which blocks of all the courses fit somebody: by what they are after, what they know, and what a block requires.

Pure: blocks go in, a ranked list with its reasons comes out. Two blocks that teach the same in two languages stand in
it once, in the learner's own language where there is one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a course that can be learnt by itself once what it `requires` is known.

    `id` is unique in the installation. `requires` and `same_as` are ids of other blocks, those of other courses too;
    `lessons` are slugs.
    """

    id: str
    product: str
    course: str
    title: str
    lang: str
    lessons: tuple[str, ...]
    skills: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    same_as: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fit:
    """A block as it fits somebody: the required blocks they have, and those they need first, in order."""

    block: Block
    likeness: float | None
    met: tuple[Block, ...]
    missing: tuple[Block, ...]


def rank_blocks(
    blocks: Sequence[Block],
    *,
    have: Collection[str],
    lang: str,
    liked: Mapping[str, float] | None = None,
    touched: Collection[str] = (),
) -> list[Fit]:
    """The blocks somebody does not have yet, the best first; those they have `touched` count as met, and are offered.

    With `liked`, the likeness of blocks to a goal by id: by that. Without: by the learner's language, by how little is
    missing, and in the order of the courses.
    """
    known = {block.id: block for block in blocks}
    had = _with_same(have, known)
    met = _with_same({*have, *touched}, known)
    offered = _each_once([block for block in blocks if block.id not in had], lang)
    place = {block.id: number for number, block in enumerate(blocks)}
    fits = [_fit(block, known, met, liked) for block in offered]
    if liked is not None:
        return sorted(fits, key=lambda fit: (-(fit.likeness or 0.0), place[fit.block.id]))
    return sorted(fits, key=lambda fit: (fit.block.lang != lang, len(fit.missing), place[fit.block.id]))


def _with_same(have: Collection[str], known: Mapping[str, Block]) -> frozenset[str]:
    """What somebody has in one language they have in the other."""
    same = {other for one in have if one in known for other in known[one].same_as}
    return frozenset(have) | same


def _each_once(blocks: Sequence[Block], lang: str) -> list[Block]:
    chosen: list[Block] = []
    for block in sorted(blocks, key=lambda block: block.lang != lang):
        if not any(block.id in other.same_as or other.id in block.same_as for other in chosen):
            chosen.append(block)
    return chosen


def _fit(block: Block, known: Mapping[str, Block], had: Collection[str], liked: Mapping[str, float] | None) -> Fit:
    needed = _all_required(block, known)
    return Fit(
        block,
        None if liked is None else liked.get(block.id, 0.0),
        met=tuple(known[one] for one in block.requires if one in known and one in had),
        missing=tuple(known[one] for one in needed if one not in had),
    )


def _all_required(block: Block, known: Mapping[str, Block]) -> list[str]:
    """What a block requires, and what that requires, the first to learn first."""
    found: dict[str, None] = {}

    def visit(one: str, on_the_way: frozenset[str]) -> None:
        for required in known[one].requires:
            if required in known and required not in on_the_way and required not in found:
                visit(required, on_the_way | {required})
                found[required] = None

    visit(block.id, frozenset({block.id}))
    return list(found)
