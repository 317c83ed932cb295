"""The `PassageIndex` port: a cache that finds the nearest vectors of one shelf.

SQL is the truth; an index may be thrown away at any moment and is filled again from there without the encoder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from knowledge.encoder import Vector

# An index may keep its own rounding of a vector, never another vector.
SAME_COSINE = 0.9999


@dataclass(frozen=True, slots=True)
class Entries:
    """What an index should hold: `ids[i]` stands for `vectors[i]`, float32 `(n, d)`, unit length.

    `digest` names the content where its maker knows a name: of two entries with the same digest only one is looked at.
    """

    ids: tuple[str, ...]
    vectors: Vector
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A neighbour and its cosine."""

    id: str
    cosine: float


def difference(entry: str, vector: Vector, held: Mapping[str, Vector]) -> str | None:
    """How one entry differs from what an index holds under its id; None when it does not."""
    if entry not in held:
        return f"missing {entry}"
    return None if float(np.dot(vector, held[entry])) > SAME_COSINE else f"stale {entry}"


class PassageIndex(Protocol):
    """Nearest neighbours by cosine; every method may raise IndexUnavailable."""

    def fill(self, shelf: str, entries: Entries) -> None:
        """Make a shelf hold exactly these entries, changing only what differs."""

    def nearest(self, shelf: str, vector: Vector, *, count: int) -> list[Near]:
        """Up to `count` neighbours, nearest first."""

    def differences(self, shelf: str, entries: Entries) -> list[str]:
        """What is missing, left over or stale, one line each; empty when cache and truth agree."""

    def drop(self, shelf: str) -> None:
        """Forget a shelf; harmless when it is not there."""

    def purge(self) -> None:
        """Forget every shelf and leave no byte of any on the disk."""
