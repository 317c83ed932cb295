"""Puts texts that say the same into one group, by their vectors, whatever order they come in.

Average linkage (Sokal and Michener 1958) over cosines: two groups are as near as their members are on average, which
for unit vectors is the product of the groups' means. They are one group while that is at least `near_enough`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.background import background_mean
from knowledge.encoder import Vector
from knowledge.language import language_of

# Two texts of a place are near when they stand out of what is said there: by this much, and within these bounds, so
# that a place where everybody says the same is not taken apart. Measured on the development half of
# evals/themes/places.jsonl.
_STANDS_OUT = 0.08
_LEAST, _MOST = 0.2, 0.3
# What few texts have in common says little: the usual mean cosine of a place counts as this many texts.
_USUAL, _USUAL_TEXTS = 0.12, 20
# More texts than this are first gathered where they all but repeat each other, so that time grows with n and not n².
_WHOLE = 3_000
_REPEATS = 0.5

Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Fit:
    """Which group a text fits best: its number, and its mean cosine with the members."""

    group: int
    cosine: float


def common_ground(vectors: Vector, texts: Sequence[str], *, encoder_id: str) -> Vector:
    """Unit vectors `(n, d)` of questions with what belongs to their language alone taken out: two languages meet.

    At full strength, unlike for search: agreement with themes 0.73 against 0.66 at half and 0.60 without, on the
    development half of evals/themes/places.jsonl. Unchanged for an encoder without known means.
    """
    moved = np.array(vectors, dtype=np.float32, copy=True)
    langs = [language_of(text) for text in texts]
    for lang in sorted(set(langs)):
        mean = background_mean(encoder_id, f"{lang}.question")
        if mean is not None:
            moved[np.asarray([each == lang for each in langs])] -= mean
    return unit(moved)


def unit(vectors: Vector) -> Vector:
    """Rows `(n, d)` of length one; a row of nothing stays nothing."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)


def near_enough(total: Vector, count: int) -> float:
    """From which mean cosine texts of a place belong together; `total` is the sum `(d,)` of its `count` vectors."""
    pairs = count * (count - 1)
    mean = (float(total @ total) - count) / pairs if pairs else _USUAL
    usual = (count * mean + _USUAL_TEXTS * _USUAL) / (count + _USUAL_TEXTS)
    return float(np.clip(usual + _STANDS_OUT, _LEAST, _MOST))


def best_fit(vector: Vector, means: Vector, *, near: float) -> Fit | None:
    """The group whose mean `(k, d)` a vector `(d,)` is nearest to, the first of equals; None where none is near."""
    if not len(means):
        return None
    cosines = means @ vector
    best = int(np.argmax(cosines))
    return Fit(best, float(cosines[best])) if cosines[best] >= near else None


def group_vectors(vectors: Vector) -> Labels:
    """The group of each of the vectors `(n, d)`, numbered from 0 by their first members.

    The order of the rows decides nothing but ties.
    """
    means, weights = np.array(vectors, dtype=np.float32, copy=True), np.ones(len(vectors))
    own = np.arange(len(vectors))
    if len(vectors) > _WHOLE:
        own = _gather(vectors)
        weights = np.bincount(own).astype(np.float64)
        means = np.zeros((len(weights), vectors.shape[1]), dtype=np.float32)
        np.add.at(means, own, vectors)
        means /= weights[:, None].astype(np.float32)
    near = near_enough(vectors.sum(axis=0), len(vectors))
    return _numbered(_linked(means, weights, near=near)[own])


def _gather(vectors: Vector) -> Labels:
    """Each vector with the first one that it all but repeats."""
    leaders = np.zeros_like(vectors)
    own = np.zeros(len(vectors), dtype=np.intp)
    count = 0
    for row, vector in enumerate(vectors):
        cosines = leaders[:count] @ vector
        best = int(np.argmax(cosines)) if count else -1
        if best < 0 or cosines[best] < _REPEATS:
            leaders[count], best, count = vector, count, count + 1
        own[row] = best
    return own


def _linked(means: Vector, weights: npt.NDArray[np.float64], *, near: float) -> Labels:
    """Average linkage by chains of nearest neighbours (Murtagh 1983); every group as the number of its first row.

    Groups whose nearest is not near enough are finished: merging others brings nothing nearer to them.
    """
    means, weights = means.copy(), weights.copy()
    into = np.arange(len(means))
    waiting = np.ones(len(means), dtype=bool)
    chain: list[int] = []
    while waiting.any():
        if not chain:
            chain.append(int(np.argmax(waiting)))
        top = chain[-1]
        cosines = np.where(waiting, means @ means[top], -np.inf)
        cosines[top] = -np.inf
        nearest = int(np.argmax(cosines))
        if len(chain) > 1 and cosines[chain[-2]] >= cosines[nearest]:
            nearest = chain[-2]
        if cosines[nearest] < near:
            waiting[top] = False
            chain.pop()
        elif len(chain) > 1 and nearest == chain[-2]:
            chain = chain[:-2]
            first, second = min(top, nearest), max(top, nearest)
            share = weights[second] / (weights[first] + weights[second])
            means[first] += np.float32(share) * (means[second] - means[first])
            weights[first] += weights[second]
            waiting[second], into[second] = False, first
        else:
            chain.append(nearest)
    return _followed(into)


def _followed(into: Labels) -> Labels:
    while not np.array_equal(into, into[into]):
        into = into[into]
    return into


def _numbered(labels: Labels) -> Labels:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
