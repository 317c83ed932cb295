"""Where lessons say nearly the same, and where similar words carry other numbers or a "not".

A rule over words, no understanding: sentences of different lessons in one language that share most of their stems are
the same thing said twice, or, where their numbers or their polarity differ, a place for a person to look at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from assistant.across import Across
from assistant.claim_reading import read_claim
from assistant.claims import Fault, Proof, find_fault
from assistant.extract import Quote
from knowledge.blocks import BlockKind
from knowledge.lexical import terms
from knowledge.sentences import sentence_spans

# Share of stems two sentences have in common, of all they have (Jaccard); with fewer than these they are too short.
_ALIKE = 0.6
_FEWEST_STEMS = 4
_TURNED = {Fault.NEGATION, Fault.DIRECTION}
_QUOTED = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TRANSCRIPT)


class OverlapKind(StrEnum):
    """What is the matter with two places."""

    SAME = "same"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two sentences of different lessons, `alike` from 0 to 1."""

    kind: OverlapKind
    one: Quote
    other: Quote
    alike: float


@dataclass(frozen=True, slots=True)
class _Sentence:
    quote: Quote
    lang: str
    stems: frozenset[str]


def find_overlaps(found: Sequence[Across]) -> list[Overlap]:
    """Pairs among what courses say on one subject: those that differ first, the most alike first."""
    sentences = [sentence for each in found for sentence in _sentences(each)]
    overlaps = [pair for one, other in combinations(sentences, 2) if (pair := _compared(one, other)) is not None]
    return sorted(overlaps, key=lambda pair: (pair.kind is OverlapKind.SAME, -pair.alike))


def _sentences(found: Across) -> Iterator[_Sentence]:
    for item in found.evidence:
        source = item.source
        for part in source.segments:
            if part.kind not in _QUOTED:
                continue
            for span in sentence_spans(source.text[part.start : part.end]):
                quote = Quote(source, part.start + span.start, part.start + span.end, found.product)
                stems = frozenset(term for term in terms(quote.text) if not term.isdecimal())
                if len(stems) >= _FEWEST_STEMS:
                    yield _Sentence(quote, item.lang, stems)


def _compared(one: _Sentence, other: _Sentence) -> Overlap | None:
    if one.lang != other.lang or one.quote.source.lesson.id == other.quote.source.lesson.id:
        return None
    shared = len(one.stems & other.stems) / len(one.stems | other.stems)
    if shared < _ALIKE:
        return None
    kind = OverlapKind.DIFFERS if _differ(one.quote.text, other.quote.text) else OverlapKind.SAME
    return Overlap(kind, one.quote, other.quote, round(shared, 3))


def _differ(mine: str, theirs: str) -> bool:
    """Whether either would be a false claim about the other: by a number where both have one, a "not", a direction."""
    faults = {find_fault(mine, [Proof(theirs)]), find_fault(theirs, [Proof(mine)])}
    both = bool(read_claim(mine).numbers and read_claim(theirs).numbers)
    return bool(faults & _TURNED) or (both and Fault.NUMBER in faults)
