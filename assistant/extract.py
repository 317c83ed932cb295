"""Picks the course's own sentences that answer a question: verbatim, in lesson order.

A unit is what is quoted whole: a sentence, a list, a code block, a small table. Units compete on scores in standard
deviations among the candidates: likeness in meaning, as one vector and word by word, that of the unit beside them,
share of the question's words, and how well their passage was found. Nothing is written here that the author did not
write.

How much is quoted depends on how sure the choice is: one sentence where one stands out, several where many are alike.
At 43 words in the median that held the answer for 0.93 of the questions where the two best sentences, always, held it
for 0.89 at 48 (xquad, 2026-11). A sentence that leans on the one before brings it along.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.blocks import BlockKind, Spot, SpotKind
from knowledge.lessons import Source
from knowledge.lexical import LexicalIndex, terms
from knowledge.passages import Segment
from knowledge.products import Product
from knowledge.search import Ranking
from knowledge.sentences import Span
from knowledge.shelf_then import Ground

_PASSAGES = 4
_FEWEST, _MOST = 12, 150
_UNITS = 8
# Quoted until the chosen ones are this likely to be the right ones, as far as scores say. A reader takes longer over a
# language that is not the question's: there it is less.
_SURE_ENOUGH, _SURE_ENOUGH_ACROSS = 0.975, 0.8
# What is less likely than this to be right is not quoted, however unsure the rest.
_LEAST_LIKELY = 0.015
_LIST_WORDS = 110
_CODE_LINES = 30
_TABLE_ROWS = 10
_FEWEST_WORDS = 3
_ALIKE, _ALIKE_BY_WORD, _BESIDE, _SHARED, _PASSAGE = 1.0, 2.0, 0.3, 0.5, 1.0
_CODE_MALUS = 4.0
# A name with an underscore, a dot or a capital inside, a call, or the word itself.
_CODE_ASKED = re.compile(r"[_(){}\[\]=]|\w\.\w|[a-z][A-Z]|\bкод|\bскрипт|\bcode\b|\bscript\b")
# What begins so is about something that was named before.
_LEANS = re.compile(
    r"[\s«“\"'(—–-]*(?:он|она|оно|они|его|е[её]|их|ему|ей|им|н[её]м|ней|это|этот|эт[аи]|этого|этой|этому|этим|этих|"
    r"так(?:ой|ая|ие|ое|им)|тот|та|те|там|тогда|здесь|it|its|they|their|them|he|she|his|her|this|these|those|that|"
    r"such|there)\b",
    re.IGNORECASE,
)
_ITEM_MARK = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s+")
# Who plays a recording from the first of two sentences soon hears the second.
_ONE_MOMENT_S = 15


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a source, `source.text[start:end]`; `product` is whose it is, None for the asked product's own."""

    source: Source
    start: int
    end: int
    product: Product | None = None

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


def extract(ranking: Ranking, evidence: Sequence[Evidence], *, shelf: Ground) -> tuple[Quote, ...]:
    """The best quotes, in course order; at least one when there is evidence. `evidence` is best first."""
    found = evidence[:_PASSAGES]
    units = [unit for item in found for unit in _units(item, shelf, ranking)]
    if not units:
        return tuple(_whole(item.source) for item in found[:1])
    # Words are shared across languages by chance, in code above all: they count as far as the passages' language is
    # the question's own.
    same = float(np.mean([unit.found.lang == ranking.lang for unit in units]))
    scores = _scores(ranking, units, same=same, lexical=shelf.lexical)
    chosen = _choose(units, scores, sure_enough=_SURE_ENOUGH if same >= 0.5 else _SURE_ENOUGH_ACROSS)
    order = {item.source.passage: item.order for item in found}
    return _merged(sorted(chosen, key=lambda quote: (order[quote.source.passage], quote.start)))


def _whole(source: Source) -> Quote:
    return Quote(source, 0, len(source.text))


@dataclass(frozen=True, slots=True)
class _Unit:
    """`before` is the sentence it leans on."""

    quote: Quote
    kind: BlockKind
    cosine: float
    by_word: float
    found: Evidence
    before: Quote | None = None


def _units(item: Evidence, shelf: Ground, ranking: Ranking) -> Iterator[_Unit]:
    spans = shelf.sentences.spans_of(item.order)
    cosines = shelf.sentences.cosines_of(item.order, ranking.vector)
    alike = _AlikeByWord(item, shelf, ranking)
    for segment in item.source.segments:
        inside = [
            (span, float(cosine))
            for span, cosine in zip(spans, cosines, strict=True)
            if segment.start <= span.start < segment.end
        ]
        if inside and segment.kind is not BlockKind.EXERCISE:
            yield from _segment_units(item, segment, inside, alike)


class _AlikeByWord:
    """How much a stretch of a passage is like the question word by word; 0 where tokens are not to be had."""

    def __init__(self, item: Evidence, shelf: Ground, ranking: Ranking) -> None:
        self._weights = None if ranking.tokens is None else ranking.tokens.information
        if ranking.tokens is not None and shelf.tokens is not None:
            self._starts, self._cosines = shelf.tokens.cosines_of(item.order, ranking.tokens)
        else:
            self._weights = None

    def of(self, start: int, end: int) -> float:
        if self._weights is None:
            return 0.0
        inside = self._cosines[(self._starts >= start) & (self._starts < end)]
        return float(inside.max(axis=0) @ self._weights) if len(inside) else 0.0


