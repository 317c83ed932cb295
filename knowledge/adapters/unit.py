"""What an encoder that is not ours gave, proved to be a vector that can be compared with others."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foundation.errors import EncoderUnavailable
from knowledge.encoder import Vector


def unit_vector(values: npt.NDArray[np.floating] | Sequence[float], *, dim: int | None, source: str) -> Vector:
    """The values as float32 `(dim,)` of unit length; `dim` None takes any length.

    Raises EncoderUnavailable, naming `source`, for another length, for no values, and for values without a direction.
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or not vector.size:
        raise EncoderUnavailable(f"{source} gave no vector; check that it is a model for embeddings")
    if dim is not None and len(vector) != dim:
        raise EncoderUnavailable(
            f"{source} gave a vector of {len(vector)} dimensions where it gave {dim} before; "
            "its model was exchanged: name the new one in COMPANION_ENCODER, and run `companion index fill`"
        )
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < 1e-9:
        raise EncoderUnavailable(f"{source} gave a vector without a direction (zeros or NaN); restart or exchange it")
    return np.asarray(vector / length, dtype=np.float32)
