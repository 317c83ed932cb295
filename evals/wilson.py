"""The interval of a share that may be 0 or 1, where a bootstrap over the same cases says that nothing is uncertain."""

from math import sqrt

_Z_95 = 1.959964


def wilson_interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score (1927); (0, 1) of nothing. 0 of 409 leaves 0.0093 possible."""
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, _Z_95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z_95 * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return round(max(middle - half, 0.0), 4), round(min(middle + half, 1.0), 4)