def _segment_units(
    item: Evidence, segment: Segment, inside: Sequence[tuple[Span, float]], alike: _AlikeByWord
) -> Iterator[_Unit]:
    source = item.source
    text = source.text[segment.start : segment.end]
    if _stays_whole(segment.kind, text):
        best = max(cosine for _, cosine in inside)
        by_word = alike.of(segment.start, segment.end)
        yield _Unit(Quote(source, segment.start, segment.end), segment.kind, best, by_word, item)
        return
    if segment.kind is BlockKind.CODE:
        return
    before: Quote | None = None
    for span, cosine in inside:
        mark = _ITEM_MARK.match(source.text, span.start, span.end)
        quote = Quote(source, mark.end() if mark else span.start, span.end)
        # A two-word fragment, a lead-in ("For example:") or a question says nothing on its own.
        if len(quote.text.split()) >= _FEWEST_WORDS and not quote.text.endswith((":", "?")):
            leans_on = before if mark is None and _LEANS.match(quote.text) else None
            yield _Unit(quote, segment.kind, cosine, alike.of(span.start, span.end), item, leans_on)
        before = quote


def _stays_whole(kind: BlockKind, text: str) -> bool:
    if kind is BlockKind.CODE:
        return text.count("\n") < _CODE_LINES
    if kind is BlockKind.TABLE:
        return text.count("\n") < _TABLE_ROWS
    return kind is BlockKind.LIST and len(text.split()) <= _LIST_WORDS


def _scores(ranking: Ranking, units: Sequence[_Unit], *, same: float, lexical: LexicalIndex) -> npt.NDArray[np.float64]:
    alike = _standard(np.asarray([unit.cosine for unit in units]))
    by_word = _standard(np.asarray([unit.by_word for unit in units]))
    shared = _standard(np.asarray([lexical.coverage(ranking.terms, terms(unit.quote.text)) for unit in units]))
    passage = _standard(np.asarray([unit.found.score for unit in units]))
    # Names in code are the same in every language, and look like an answer where little else does.
    malus = 0.0 if _CODE_ASKED.search(ranking.question) else _CODE_MALUS * (2.0 - same)
    code = malus * np.asarray([unit.kind is BlockKind.CODE for unit in units])
    meaning = _ALIKE * alike + _ALIKE_BY_WORD * by_word + _BESIDE * _beside(units, by_word)
    return np.asarray(meaning + same * _SHARED * shared + _PASSAGE * passage - code, dtype=np.float64)


def _beside(units: Sequence[_Unit], by_word: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How alike the better neighbour of each unit is, where that is above the mean: what is asked stands near it."""
    beside = np.zeros(len(units))
    for one, other in zip(range(len(units) - 1), range(1, len(units)), strict=True):
        if units[one].quote.source is units[other].quote.source:
            beside[one] = max(beside[one], by_word[other])
            beside[other] = max(beside[other], by_word[one])
    return beside


def _standard(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def _choose(units: Sequence[_Unit], scores: npt.NDArray[np.float64], *, sure_enough: float) -> list[Quote]:
    """The best units, each with the sentence it leans on, until they are likely enough to hold the answer."""
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    chosen: dict[tuple[str, int], Quote] = {}
    texts: set[str] = set()
    words, sure = 0, 0.0
    for row in np.argsort(-scores, kind="stable"):
        if words >= _FEWEST and likely[row] < _LEAST_LIKELY:
            break
        unit = units[row]
        fresh = [quote for quote in (unit.before, unit.quote) if quote is not None and quote.text not in texts]
        size = sum(len(quote.text.split()) for quote in fresh)
        if chosen and words + size > _MOST:
            continue
        chosen.update({(quote.source.passage, quote.start): quote for quote in fresh})
        texts.update(quote.text for quote in fresh)
        words, sure = words + size, sure + float(likely[row])
        if (sure >= sure_enough and words >= _FEWEST) or len(chosen) >= _UNITS:
            break
    return list(chosen.values())


def _merged(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Neighbouring quotes of one passage become one, so that a citation shows them together.

    Those of two pages, or of moments apart, stay two: a citation leads to one place.
    """
    merged: list[Quote] = []
    for quote in quotes:
        last = merged[-1] if merged else None
        neighbours = last and last.source is quote.source and not quote.source.text[last.end : quote.start].strip()
        if last and neighbours and _is_one_place(quote.source.spot_at(last.start), quote.source.spot_at(quote.start)):
            merged[-1] = Quote(quote.source, last.start, quote.end)
        else:
            merged.append(quote)
    return tuple(merged)


def _is_one_place(first: Spot | None, second: Spot | None) -> bool:
    if first is None or second is None or first.kind is not SpotKind.TIME or second.kind is not SpotKind.TIME:
        return first == second
    return first.of == second.of and second.number - first.number <= _ONE_MOMENT_S
