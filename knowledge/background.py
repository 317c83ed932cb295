"""What texts about anything look like to an encoder: the ground a course stands out from.

120 short passages and 120 questions on forty subjects in each language, written for this purpose and kept beside this
file, with their vectors for the encoder that comes with the product. They serve twice: their means are the centres of
languages and roles (`centring`), and a question that is as close to them as to the course is not about the course
(`assistant.grounding`).
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


@lru_cache(maxsize=4)
def background_vectors(encoder_id: str) -> Mapping[str, Vector]:
    """Unit vectors by `ru.passage`, `en.question` …, float32 `(n, d)`; empty for an encoder they were not made for."""
    path = FOLDER / f"{encoder_id}.npz"
    if not path.is_file():
        return {}
    with np.load(path) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
