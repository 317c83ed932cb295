"""The lexical leg: BM25 over stems of Russian and English words, with code taken apart as programmers read it.

Knows one shelf's texts by their number; thrown away with its shelf.
"""

import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Self

import numpy as np
import numpy.typing as npt
import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_RUSSIAN

from knowledge.postings import Postings, count_terms, lay_out_postings
from knowledge.ragged import Ragged

# The package turns its own debug lines on when it is imported.
logging.getLogger("bm25s").setLevel(logging.WARNING)

_WORD = re.compile(r"[^\W_]+(?:[_.][^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[A-ZА-ЯЁ]+(?![a-zа-яё])|[A-ZА-ЯЁ]?[a-zа-яё]+|\d+|[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яё]")
_STOP = frozenset(STOPWORDS_EN_PLUS) | frozenset(STOPWORDS_RUSSIAN)
_CACHED_WORDS = 100_000
_REMEMBERED_WEIGHTS = 10_000


def terms(text: str) -> list[str]:
    """Stems of a text's words in order, stop words left out.

    An identifier (`train_test_split`, `np.mean`, `DataLoader`) gives itself and its parts.
    """
    words = _WORD.findall(text.replace("ё", "е").replace("Ё", "Е"))
    return list(chain.from_iterable(map(_terms_of, words)))


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
        self._set(count_texts(texts), None, None)

    @classmethod
    def over(cls, counted: Ragged, postings: Postings | None = None) -> Self:
        """An index over texts that were counted before; laid out here unless its `postings` are at hand."""
        index = cls.__new__(cls)
        index._set(counted, postings, None)
        return index

    @classmethod
    def remembered(cls, size: int, frequency: Mapping[str, int]) -> Self:
        """What `size` texts weighed, of which only some terms' `frequencies` were kept; it scores none of them."""
        index = cls.__new__(cls)
        index._set(count_terms(() for _ in range(size)), None, frequency)
        return index

    def _set(self, counted: Ragged, postings: Postings | None, frequency: Mapping[str, int] | None) -> None:
        self.counted = counted
        self.postings = postings or lay_out_postings(counted)
        self.size = counted.passages
        self._frequency = frequency
        self._weights: dict[str, float] = {}

    def scores(self, question_terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """One score ≥ 0 a text, float32 `(n,)`; all zero when no term is known."""
        return self.postings.of(question_terms)

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term; a term no text has weighs the most."""
        if term not in self._weights:
            if len(self._weights) >= _REMEMBERED_WEIGHTS:
                self._weights = {}
            frequency = self.frequency(term)
            self._weights[term] = math.log1p((self.size - frequency + 0.5) / (frequency + 0.5))
        return self._weights[term]

    def coverage(self, question_terms: Iterable[str], text_terms: Iterable[str]) -> float:
        """Share, 0 to 1, of the question's weight that a text's terms carry; 0 for a question without terms."""
        asked = {term: self.weight(term) for term in question_terms}
        total = sum(asked.values())
        there = set(text_terms)
        return sum(weight for term, weight in asked.items() if term in there) / total if total else 0.0

    def known_share(self, question_terms: Iterable[str]) -> float:
        """Share of the question's weight in terms that occur anywhere in the texts."""
        asked = tuple(question_terms)
        return self.coverage(asked, [term for term in asked if self.frequency(term)])

    def frequency(self, term: str) -> int:
        """In how many texts a term stands."""
        return self.postings.frequency(term) if self._frequency is None else self._frequency.get(term, 0)

    def frequencies(self, question_terms: Iterable[str]) -> dict[str, int]:
        """In how many texts each of these terms stands; terms that no text has are left out."""
        found = {term: self.frequency(term) for term in question_terms}
        return {term: count for term, count in found.items() if count}


def count_texts(texts: Iterable[str]) -> Ragged:
    """The terms of each text with how often they occur: what an index is laid out from."""
    return count_terms(terms(text) for text in texts)
