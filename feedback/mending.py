"""Which kind of mending learners ask for at a place, told by their own words; patterns are in `mending_words/`.

The rules stand in docs/design/proposals.md. They look at words alone: whether such a mending can be drafted is for
`feedback.draft_changes` to say.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from feedback.item import Item
from feedback.proposal import ProposalKind
from feedback.theme import ThemeKind
from knowledge.words import fold

_LEAST_VOICES = 2
_LEAST_SHARE = 0.25
# Of equally many voices the graver one: what is wrong misleads everybody, what is too long tires some.
_ORDER = (
    ProposalKind.FIX_ERROR,
    ProposalKind.REPLACE,
    ProposalKind.MOVE,
    ProposalKind.ADD_EXAMPLE,
    ProposalKind.SPLIT,
    ProposalKind.RETIRE,
)
_WORD = re.compile(r"[^\W_]+")
_GAP = r"(?:\S+ ){0,3}"


def kind_wanted(items: Iterable[Item], themes: Iterable[ThemeKind]) -> ProposalKind:
    """The kind most learners ask for, when a quarter of those who wrote and at least two do.

    Else what the themes are about: an answer where most are gaps, a clearer text where not.
    """
    voices, wrote = _voices(items)
    wanted = max(_ORDER, key=lambda kind: (len(voices[kind]), -_ORDER.index(kind)))
    if len(voices[wanted]) >= max(_LEAST_VOICES, _LEAST_SHARE * wrote):
        return wanted
    kinds = list(themes)
    gaps = sum(kind is ThemeKind.GAP for kind in kinds)
    return ProposalKind.ADD_ANSWER if 2 * gaps > len(kinds) else ProposalKind.CLARIFY


def kinds_in(text: str) -> frozenset[ProposalKind]:
    """The kinds of mending that a text's words ask for."""
    said = f"{' '.join(_WORD.findall(fold(text)))} "
    return frozenset(kind for kind, pattern in _patterns().items() if pattern.search(said))


def _voices(items: Iterable[Item]) -> tuple[Mapping[ProposalKind, set[str]], int]:
    """Who asks for each kind, and how many wrote anything."""
    voices: dict[ProposalKind, set[str]] = defaultdict(set)
    wrote = set()
    for item in items:
        if item.text:
            who = item.learner or item.id
            wrote.add(who)
            for kind in kinds_in(item.text):
                voices[kind].add(who)
    return voices, len(wrote)


@cache
def _patterns() -> dict[ProposalKind, re.Pattern[str]]:
    found: dict[ProposalKind, list[str]] = defaultdict(list)
    for lang in ("en", "ru"):
        told = tomllib.loads((files("feedback") / "mending_words" / f"{lang}.toml").read_text(encoding="utf-8"))
        for kind, patterns in told.items():
            found[ProposalKind(kind)] += [_as_regex(pattern) for pattern in patterns]
    return {kind: re.compile(rf"(?<!\S)(?:{'|'.join(patterns)})(?!\S)") for kind, patterns in found.items()}


def _as_regex(pattern: str) -> str:
    return pattern.strip().replace(" … ", f" {_GAP}").replace("*", r"\w*")
