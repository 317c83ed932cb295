"""The lexical leg: BM25 over stems of Russian and English words, with code taken apart as programmers read it.

Knows one shelf's texts by their number; built in memory, thrown away with its shelf.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_RUSSIAN

# The package turns its own debug lines on when it is imported.
logging.getLogger("bm25s").setLevel(logging.WARNING)

_WORD = re.compile(r"[^\W_]+(?:[_.][^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[A-ZА-ЯЁ]+(?![a-zа-яё])|[A-ZА-ЯЁ]?[a-zа-яё]+|\d+|[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яё]")
_STOP = frozenset(STOPWORDS_EN_PLUS) | frozenset(STOPWORDS_RUSSIAN)
_CACHED_WORDS = 100_000


def terms(text: str) -> list[str]:
    """Stems of a text's words in order, stop words left out.

    An identifier (`train_test_split`, `np.mean`, `DataLoader`) gives itself and its parts.
    """
    found: list[str] = []
    for word in _WORD.findall(text.replace("ё", "е").replace("Ё", "Е")):
        found.extend(_terms_of(word))
    return found


@lru_cache(maxsize=_CACHED_WORDS)
def _terms_of(word: str) -> tuple[str, ...]:
    plain = word.lower()
    parts = [part.lower() for part in _PART.findall(word)]
    stems = tuple(_stem(part) for part in parts if part not in _STOP)
    return stems if len(parts) <= 1 else (plain, *stems)


def _stem(word: str) -> str:
    # A stemmer keeps a buffer and is not safe to share between threads; making one costs 2 µs.
    name = "russian" if _CYRILLIC.search(word) else "english"
    return str(Stemmer.Stemmer(name, 0).stemWord(word))


class LexicalIndex:
    """BM25 scores of a question against numbered texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        corpus = [terms(text) for text in texts]
        self.size = len(corpus)
        self._bm25: bm25s.BM25 | None = None
        if any(corpus):
            self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
            self._bm25.index(corpus, show_progress=False)
        self._frequency = _document_frequency(corpus)

    def scores(self, question_terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """One score ≥ 0 a text, float32 `(n,)`; all zero when no term is known."""
        known = [term for term in question_terms if term in self._frequency]
        if self._bm25 is None or not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term; a term no text has weighs the most."""
        frequency = self._frequency.get(term, 0)
        return float(np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)))

    def coverage(self, question_terms: Iterable[str], text_terms: Iterable[str]) -> float:
        """Share, 0 to 1, of the question's weight that a text's terms carry; 0 for a question without terms."""
        asked = {term: self.weight(term) for term in question_terms}
        total = sum(asked.values())
        there = set(text_terms)
        return sum(weight for term, weight in asked.items() if term in there) / total if total else 0.0

    def known_share(self, question_terms: Iterable[str]) -> float:
        """Share of the question's weight in terms that occur anywhere in the texts."""
        return self.coverage(question_terms, self._frequency)


def _document_frequency(corpus: Sequence[Sequence[str]]) -> dict[str, int]:
    frequency: dict[str, int] = {}
    for document in corpus:
        for term in set(document):
            frequency[term] = frequency.get(term, 0) + 1
    return frequency
