"""Arrays in which every passage has as many rows as it needs: windows, sentences, terms.

What is known of a passage never changes, so a new layout takes the rows of the passages it had before from the old one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows `first[p]` to `first[p + 1]` of every column belong to passage number p.

    `first` has one element more than there are passages.
    """

    first: Rows
    columns: Mapping[str, Column]

    @property
    def passages(self) -> int:
        """How many passages it covers, those without rows included."""
        return len(self.first) - 1


def rows_of(first: Rows, passages: npt.ArrayLike) -> tuple[Rows, Rows]:
    """The rows of some passages, one after another, and where each passage's begin: `(rows, starts)`.

    `starts` has one more element than there are passages; the last is the number of rows.
    """
    wanted = np.asarray(passages, dtype=np.int64)
    sizes = first[wanted + 1] - first[wanted]
    starts = counts_to_first(sizes)
    return np.arange(starts[-1]) + np.repeat(first[wanted] - starts[:-1], sizes), starts


def counts_to_first(counts: npt.ArrayLike) -> Rows:
    """Where each passage's rows begin, from how many each has."""
    sizes = np.asarray(counts, dtype=np.int64)
    first = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=first[1:])
    return first


def joined(parts: Sequence[Ragged]) -> Ragged:
    """Parts with the same columns as one, the passages of the first part first."""
    counts = [np.diff(part.first) for part in parts]
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return Ragged(counts_to_first(np.concatenate(counts)), columns)


def picked(old: Ragged, new: Ragged, source: Rows) -> Ragged:
    """One passage after another: number `source[p]` of the old ones, or, where that is negative, the next new one."""
    fresh = source < 0
    counts = np.zeros(len(source), dtype=np.int64)
    counts[~fresh] = np.diff(old.first)[source[~fresh]]
    counts[fresh] = np.diff(new.first)
    first = counts_to_first(counts)
    columns = {
        name: np.empty((int(first[-1]), *values.shape[1:]), dtype=values.dtype) for name, values in new.columns.items()
    }
    # Neighbours that were neighbours are copied in one piece: row by row, a changed lesson took seconds.
    for begin, end, part, start in _runs(source, old, new):
        rows, taken = slice(first[begin], first[end]), slice(part.first[start], part.first[start + end - begin])
        for name, values in columns.items():
            values[rows] = part.columns[name][taken]
    return Ragged(first, columns)


def _runs(source: Rows, old: Ragged, new: Ragged) -> Iterator[tuple[int, int, Ragged, int]]:
    """Passages `begin` to `end` that follow one another in `part` as well, there from `start` on."""
    fresh = source < 0
    number = np.where(fresh, np.cumsum(fresh) - 1, source)
    cuts = 1 + np.flatnonzero((np.diff(number) != 1) | (fresh[1:] != fresh[:-1]))
    bounds = [0, *cuts.tolist(), len(source)] if len(source) else []
    for begin, end in pairwise(bounds):
        yield begin, end, new if fresh[begin] else old, int(number[begin])
