"""Where a hint points to: sections, sentences and worked examples of the lessons that tell nothing of the solution.

Looked for with the exercise's own question, in its lesson first and then in the lessons before it; never further on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.extract import Quote
from assistant.masking import is_worked, tells
from assistant.solution import Solution
from knowledge.blocks import BlockKind
from knowledge.lessons import Source
from knowledge.lexical import terms
from knowledge.passages import PassageKind
from knowledge.search import Hit, Ranking
from knowledge.sentences import Span
from knowledge.shelf import Shelf
from knowledge.words import fold
from knowledge.worked import is_solution

# In cosines of the encoder, whose sentences of one course lie within about 0.2 of each other (2026-11).
_OWN_LESSON = 0.03
# A rule is said without figures; a sentence with some is mostly one case of it.
_FIGURES = 0.04
_SHARED = 0.3
_DEFINES = 0.04
_DEFINITION = re.compile(r"\s—\s|\bэто\b|\bназыва|\bis (?:a|an|the)\b|\bare (?:the|those)\b|\bmeans\b|\bcalled\b", re.I)
_FEWEST_WORDS, _MOST_WORDS = 6, 60
_PLACES = 8
# More hints of a kind than these nobody gets for one exercise.
_MOST_SENTENCES, _MOST_EXAMPLES = 12, 3
_EXAMPLE = re.compile(r"\b(?:example|пример|worked|by hand|вручную|случай|case|calculat|счита|посчит)")
_MOST_EXAMPLE_CHARS = 1_200
_STEPS = 2
_ITEM_MARK = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s+")
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TRANSCRIPT})
_LEANS = re.compile(r"[\s«“\"'(—–-]*(?:он|она|оно|они|это|этот|эта|эти|так|it|they|this|these|that|those|here)\b", re.I)


@dataclass(frozen=True, slots=True)
class Places:
    """What a hint may point to, best first: `sources` of passages, `sentences` of them that stand by themselves."""

    sources: tuple[Source, ...]
    sentences: tuple[Quote, ...]
    examples: tuple[Quote, ...]


def find_places(
    ranking: Ranking, sources: Sequence[Source], *, shelf: Shelf, lesson: str | None, solutions: Sequence[Solution]
) -> Places:
    """What of the passages found may be shown; `sources` are those in reach, in the order they were found."""
    hits = {hit.place.passage: hit for hit in ranking.hits}
    open_to_all = [each for each in sources if each.kind is not PassageKind.EXERCISE and not is_worked(each, solutions)]
    own_first = sorted(open_to_all, key=lambda source: source.lesson.slug != lesson)
    rated = []
    for source in open_to_all[:_PLACES]:
        bonus = _OWN_LESSON * (source.lesson.slug == lesson)
        rated += [(score + bonus, quote) for score, quote in _sentences(source, hits[source.passage], shelf, ranking)]
    said = [quote for _, quote in sorted(rated, key=lambda each: -each[0])]
    clean = list(islice((quote for quote in said if not tells(quote.text, solutions)), _MOST_SENTENCES))
    shown = (quote for source in own_first for quote in _example(source) if not tells(quote.text, solutions))
    examples = list(islice(shown, _MOST_EXAMPLES))
    passages = {quote.source.passage for quote in clean}
    return Places(tuple(source for source in own_first if source.passage in passages), tuple(clean), tuple(examples))


def _sentences(source: Source, hit: Hit, shelf: Shelf, ranking: Ranking) -> Iterator[tuple[float, Quote]]:
    """Sentences of prose that say something on their own, with how near they are to the question."""
    order = hit.place.order
    spans = shelf.sentences.spans_of(order)
    near = shelf.sentences.cosines_of(order, ranking.vector)
    for span, cosine in zip(spans, near, strict=True):
        segment = next((each for each in source.segments if each.start <= span.start < each.end), None)
        if segment is not None and segment.kind in _PROSE and _stands_alone(source.text[span.start : span.end]):
            mark = _ITEM_MARK.match(source.text, span.start, span.end)
            quote = Quote(source, mark.end() if mark else span.start, span.end)
            yield float(cosine) + _worth(quote.text, shelf, ranking), quote


def _worth(text: str, shelf: Shelf, ranking: Ranking) -> float:
    """What a sentence is worth beside its likeness to the question, in cosines."""
    shared = _SHARED * shelf.lexical.coverage(ranking.terms, terms(text))
    return shared + _DEFINES * bool(_DEFINITION.search(text)) - _FIGURES * any(char.isdigit() for char in text)


def _stands_alone(text: str) -> bool:
    return (
        _FEWEST_WORDS <= len(text.split()) <= _MOST_WORDS and not text.endswith((":", "?")) and not _LEANS.match(text)
    )


def _example(source: Source) -> Iterator[Quote]:
    """The passage as a worked example: one that says so, or has code with what it prints, or works numbers out."""
    text = source.text
    span = _cut(source)
    kinds = {segment.kind for segment in source.segments}
    told = fold(" ".join(source.heading_path[1:]))
    works_out = len(re.findall(r"\d\s*[=≈]|=\s*[\d−-]|→", text)) >= _STEPS
    if is_solution(source.heading_path) or _EXAMPLE.search(told) or BlockKind.CODE in kinds or works_out:
        yield Quote(source, span.start, span.end)


def _cut(source: Source) -> Span:
    """The passage's blocks from the first on, as many as are not too long to read in a chat; one at least."""
    end = source.segments[0].end
    for segment in source.segments:
        if segment.end > _MOST_EXAMPLE_CHARS:
            break
        end = segment.end
    return Span(0, end)
