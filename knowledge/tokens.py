"""Late interaction: a question's tokens against a passage's, each with the one it is most alike.

What one vector a passage blurs, a word's own vector keeps: the name, the number, the turn of phrase that was asked for.
The idea is ColBERT's (Khattab and Zaharia 2020).
Token vectors are moved to a common centre a language and role, cut down to 128 dimensions and kept as int8: axes and
centres come from the background texts (`background`), so they know no course. Punctuation is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from knowledge.background import FOLDER, LANGS, read_texts
from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vector
from knowledge.language import language_of
from knowledge.lexical import LexicalIndex, terms
from knowledge.ragged import Ragged, Rows, counts_to_first

RECIPE = "t1"
DIM = 128
_LEVELS = 127
_ROWS_AT_ONCE = 1_024
_SPOKEN = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W_]+(?:[_.][^\W_]+)*")
# The information of the commonest words, in nats, and what is left of it.
_COMMONEST, _LEAST = 4.0, 0.05


@dataclass(frozen=True, slots=True)
class Axes:
    """How token states are cut down: axes `(d, 128)`, and a centre `(d,)` for each language and role (`ru.passage`)."""

    axes: Vector
    centres: dict[str, Vector]

    def reduced(self, states: Vector, *, lang: str, role: str) -> npt.NDArray[np.int8]:
        """Codes `(n, 128)` of unit vectors: 127 stands for 1."""
        centre = self.centres.get(f"{lang}.{role}", self.centres[f"en.{role}"])
        moved = (states - centre) @ self.axes
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(np.rint(moved / np.maximum(length, 1e-9) * _LEVELS), dtype=np.int8)


def axes_for(encoder: Encoder) -> Axes | None:
    """The axes of an encoder's token space; None for one that shows no tokens, or that they were not made for."""
    return None if encoder.by_token is None else _known_axes(encoder.id)


def recipe_of(encoder: Encoder) -> str | None:
    """By which recipe an encoder's tokens are kept; None for one whose tokens are not."""
    return None if axes_for(encoder) is None else RECIPE


@lru_cache(maxsize=4)
def _known_axes(encoder_id: str) -> Axes | None:
    path = FOLDER / f"{encoder_id}.tokens.npz"
    if not path.is_file():
        return None
    with np.load(path) as arrays:
        centres = {name: arrays[name].astype(np.float32) for name in arrays.files if name != "axes"}
        return Axes(arrays["axes"].astype(np.float32), centres)


def make_axes(encoder: TokenEncoder) -> dict[str, Vector]:
    """Axes and centres from the background's texts, by the names of the file that `known_axes` reads."""
    states: dict[str, Vector] = {}
    for lang in LANGS:
        texts = read_texts(lang)
        states[f"{lang}.passage"] = np.concatenate([encoder.passage_states(text.passage).states for text in texts])
        states[f"{lang}.question"] = np.concatenate([encoder.question_states(text.question).states for text in texts])
    centres = {name: rows.mean(axis=0) for name, rows in states.items()}
    apart = np.concatenate([states[name] - centres[name] for name in states])
    apart /= np.linalg.norm(apart, axis=1, keepdims=True)
    # The widest axes of what is left, by the eigenvectors of its second moments.
    _, axes = np.linalg.eigh(apart.T @ apart)
    return {"axes": np.ascontiguousarray(axes[:, ::-1][:, :DIM]), **centres}


def pack_tokens(text: str, tokens: TokenStates, axes: Axes) -> bytes:
    """A passage window's tokens as they are kept: how many, where each begins in `text` (uint16), codes (int8)."""
    spoken = _spoken(text, tokens.spans)
    rows = list(spoken)
    starts = np.minimum(list(spoken.values()), np.iinfo(np.uint16).max).astype("<u2")
    codes = axes.reduced(tokens.states[rows], lang=language_of(text, default="en"), role="passage")
    return b"".join((len(rows).to_bytes(2, "little"), starts.tobytes(), codes.tobytes()))


