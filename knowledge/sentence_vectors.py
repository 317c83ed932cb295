"""The sentences of a shelf's passages as vectors: the second, sharper look at what a question found.

About eight sentences a passage, so they are kept as int8 with one scale a row: 384 bytes instead of 1,536, at a cosine
of 0.9999 or better to the vector they stand for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vector
from knowledge.sentences import Span

_LEVELS = 127.0


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


@dataclass(frozen=True)
class SentenceVectors:
    """Rows `first[p]` to `first[p + 1]` belong to passage number p of the shelf; `spans` are places in its text."""

    first: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    spread: Spread

    def spans_of(self, passage: int) -> list[Span]:
        """Where a passage's sentences stand in its text, in order."""
        rows = self.spans[self.first[passage] : self.first[passage + 1]]
        return [Span(int(start), int(end)) for start, end in rows]

    def cosines_of(self, passage: int, question: Vector) -> Vector:
        """A question's cosine with each of a passage's sentences, float32 `(n,)`, in order."""
        return self._cosines(np.arange(self.first[passage], self.first[passage + 1]), question)

    def best(self, passages: Sequence[int], question: Vector) -> list[float | None]:
        """The cosine of each passage's best sentence; None for a passage without sentences."""
        if not passages:
            return []
        ranges = [np.arange(self.first[passage], self.first[passage + 1]) for passage in passages]
        cosines = self._cosines(np.concatenate(ranges), question)
        parts = np.split(cosines, np.cumsum([len(rows) for rows in ranges])[:-1])
        return [float(part.max()) if len(part) else None for part in parts]

    def _cosines(self, rows: npt.NDArray[np.int64], question: Vector) -> Vector:
        return np.asarray(self.codes[rows].astype(np.float32) @ question * self.scales[rows], dtype=np.float32)


def pack_sentences(passages: int, rows: Iterable[tuple[int, int, int]], vectors: Vector) -> SentenceVectors:
    """Lay sentences out; `rows` are (passage number, start, end) in ascending order, one for each of `vectors`."""
    table = np.asarray(list(rows), dtype=np.int32).reshape(-1, 3)
    first = np.searchsorted(table[:, 0], np.arange(passages + 1)).astype(np.int64)
    scales = np.abs(vectors).max(axis=1, initial=1e-9) / _LEVELS
    codes = np.rint(vectors / scales[:, None]).astype(np.int8)
    return SentenceVectors(first, table[:, 1:].copy(), codes, scales.astype(np.float32), spread_of(vectors))
