"""A text that is longer than an encoder's window, encoded in parts, so that no word of it is lost.

Windows are packed for the encoder a course was taken in with. Another one may take less at once: half of a window would
then be cut off where nobody sees it.
"""

import re

import numpy as np

from foundation.errors import EncoderUnavailable
from knowledge.encoder import Encoder, Vector

_GAP = re.compile(r"\s+")


def encode_whole(encoder: Encoder, text: str) -> Vector:
    """The passage vector of a text of any length, float32 `(d,)`: of one too long, the mean of its parts', unit length.

    Raises EncoderUnavailable.
    """
    parts = split_to_fit(text, encoder)
    if len(parts) == 1:
        return encoder.encode_passage(text)
    mean = np.mean([encoder.encode_passage(part) for part in parts], axis=0)
    length = float(np.linalg.norm(mean))
    if length < 1e-6:
        raise EncoderUnavailable("the parts of a text have vectors that cancel each other out; use another encoder")
    return np.asarray(mean / length, dtype=np.float32)


def split_to_fit(text: str, encoder: Encoder) -> list[str]:
    """A text as consecutive parts that the encoder takes whole; together they are the text, character for character.

    Cut between words where there is a gap, within a word only where that word alone is too long. Parts are about
    equally long: a leftover of two words would count as much in the mean as all the rest.
    """
    if encoder.count_tokens(text) <= encoder.max_tokens or len(text) < 2:
        return [text]
    middle = _cut_near(text, len(text) // 2)
    return [*split_to_fit(text[:middle], encoder), *split_to_fit(text[middle:], encoder)]


def _cut_near(text: str, middle: int) -> int:
    """The end of the gap nearest to the middle; the middle itself in a text without one."""
    ends = (gap.end() for gap in _GAP.finditer(text))
    return min((end for end in ends if 0 < end < len(text)), key=lambda end: abs(end - middle), default=middle)
