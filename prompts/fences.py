"""Fences around course and learner text, which that text cannot close.

A fence tells a model where material starts and ends; what the material may make the model do is limited by the code
that checks the reply, not here.
"""

import re
from collections.abc import Sequence

from foundation.errors import Invalid

# Tildes are rare in prose and in code, so that the same short fence serves nearly every text.
_SHORTEST = 4
_LABEL = re.compile(r"[a-z][a-z0-9 ]{0,39}")


class Fenced(str):
    """Text that stands inside fences; the only kind a prompt's `fenced` variables accept."""

    __slots__ = ()


def fence(text: str, label: str) -> Fenced:
    """Wrap `text` between two lines of tildes, the first carrying `label` (lower-case words, ours, never theirs).

    The delimiter is one tilde longer than the longest run in the text, so it occurs nowhere inside; the same text
    gives the same fence.
    """
    if not _LABEL.fullmatch(label):
        raise Invalid(f"a fence's label is lower-case letters, digits and spaces, not {label!r}")
    longest = max((len(run) for run in re.findall("~+", text)), default=0)
    delimiter = "~" * max(_SHORTEST, longest + 1)
    return Fenced(f"{delimiter} {label}\n{text}\n{delimiter}")


def fence_numbered(texts: Sequence[str], label: str) -> Fenced:
    """Fence each text as `label 1`, `label 2`, … in order, with an empty line between them."""
    return Fenced("\n\n".join(fence(text, f"{label} {number}") for number, text in enumerate(texts, start=1)))
