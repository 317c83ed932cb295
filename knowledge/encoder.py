"""The `Encoder` port: text in, unit vectors out.

Encoders work on one text a call: engines with dynamic quantisation give slightly different vectors inside a batch
(cosine 0.998, measured 2026-11), and a vector must depend on its text alone to be kept by the text's hash.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenStates:
    """A text's vector and what it was pooled from.

    `states` are float32 `(n, dim)`, unit length, one a token of the text itself, specials and role left out; `spans`
    are int32 `(n, 2)`, where each stands in the text as `clean_text` gives it, in characters; `information` is float32
    `(n,)`, how rare each is in language at large, in nats: minus the logarithm of its frequency.
    """

    vector: Vector
    states: Vector
    spans: npt.NDArray[np.int32]
    information: Vector


class TokenEncoder(Protocol):
    """What an encoder that shows its tokens can do besides; the vector is the one it gives without them."""

    def question_states(self, text: str) -> TokenStates:
        """A question's tokens. Raises EncoderUnavailable."""

    def passage_states(self, text: str) -> TokenStates:
        """A passage's tokens, those within `max_tokens`. Raises EncoderUnavailable."""


class Encoder(Protocol):
    """Turns questions and passages into vectors of one space; safe to call from several threads."""

    @property
    def id(self) -> str:
        """Model and version; vectors of different ids are never compared. `[a-z0-9-]{3,40}`."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Longest input, specials and role prefix included; what is beyond it does not reach the vector."""

    @property
    def languages(self) -> frozenset[str] | None:
        """Codes of the languages it is for; None when nobody said, which forbids none."""

    @property
    def by_token(self) -> TokenEncoder | None:
        """The same encoder token by token; None for one that gives a vector a text and no more."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a text as a passage, specials and prefix included; above `max_tokens` when it is too long."""

    def encode_question(self, text: str) -> Vector:
        """float32 `(dim,)`, unit length. Raises EncoderUnavailable."""

    def encode_passage(self, text: str) -> Vector:
        """float32 `(dim,)`, unit length. Raises EncoderUnavailable."""
