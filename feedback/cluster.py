"""Puts vectors that mean the same into one group: deterministic, whatever order they come in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.background import background_mean
from knowledge.encoder import Vector

Labels = npt.NDArray[np.intp]

NEAR_COSINE = 0.5


@dataclass(frozen=True, slots=True)
class Joined:
    """Which group a vector fits: its number, and the cosine to its centre."""

    group: int
    cosine: float


def common_ground(vectors: Vector, langs: Sequence[str], *, encoder_id: str) -> Vector:
    """Unit vectors `(n, d)` with what belongs to their language alone taken out, so that two languages meet."""
    moved = np.array(vectors, dtype=np.float32, copy=True)
    for lang in sorted(set(langs)):
        mean = background_mean(encoder_id, f"{lang}.passage")
        if mean is not None:
            moved[np.asarray([each == lang for each in langs])] -= mean
    return unit(moved)


def unit(vectors: Vector) -> Vector:
    """Rows `(n, d)` of length one; a row of nothing stays nothing."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)


def nearest(vector: Vector, centres: Vector) -> Joined | None:
    """The centre `(k, d)` nearest to a vector `(d,)`, the first of equals; None where there is none near enough."""
    if not len(centres):
        return None
    cosines = centres @ vector
    best = int(np.argmax(cosines))
    return Joined(best, float(cosines[best])) if cosines[best] >= NEAR_COSINE else None
