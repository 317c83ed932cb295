"""Stretches of a passage that can be put somewhere else word by word: what defines, what tells, what is an example."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.blocks import BlockKind
from knowledge.lessons import Source
from knowledge.lexical import terms
from knowledge.sentences import sentence_spans
from knowledge.words import fold

MOST_QUOTED = 500
_DEFINES = {
    "en": r"\b(?:is|are|means|mean|refers to|describes)\b",
    "ru": r"(?:[—–-]\s|\bэто\b|\bназыва\w+|\bознача\w+|\bпредставля\w+)",
}
_EXAMPLE = re.compile(r"\b(?:for example|for instance|e\.g\.|example|suppose|например|пример\w*|допустим|пусть)\b")
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TRANSCRIPT})


@dataclass(frozen=True, slots=True)
class Reusable:
    """A stretch of another section, word by word; `is_code` says that it is a program."""

    source: Source
    quote: str
    is_code: bool = False


def counted(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each term is."""
    return Counter(term for text in texts for term in frozenset(terms(text)))


def defining(source: Source, stems: Sequence[str], lang: str) -> str:
    """The sentence of a passage that says what something is, with the next; "" where none does."""
    marks = _DEFINES["ru" if lang == "ru" else "en"]
    spans = sentence_spans(source.text)
    for number, span in enumerate(spans):
        sentence = source.text[span.start : span.end]
        found = re.search(marks, fold(sentence))
        # What is defined stands before the word that defines it, and not much else does.
        before = terms(sentence[: found.start()]) if found else []
        if found and set(stems) <= set(before) and len(before) <= len(stems) + 1:
            following = spans[number + 1] if number + 1 < len(spans) else span
            return source.text[span.start : following.end if following.end - span.start <= MOST_QUOTED else span.end]
    return ""


def telling(source: Source, wanted: Counter[str]) -> Reusable | None:
    """Up to three sentences of a passage's prose, those that hold most of what is wanted."""
    best, most = "", 0
    for part in source.segments:
        text = source.text[part.start : part.end]
        spans = sentence_spans(text) if part.kind in _PROSE else []
        for number, span in enumerate(spans):
            ends = [each.end for each in spans[number : number + 3] if each.end - span.start <= MOST_QUOTED]
            quote = text[span.start : ends[-1]] if ends else ""
            held = sum(wanted[term] for term in frozenset(terms(quote)))
            if held > most:
                best, most = quote, held
    return Reusable(source, best) if best else None


def example_in(source: Source) -> Reusable | None:
    """Its first program, or from the first sentence on that announces an example; None where it has neither."""
    code = next((part for part in source.segments if part.kind is BlockKind.CODE), None)
    if code is not None:
        return Reusable(source, source.text[code.start : code.end], is_code=True)
    for part in source.segments:
        text = source.text[part.start : part.end]
        found = _EXAMPLE.search(fold(text)) if part.kind in _PROSE else None
        if found is not None:
            start = max((span.start for span in sentence_spans(text) if span.start <= found.start()), default=0)
            return Reusable(source, text[start : start + MOST_QUOTED])
    return None
