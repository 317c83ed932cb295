"""Where a long section changes its subject, after the idea of TextTiling (Hearst 1997): words on both sides differ."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.section import Section
from knowledge.blocks import BlockKind
from knowledge.lexical import terms
from knowledge.words import words_of

_LEAST_WORDS = 150
_LEAST_SHARE = 0.25
_LEAST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Cut:
    """A section is parted behind the block `behind`; `title` names the second part, "" where no word stands out."""

    behind: int
    title: str


def split_at(at: Section) -> Cut | None:
    """The best place to part a section, each side with a quarter of its words; None for one that is short."""
    texts = [str(at.blocks[number]["text"]) for number in at.numbers]
    sizes = [len(text.split()) for text in texts]
    whole, best = sum(sizes), None
    if whole < _LEAST_WORDS:
        return None
    for place in range(1, len(texts)):
        before = sum(sizes[:place])
        if not _LEAST_SHARE * whole <= before <= (1 - _LEAST_SHARE) * whole or not _begins(at, place):
            continue
        alike = _alike(texts[:place], texts[place:])
        if best is None or alike < best[0]:
            best = (alike, place)
    if best is None:
        return None
    return Cut(at.numbers[best[1] - 1], _title(texts[: best[1]], texts[best[1] :]))


def _begins(at: Section, place: int) -> bool:
    """Whether a part may begin there: with prose, and not between a line and the list or code it announces."""
    before, after = at.blocks[at.numbers[place - 1]], at.blocks[at.numbers[place]]
    return after["kind"] == BlockKind.PARAGRAPH and not str(before["text"]).rstrip().endswith(":")


def _alike(before: Sequence[str], after: Sequence[str]) -> float:
    """How many words two sides share, of those the smaller one has."""
    one, other = (frozenset(term for text in texts for term in terms(text)) for texts in (before, after))
    return len(one & other) / max(1, min(len(one), len(other)))


def _title(before: Sequence[str], after: Sequence[str]) -> str:
    """The word the second part uses most and the first one never, as it stands there first."""
    known = frozenset(term for text in before for term in terms(text))
    words = [
        (word, told)
        for text in after
        for word in words_of(text)
        if len(word) >= _LEAST_LETTERS
        for told in terms(word)[:1]
    ]
    counted = Counter(stem for _, stem in words if stem not in known)
    stem, times = max(counted.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    return next(word for word, told in words if told == stem).capitalize() if times > 1 else ""
