"""The `PassageIndex` port: a cache that finds the nearest vectors of one shelf.

SQL is the truth; an index may be thrown away at any moment and is filled again from there without the encoder.
"""

from dataclasses import dataclass
from typing import Protocol

from knowledge.encoder import Vector


@dataclass(frozen=True, slots=True)
class Entries:
    """What an index should hold: `ids[i]` stands for `vectors[i]`, float32 `(n, d)`, unit length."""

    ids: tuple[str, ...]
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Near:
    """A neighbour and its cosine."""

    id: str
    cosine: float


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
