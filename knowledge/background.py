"""What texts about anything look like to an encoder: the ground a course stands out from.

120 short passages and 120 questions on forty subjects in each language, written for this purpose and kept beside this
file, with their vectors for the encoder that comes with the product. For any other encoder they are encoded once and
kept in SQL (`background_vectors` knows them as soon as `calibration.recall_background` has read them). They serve
twice: their means are the centres of languages and roles (`centring`), and a question that is as close to them as to
the course is not about the course (`assistant.grounding`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from knowledge.encoder import Vector
from knowledge.language import Lang

FOLDER = Path(str(files("knowledge"))) / "background"
LANGS: tuple[Lang, ...] = ("ru", "en")


@dataclass(frozen=True, slots=True)
class BackgroundText:
    """A passage about some subject, and a question about it that the passage does not answer."""

    subject: str
    passage: str
    question: str


def read_texts(lang: Lang) -> list[BackgroundText]:
    """The texts of one language, in file order."""
    lines = (FOLDER / f"{lang}.jsonl").read_text(encoding="utf-8").splitlines()
    return [BackgroundText(**json.loads(line)) for line in lines if line.strip()]


# By encoder. An id names one space of vectors, so whoever learns them learns the same.
_learnt: dict[str, Mapping[str, Vector]] = {}
_means: dict[tuple[str, str], Vector] = {}


def background_vectors(encoder_id: str) -> Mapping[str, Vector]:
    """Unit vectors by `ru.passage`, `en.question` …, float32 `(n, d)`; empty for an encoder they were not made for."""
    return _packaged(encoder_id) or _learnt.get(encoder_id, {})


def comes_with_background(encoder_id: str) -> bool:
    """Whether they are kept beside this file, for every home."""
    return bool(_packaged(encoder_id))


def background_mean(encoder_id: str, name: str) -> Vector | None:
    """The mean of those of one language and role, float32 `(d,)`; None for an encoder they were not made for."""
    key = (encoder_id, name)
    if key not in _means:
        vectors = background_vectors(encoder_id).get(name)
        if vectors is None:
            return None
        _means[key] = np.asarray(vectors.mean(axis=0), dtype=np.float32)
    return _means[key]


def learn_background(encoder_id: str, vectors: Mapping[str, Vector]) -> None:
    """Let this process know the vectors of an encoder that is not the product's own; none forgets them."""
    _learnt[encoder_id] = vectors
    for key in [key for key in _means if key[0] == encoder_id]:
        _means.pop(key, None)


@lru_cache(maxsize=16)
def _packaged(encoder_id: str) -> Mapping[str, Vector]:
    path = FOLDER / f"{encoder_id}.npz"
    if not path.is_file():
        return {}
    with np.load(path) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
