"""Picks the course's own sentences that answer a question: verbatim, in lesson order.

A unit is what is quoted whole: a sentence, a short list, a code block, a small table. Units compete on three scores,
each in standard deviations among the candidates: likeness in meaning, share of the question's words, and how well
their passage was found. Nothing is written here that the author did not write.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.blocks import BlockKind
from knowledge.encoder import Vector
from knowledge.lessons import Source
from knowledge.lexical import LexicalIndex, terms
from knowledge.passages import Segment
from knowledge.search import Ranking
from knowledge.sentences import Span
from knowledge.shelf import Shelf

_PASSAGES = 4
_WORDS = 60
_SENTENCES = 2
_LIST_WORDS = 60
_CODE_LINES = 30
_TABLE_ROWS = 10
_FEWEST_WORDS = 3
_PASSAGE_WEIGHT = 0.5
_CODE_MALUS = 2.0
# A name with an underscore, a dot or a capital inside, a call, or the word itself.
_CODE_ASKED = re.compile(r"[_(){}\[\]=]|\w\.\w|[a-z][A-Z]|\bкод|\bскрипт|\bcode\b|\bscript\b")
_ITEM_MARK = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a source, `source.text[start:end]`."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The author's own characters."""
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source that was found, its language and place in the course, and its joined search score."""

    source: Source
    lang: str
    order: int
    score: float


def extract(ranking: Ranking, evidence: Sequence[Evidence], *, shelf: Shelf) -> tuple[Quote, ...]:
    """The best quotes, in course order; at least one when there is evidence. `evidence` is best first."""
    found = evidence[:_PASSAGES]
    units = [unit for item in found for unit in _units(item, shelf, ranking.vector)]
    if not units:
        return tuple(_whole(item.source) for item in found[:1])
    chosen = _choose([unit.quote for unit in units], _scores(ranking, units, lexical=shelf.lexical))
    order = {item.source.passage: item.order for item in found}
    return _merged(sorted(chosen, key=lambda quote: (order[quote.source.passage], quote.start)))


def _whole(source: Source) -> Quote:
    return Quote(source, 0, len(source.text))


@dataclass(frozen=True, slots=True)
class _Unit:
    quote: Quote
    kind: BlockKind
    cosine: float
    found: Evidence


def _units(item: Evidence, shelf: Shelf, question: Vector) -> Iterator[_Unit]:
    spans = shelf.sentences.spans_of(item.order)
    cosines = shelf.sentences.cosines_of(item.order, question)
    for segment in item.source.segments:
        inside = [
            (span, float(cosine))
            for span, cosine in zip(spans, cosines, strict=True)
            if segment.start <= span.start < segment.end
        ]
        if inside and segment.kind is not BlockKind.EXERCISE:
            yield from _segment_units(item, segment, inside)


def _segment_units(item: Evidence, segment: Segment, inside: Sequence[tuple[Span, float]]) -> Iterator[_Unit]:
    source = item.source
    text = source.text[segment.start : segment.end]
    if _stays_whole(segment.kind, text):
        best = max(cosine for _, cosine in inside)
        yield _Unit(Quote(source, segment.start, segment.end), segment.kind, best, item)
        return
    if segment.kind is BlockKind.CODE:
        return
    for span, cosine in inside:
        mark = _ITEM_MARK.match(source.text, span.start, span.end)
        quote = Quote(source, mark.end() if mark else span.start, span.end)
        # A two-word fragment, a lead-in ("For example:") or a question says nothing on its own.
        if len(quote.text.split()) >= _FEWEST_WORDS and not quote.text.endswith((":", "?")):
            yield _Unit(quote, segment.kind, cosine, item)


def _stays_whole(kind: BlockKind, text: str) -> bool:
    if kind is BlockKind.CODE:
        return text.count("\n") < _CODE_LINES
    if kind is BlockKind.TABLE:
        return text.count("\n") < _TABLE_ROWS
    return kind is BlockKind.LIST and len(text.split()) <= _LIST_WORDS


def _scores(ranking: Ranking, units: Sequence[_Unit], *, lexical: LexicalIndex) -> npt.NDArray[np.float64]:
    alike = np.asarray([unit.cosine for unit in units])
    shared = np.asarray([lexical.coverage(ranking.terms, terms(unit.quote.text)) for unit in units])
    passage = np.asarray([unit.found.score for unit in units])
    # Words are shared across languages by chance, in code above all: they count as far as the passages' language is
    # the question's own.
    same = float(np.mean([unit.found.lang == ranking.lang for unit in units]))
    malus = 0.0 if _CODE_ASKED.search(ranking.question) else _CODE_MALUS
    code = malus * np.asarray([unit.kind is BlockKind.CODE for unit in units])
    scores = _standard(alike) + same * _standard(shared) + _PASSAGE_WEIGHT * _standard(passage) - code
    return np.asarray(scores, dtype=np.float64)


def _standard(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def _choose(units: Sequence[Quote], scores: npt.NDArray[np.float64]) -> list[Quote]:
    chosen: list[Quote] = []
    words = 0
    for row in np.argsort(-scores, kind="stable"):
        size = len(units[row].text.split())
        if chosen and (words + size > _WORDS or units[row].text in {quote.text for quote in chosen}):
            continue
        chosen.append(units[row])
        words += size
        if len(chosen) == _SENTENCES:
            break
    return chosen


def _merged(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Neighbouring quotes of one passage become one, so that a citation shows them together."""
    merged: list[Quote] = []
    for quote in quotes:
        last = merged[-1] if merged else None
        if last and last.source is quote.source and not quote.source.text[last.end : quote.start].strip():
            merged[-1] = Quote(quote.source, last.start, quote.end)
        else:
            merged.append(quote)
    return tuple(merged)
