"""The sentences of a shelf's passages as vectors: the second, sharper look at what a question found.

About eight sentences a passage, so they are kept as int8 with one scale a row: 384 bytes instead of 1,536, at a cosine
of 0.9999 or better to the vector they stand for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vector
from knowledge.ragged import Ragged, Rows, rows_of
from knowledge.sentences import Span

_LEVELS = 127.0
_SAMPLED = 20_000
_ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class Spread:
    """Mean and covariance of vectors: what a question's cosine with all of them looks like, without looking at each."""

    mean: Vector
    covariance: Vector

    def of(self, question: Vector) -> tuple[float, float]:
        """Mean and standard deviation of the question's cosine."""
        variance = float(question @ self.covariance @ question)
        return float(question @ self.mean), max(variance, 1e-8) ** 0.5


def spread_of(vectors: Vector) -> Spread:
    """The spread of `(n, d)` vectors; of none, a mean of zero."""
    count, dim = vectors.shape
    mean = vectors.mean(axis=0) if count else np.zeros(dim, dtype=np.float32)
    apart = vectors - mean
    return Spread(mean, np.asarray(apart.T @ apart / max(count, 1), dtype=np.float32))


def spread_of_sample(vectors: Vector) -> Spread:
    """The spread of up to 20,000 of the vectors, evenly taken: of more, half a per cent off at most."""
    return spread_of(vectors[_sample(len(vectors))])


def spread_of_codes(sentences: Ragged) -> Spread:
    """The spread of sentences kept as `code` and `scale`, of a sample when there are many."""
    rows = _sample(len(sentences.columns["scale"]))
    return spread_of(sentences.columns["code"][rows].astype(np.float32) * sentences.columns["scale"][rows, None])


def _sample(count: int) -> npt.NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, _SAMPLED)).astype(np.int64))


@dataclass(frozen=True)
class SentenceVectors:
    """Rows `first[p]` to `first[p + 1]` belong to passage number p of the shelf; `spans` are places in its text."""

    first: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    spread: Spread

    @classmethod
    def over(cls, rows: Ragged, spread: Spread) -> Self:
        """Sentences whose `span`, `code` and `scale` are the columns of `rows`."""
        columns = rows.columns
        return cls(rows.first, columns["span"], columns["code"], columns["scale"], spread)

    @property
    def rows(self) -> Ragged:
        """The same as columns."""
        return Ragged(self.first, {"span": self.spans, "code": self.codes, "scale": self.scales})

    def spans_of(self, passage: int) -> list[Span]:
        """Where a passage's sentences stand in its text, in order."""
        rows = self.spans[self.first[passage] : self.first[passage + 1]]
        return [Span(int(start), int(end)) for start, end in rows]

    def cosines_of(self, passage: int, question: Vector) -> Vector:
        """A question's cosine with each of a passage's sentences, float32 `(n,)`, in order."""
        return self._cosines(np.arange(self.first[passage], self.first[passage + 1]), question)

    def best(self, passages: Sequence[int] | Rows, question: Vector) -> list[float | None]:
        """The cosine of each passage's best sentence; None for a passage without sentences."""
        rows, starts = rows_of(self.first, passages)
        there = np.flatnonzero(np.diff(starts))
        best: list[float | None] = [None] * len(passages)
        if len(there):
            highest = np.maximum.reduceat(self._cosines(rows, question), starts[there])
            for passage, cosine in zip(there.tolist(), highest.tolist(), strict=True):
                best[passage] = cosine
        return best

    def _cosines(self, rows: npt.NDArray[np.int64], question: Vector) -> Vector:
        """A few hundred rows at a time: the float32 copy of all of them would not stay in the processor's cache."""
        cosines = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            cosines[start : start + len(some)] = self.codes[some].astype(np.float32) @ question
        return np.asarray(cosines * self.scales[rows], dtype=np.float32)


def quantised(vectors: Vector) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Vectors as int8 codes `(n, d)` and one scale a row: code times scale is the vector, at a cosine ≥ 0.9999."""
    scales = np.abs(vectors).max(axis=1, initial=1e-9) / _LEVELS
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def pack_sentences(passages: int, rows: Iterable[tuple[int, int, int]], vectors: Vector) -> SentenceVectors:
    """Lay sentences out; `rows` are (passage number, start, end) in ascending order, one for each of `vectors`."""
    table = np.asarray(list(rows), dtype=np.int32).reshape(-1, 3)
    first = np.searchsorted(table[:, 0], np.arange(passages + 1)).astype(np.int64)
    codes, scales = quantised(vectors)
    return SentenceVectors(first, table[:, 1:].copy(), codes, scales, spread_of(vectors))
