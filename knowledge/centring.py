"""Moves vectors of each language to a common centre.

This encoder's vectors cluster by language: subtracting a mean vector per language and role raised MRR on a mixed
Russian and English set from 0.68 to 0.88 or more; half of it does no harm where a course has one language (measured
2026-11). The means come from our own sample texts, are kept beside this file, and belong to the recipe's version:
vectors in SQL are stored as the encoder gave them.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import numpy as np

from knowledge.encoder import Vector

RECIPE = "c1"
STRENGTH = 0.5

Role = Literal["question", "passage"]


def centre(vectors: Vector, *, lang: str, role: Role, encoder_id: str) -> Vector:
    """Centred unit vectors of the same shape, `(d,)` or `(n, d)`; unchanged for an encoder without known means."""
    mean = _means(encoder_id).get(f"{lang}.{role}")
    if mean is None:
        return vectors
    moved = vectors - STRENGTH * mean
    length = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.maximum(length, 1e-9), dtype=np.float32)


@lru_cache(maxsize=8)
def _means(encoder_id: str) -> dict[str, Vector]:
    path = files("knowledge") / "centring.json"
    if not path.is_file():
        return {}
    known = json.loads(path.read_text(encoding="utf-8"))
    return {name: np.asarray(mean, dtype=np.float32) for name, mean in known.get(encoder_id, {}).items()}
