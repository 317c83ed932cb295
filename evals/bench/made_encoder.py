"""An encoder that costs next to nothing and still knows what is near: a text is the sum of its words.

Words of one topic share a direction, whatever their language; texts of one language and role share another one, as
those of the real encoder do. It goes by the real encoder's id: a made home then serves the product as it is, and only
benchmarks ever open one.
"""

import re
import zlib
from functools import lru_cache

import numpy as np

from evals.bench.made_words import TOPICS, topic_of, vocabulary
from knowledge.background import background_vectors
from knowledge.encoder import Encoder, TokenStates, Vector
from knowledge.language import language_of

_DIM = 384
_LETTERS_A_TOKEN = 5
_INFORMATION = 9.0
_WORD = re.compile(r"\w+")
_SHARED, _OWN_TOPIC, _NOISE = 0.85, 0.8, 0.25


class MadeEncoder:
    """Vectors that depend on the text alone; safe to call from several threads.

    With `paid_to`, encoding a question also has that encoder do a question's work: what is measured then includes it.
    """

    dim = _DIM
    max_tokens = 512
    languages: frozenset[str] | None = None

    def __init__(self, encoder_id: str, *, paid_to: Encoder | None = None) -> None:
        self.id = encoder_id
        self._paid_to = paid_to
        self._shared = _shared_directions(encoder_id)
        self._function = {str(word) for lang in ("ru", "en") for word in vocabulary(lang).function}

    @property
    def by_token(self) -> "MadeEncoder":
        return self

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 4

    def encode_question(self, text: str) -> Vector:
        if self._paid_to is not None:
            self._paid_to.encode_question(TWELVE_TOKENS)
        return self._encode(text, "question")

    def question_states(self, text: str) -> TokenStates:
        if self._paid_to is not None and self._paid_to.by_token is not None:
            self._paid_to.by_token.question_states(TWELVE_TOKENS)
        return _states(text, self._encode(text, "question"))

    def passage_states(self, text: str) -> TokenStates:
        return _states(text, self._encode(text, "passage"))

    def encode_passage(self, text: str) -> Vector:
        return self._encode(text, "passage")

    def _encode(self, text: str, role: str) -> Vector:
        words = [word for word in _bare(text) if word not in self._function]
        told = np.add.reduce([_word_vector(word) for word in words]) if words else np.zeros(_DIM, dtype=np.float32)
        told = _unit(told) + _NOISE * _seeded(zlib.crc32(text.encode("utf-8", "replace")))
        return _unit(_SHARED * self._shared[f"{language_of(text)}.{role}"] + _unit(told))


def _states(text: str, vector: Vector) -> TokenStates:
    """Tokens of up to five letters, as many as real ones; those of a word have the word's vector."""
    spans = [
        (start, min(start + _LETTERS_A_TOKEN, word.end()))
        for word in _WORD.finditer(text)
        for start in range(word.start(), word.end(), _LETTERS_A_TOKEN)
    ]
    words = [word.group() for word in _WORD.finditer(text.lower())]
    tokens = [_word_vector(word) for word in words for _ in range(-(-len(word) // _LETTERS_A_TOKEN))]
    states = np.stack(tokens) if tokens else np.zeros((0, _DIM), dtype=np.float32)
    information = np.full(len(spans), _INFORMATION, dtype=np.float32)
    return TokenStates(vector, states, np.asarray(spans, dtype=np.int32).reshape(-1, 2), information)


# A dozen tokens of the default encoder, its two specials and the role prefix included.
TWELVE_TOKENS = "How long should a test run?"


def _bare(text: str) -> list[str]:
    return [word.strip(".,?#›") for word in text.lower().split()]


@lru_cache(maxsize=60_000)
def _word_vector(word: str) -> Vector:
    topic = topic_of(word)
    return _unit(_OWN_TOPIC * _topic_vector(topic) + _seeded(zlib.crc32(word.encode("utf-8", "replace"))))


@lru_cache(maxsize=TOPICS)
def _topic_vector(topic: int) -> Vector:
    return _seeded(1_000_003 + topic)


def _seeded(seed: int) -> Vector:
    return _unit(np.random.default_rng(seed).standard_normal(_DIM, dtype=np.float32))


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _shared_directions(encoder_id: str) -> dict[str, Vector]:
    known = background_vectors(encoder_id)
    names = [f"{lang}.{role}" for lang in ("ru", "en") for role in ("question", "passage")]
    return {
        name: _unit(known[name].mean(axis=0)) if name in known else _seeded(zlib.crc32(name.encode())) for name in names
    }