def unpack_tokens(blob: bytes) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Where each token begins `(n,)` and its codes `(n, 128)`; none of a window that was too long for the encoder."""
    count = int.from_bytes(blob[:2], "little")
    starts = np.frombuffer(blob, dtype="<u2", count=count, offset=2 if blob else 0).astype(np.int32)
    codes = np.frombuffer(blob, dtype=np.int8, offset=2 + 2 * count if blob else 0)
    return starts, codes.reshape(count, DIM)


@dataclass(frozen=True, slots=True)
class AskedTokens:
    """A question's tokens: int8 codes `(q, 128)`, and weights `(q,)` that add up to 1.

    By `rarity` of their words among the shelf's passages it is told which passage is meant; by their `information` in
    language at large which of a few sentences: there the words of the subject are everywhere, and the small ones tell.
    """

    codes: npt.NDArray[np.int8]
    rarity: Vector
    information: Vector

    @property
    def vectors(self) -> Vector:
        """Unit vectors, float32 `(q, 128)`."""
        return np.asarray(self.codes / _LEVELS, dtype=np.float32)


def ask_tokens(
    question: str, tokens: TokenStates, axes: Axes, *, lang: str, lexical: LexicalIndex
) -> AskedTokens | None:
    """A question's tokens, each weighted by the rarity of its word in the shelf; None for one without words."""
    rows = list(_spoken(question, tokens.spans))
    if not rows:
        return None
    rarity = _rarity(question, tokens.spans[rows], lexical)
    information = np.maximum(tokens.information[rows] - _COMMONEST, _LEAST)
    codes = axes.reduced(tokens.states[rows], lang=lang, role="question")
    return AskedTokens(codes, rarity, np.asarray(information / information.sum(), dtype=np.float32))


def _rarity(question: str, spans: npt.NDArray[np.int32], lexical: LexicalIndex) -> Vector:
    weight_at = np.zeros(len(question) + 1, dtype=np.float32)
    for word in _WORD.finditer(question):
        weight_at[word.start() : word.end()] = max(map(lexical.weight, terms(word.group())), default=0.0)
    weights = np.asarray([weight_at[start:end].max(initial=0.0) for start, end in spans], dtype=np.float32)
    if not weights.any():
        weights += 1.0
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def _spoken(text: str, spans: npt.NDArray[np.int32]) -> dict[int, int]:
    """Tokens with a letter or a digit in them, by number, and where the first of those stands.

    A token begins with the space before its word, which belongs to no sentence.
    """
    found = ((row, _SPOKEN.search(text, start, end)) for row, (start, end) in enumerate(spans.tolist()))
    return {row: first.start() for row, first in found if first}


@dataclass(frozen=True)
class TokenVectors:
    """Rows `first[p]` to `first[p + 1]` belong to passage number p of the shelf.

    `starts` say where a token begins in the passage's text, -1 for one of its headings.
    """

    first: Rows
    codes: npt.NDArray[np.int8]
    starts: npt.NDArray[np.int32]

    @classmethod
    def over(cls, rows: Ragged) -> Self:
        """Tokens whose `code` and `start` are the columns of `rows`."""
        return cls(rows.first, rows.columns["code"], rows.columns["start"])

    @property
    def rows(self) -> Ragged:
        """The same as columns."""
        return Ragged(self.first, {"code": self.codes, "start": self.starts})

    def likeness(self, passages: Sequence[int] | Rows, asked: AskedTokens) -> Vector:
        """For each passage the weighted mean, over the question's tokens, of the cosine of the nearest token of it.

        float32 `(len(passages),)`; 0 for a passage without tokens.
        """
        wanted = np.asarray(passages, dtype=np.int64)
        begins, ends = self.first[wanted], self.first[wanted + 1]
        starts = counts_to_first(ends - begins)
        found = np.zeros(len(wanted), dtype=np.float32)
        there = np.flatnonzero(ends - begins)
        if len(there):
            # A passage's rows lie side by side: cut out whole they are copied faster than picked one by one.
            codes = np.concatenate([self.codes[begin:end] for begin, end in zip(begins, ends, strict=True)])
            nearest = np.maximum.reduceat(_cosines(codes, asked), starts[there], axis=0)
            found[there] = nearest @ asked.rarity
        return found

    def cosines_of(self, passage: int, asked: AskedTokens) -> tuple[npt.NDArray[np.int32], Vector]:
        """Where each of a passage's tokens begins `(n,)`, and its cosine with each of the question's `(n, q)`."""
        mine = slice(self.first[passage], self.first[passage + 1])
        return self.starts[mine], _cosines(self.codes[mine], asked)


def _cosines(codes: npt.NDArray[np.int8], asked: AskedTokens) -> Vector:
    """Some rows at a time: the float32 copy of all of them would not stay in the processor's cache."""
    vectors = asked.vectors.T / _LEVELS
    cosines = np.empty((len(codes), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(codes), _ROWS_AT_ONCE):
        some = codes[start : start + _ROWS_AT_ONCE]
        np.matmul(some.astype(np.float32), vectors, out=cosines[start : start + len(some)])
    return cosines
