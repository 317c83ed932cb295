"""BM25 over numbered texts as plain arrays: opened from files without reading them, laid out again in a moment.

A term is known by 64 bits of its hash, so that there is no table of words to load (two of a million terms share theirs
with a chance of 3 in 100 million). What a text's words are is kept beside the postings: only new texts are taken apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from knowledge.ragged import Column, Ragged, Rows, counts_to_first

_K1, _B = 1.2, 0.75
_CACHED_TERMS = 100_000

Keys = npt.NDArray[np.uint64]


@lru_cache(maxsize=_CACHED_TERMS)
def term_key(term: str) -> int:
    """The 64 bits a term is known by, the same in every process."""
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def count_terms(texts: Iterable[Sequence[str]]) -> Ragged:
    """The terms of each text with how often they occur: columns `term` uint64 and `count` int32."""
    keys: list[int] = []
    counts: list[int] = []
    sizes: list[int] = []
    for text in texts:
        seen: dict[str, int] = {}
        for term in text:
            seen[term] = seen.get(term, 0) + 1
        keys.extend(map(term_key, seen))
        counts.extend(seen.values())
        sizes.append(len(seen))
    columns: dict[str, Column] = {
        "term": np.asarray(keys, dtype=np.uint64),
        "count": np.asarray(counts, dtype=np.int32),
    }
    return Ragged(counts_to_first(sizes), columns)


def summed(counted: Ragged, groups: npt.NDArray[np.int32]) -> Ragged:
    """Counted terms of texts put together: text number p belongs to group `groups[p]`; groups ascend from 0."""
    group = np.repeat(groups, np.diff(counted.first))
    terms, number = np.unique(counted.columns["term"], return_inverse=True)
    pairs, place = np.unique(group.astype(np.int64) * max(len(terms), 1) + number, return_inverse=True)
    counts = np.bincount(place, weights=counted.columns["count"], minlength=len(pairs)).astype(np.int32)
    size = int(groups[-1]) + 1 if len(groups) else 0
    sizes = np.bincount(pairs // max(len(terms), 1), minlength=size)
    return Ragged(counts_to_first(sizes), {"term": terms[pairs % max(len(terms), 1)], "count": counts})


@dataclass(frozen=True, slots=True)
class Postings:
    """Term number t, `keys[t]`, is in the texts `texts[first[t]:first[t + 1]]` and adds `scores` there.

    `keys` ascend. `size` is the number of texts, those without terms included.
    """

    size: int
    keys: Keys
    first: Rows
    texts: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]

    def of(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """One score ≥ 0 a text, float32 `(size,)`; a term that is asked twice counts twice."""
        total = np.zeros(self.size, dtype=np.float32)
        for term in terms:
            row = self._row(term)
            if row is not None:
                start, end = self.first[row], self.first[row + 1]
                total[self.texts[start:end]] += self.scores[start:end]
        return total

    def frequency(self, term: str) -> int:
        """How many texts hold a term."""
        row = self._row(term)
        return 0 if row is None else int(self.first[row + 1] - self.first[row])

    def _row(self, term: str) -> int | None:
        key = np.uint64(term_key(term))
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self.keys) and self.keys[row] == key else None


def lay_out_postings(counted: Ragged) -> Postings:
    """BM25 as Lucene scores it (k1 1.2, b 0.75), from texts' counted terms."""
    texts = np.repeat(np.arange(counted.passages, dtype=np.int32), np.diff(counted.first))
    count = counted.columns["count"].astype(np.float32)
    length = np.bincount(texts, weights=count, minlength=counted.passages).astype(np.float32)
    keys, number, frequency = np.unique(counted.columns["term"], return_inverse=True, return_counts=True)
    order = np.argsort(number, kind="stable")
    texts, count, number = texts[order], count[order], number[order]
    rarity = np.log1p((counted.passages - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    relative = length[texts] / max(float(length.mean()) if len(length) else 0.0, 1e-9)
    scores = rarity[number] * count / (_K1 * ((1 - _B) + _B * relative) + count)
    return Postings(counted.passages, keys, counts_to_first(frequency), texts, scores.astype(np.float32))
