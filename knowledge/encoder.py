"""The `Encoder` port: text in, unit vectors out.

Encoders work on one text a call: engines with dynamic quantisation give slightly different vectors inside a batch
(cosine 0.998, measured 2026-11), and a vector must depend on its text alone to be kept by the text's hash.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


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

    def count_tokens(self, text: str) -> int:
        """Tokens of a text as a passage, specials and prefix included; above `max_tokens` when it is too long."""

    def encode_question(self, text: str) -> Vector:
        """float32 `(dim,)`, unit length. Raises EncoderUnavailable."""

    def encode_passage(self, text: str) -> Vector:
        """float32 `(dim,)`, unit length. Raises EncoderUnavailable."""
