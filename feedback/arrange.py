"""Arranges what is said at one place into groups; pure: the same items give the same groups in any order.

What several say in their own words is a group. What nobody else says there is gathered by what is wrong with it
(`feedback.facets`), and what is then still alone with everything else that is: so a section where each learner
stumbles in words of their own still shows as one. So are groups that too few learners stand behind to be ever shown,
where together there are enough: of eight places with a defect each, five or six were in the themes without it, and
eight with it (`evals.loop`, 2026-11).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from feedback.cluster import group_vectors
from feedback.facets import FacetSet, Scores, read_facets
from knowledge.encoder import Vector

# Fewer saying the same are no group of their own, nor are they where they are less than a fiftieth of what is said: a
# large place has at most fifty groups.
LEAST_GROUP = 3
_LEAST_SHARE = 0.02
# From where a text surely speaks of a facet; below it, it is about something of its own. In a course's facets 93 % of
# what is said of courses as such lies above it, and 42 % of what is said of sections.
SURE_FACET = 0.3


@dataclass(frozen=True, slots=True)
class Voiced:
    """An item as it is arranged: `vector` is on common ground, `facet` what it speaks of there, "" for nothing.

    `speaker` is who said it, None for nobody known.
    """

    id: str
    vector: Vector
    facet: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together, by id; `facet` is "" for none.

    `loose` are those that no words of their own hold together: such a group is named by its facet.
    """

    members: tuple[str, ...]
    facet: str
    loose: bool
    mean: Vector


def arrange(said: Sequence[Voiced], *, floor: int = 0) -> list[Group]:
    """The groups of everything that is said at one place, the largest first; every item is in one.

    `floor` is how many must have spoken for a group to be shown.
    """
    if not said:
        return []
    ordered = sorted(said, key=lambda each: each.id)
    labels = group_vectors(np.stack([each.vector for each in ordered]))
    sizes = np.bincount(labels)
    least = max(LEAST_GROUP, _LEAST_SHARE * len(ordered))
    alike = [[ordered[row] for row in np.flatnonzero(labels == label)] for label in np.flatnonzero(sizes >= least)]
    alone = [each for each, label in zip(ordered, labels, strict=True) if sizes[label] < least]
    few = [members for members in alike if _speakers(members) < floor]
    together = alone + [each for members in few for each in members]
    if few and _speakers(together) >= floor:
        alike = [members for members in alike if _speakers(members) >= floor]
        alone = sorted(together, key=lambda each: each.id)
    groups = [_group(members, loose=False) for members in alike] + _gathered(alone, floor=floor)
    return sorted(groups, key=lambda group: (-len(group.members), group.members))


def facet_of(which: FacetSet, scores: Scores) -> str:
    """The facet a text speaks of most, of its scores `(facets,)`; "" where it surely speaks of none."""
    best = int(np.argmax(scores))
    return read_facets(which).facets[best].id if scores[best] >= SURE_FACET else ""


def kept_names(groups: Mapping[int, Sequence[str]], was: Mapping[str, str]) -> dict[int, str]:
    """Which theme each group goes on as: group → theme; `groups` are members by group, `was` the theme an item was in.

    A theme goes on in the group that has the most of its items, when that is half of the theme or half of the group;
    none goes on twice.
    """
    size = Counter(was.values())
    shared = Counter((was[item], number) for number, members in groups.items() for item in members if item in was)
    kept: dict[int, str] = {}
    for (theme, number), count in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])):
        enough = 2 * count >= min(size[theme], len(groups[number]))
        if enough and number not in kept and theme not in kept.values():
            kept[number] = theme
    return kept


def _speakers(said: Sequence[Voiced]) -> int:
    return len({each.speaker for each in said} - {None})


def _gathered(alone: Sequence[Voiced], *, floor: int) -> list[Group]:
    by_facet: dict[str, list[Voiced]] = {}
    for each in alone:
        by_facet.setdefault(each.facet, []).append(each)
    rest = by_facet.pop("", [])
    for facet in sorted(by_facet):
        if len(by_facet[facet]) < LEAST_GROUP or _speakers(by_facet[facet]) < floor:
            rest += by_facet.pop(facet)
    groups = [_group(members, loose=True) for members in by_facet.values()]
    return groups + ([replace(_group(rest, loose=True), facet="")] if rest else [])


def _group(members: Sequence[Voiced], *, loose: bool) -> Group:
    """A group; its facet is what most of its members speak of."""
    ids = tuple(sorted(each.id for each in members))
    mean = np.asarray(np.mean([each.vector for each in members], axis=0), dtype=np.float32)
    spoken = Counter(each.facet for each in members)
    return Group(ids, min(spoken, key=lambda facet: (-spoken[facet], facet)), loose, mean)
