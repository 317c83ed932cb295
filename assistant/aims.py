"""How much what lessons teach resembles what a learner is after: cosines of the goal and of each aim.

An aim is a lesson's title, skill and outcome as one text. There are few and they are short, so each is encoded when it
is first needed and remembered in this process.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.centring import centre
from knowledge.encoder import Encoder, Vector
from knowledge.language import language_of

_REMEMBERED = 4_096
_vectors: dict[tuple[str, str], Vector] = {}


def aim_of(*parts: str) -> str:
    """One text of a title, a skill, an outcome; what is empty or said before is left out."""
    told = dict.fromkeys(part.strip().rstrip(".") for part in parts if part.strip())
    return ". ".join(told)


def likeness(goal: str, aims: Sequence[str], encoder: Encoder) -> npt.NDArray[np.float64]:
    """float64 `(n,)`, the cosine of each aim with the goal, languages centred. Raises EncoderUnavailable."""
    if not aims:
        return np.zeros(0)
    lang = language_of(goal)
    asked = centre(encoder.encode_question(goal), lang=lang, role="question", encoder_id=encoder.id)
    vectors = np.stack([_vector(encoder, aim) for aim in aims])
    return np.asarray(vectors @ asked, dtype=np.float64)


def _vector(encoder: Encoder, aim: str) -> Vector:
    found = _vectors.get((encoder.id, aim))
    if found is None:
        found = centre(encoder.encode_passage(aim), lang=language_of(aim), role="passage", encoder_id=encoder.id)
        if len(_vectors) >= _REMEMBERED:
            _vectors.clear()
        _vectors[encoder.id, aim] = found
    return found
