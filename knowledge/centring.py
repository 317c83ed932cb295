"""Moves vectors of each language to a common centre.

This encoder's vectors cluster by language: subtracting a mean vector per language and role raised MRR on a mixed
Russian and English set from 0.68 to 0.88 or more; half of it does no harm where a course has one language (measured
2026-11). The means are those of texts about anything (`background`), so they carry language and no subject. Vectors in
SQL are stored as the encoder gave them; what is done here belongs to the recipe's version.
"""

from typing import Literal

import numpy as np

from knowledge.background import background_mean, background_vectors
from knowledge.encoder import Vector

RECIPE = "c1"
STRENGTH = 0.5
_NEAREST = 3

Role = Literal["question", "passage"]


def centre(vectors: Vector, *, lang: str, role: Role, encoder_id: str) -> Vector:
    """Centred unit vectors of the same shape, `(d,)` or `(n, d)`; unchanged for an encoder without known means."""
    mean = background_mean(encoder_id, f"{lang}.{role}")
    if mean is None:
        return vectors
    moved = vectors - STRENGTH * mean
    length = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.maximum(length, 1e-9), dtype=np.float32)


def background_cosine(question: Vector, *, lang: str, encoder_id: str) -> float | None:
    """Mean cosine of a question with the texts about anything of one language that are nearest to it.

    Several, because one of forty subjects may well be the course's own. None for an encoder without such vectors.
    """
    passages = background_vectors(encoder_id).get(f"{lang}.passage")
    if passages is None:
        return None
    centred = centre(passages, lang=lang, role="passage", encoder_id=encoder_id)
    return float(np.sort(centred @ question)[-_NEAREST:].mean())
