"""Words between asterisks, as H5P writes what is to be found: `*Paris/paris:the capital*`."""

import re
from dataclasses import dataclass

GAP = "_____"
_MARKED = re.compile(r"\*([^*\n]+)\*")


@dataclass(frozen=True, slots=True)
class Gaps:
    """A text with gaps for its answers, and the answers with the hints that belong to them."""

    shown: str
    answers: tuple[str, ...]
    key: tuple[str, ...]


def read_gaps(text: str) -> Gaps:
    """Take the answers out of a text."""
    found = _MARKED.findall(text)
    answers = tuple(re.split(r"[:/]", answer)[0].strip() for answer in found)
    return Gaps(_MARKED.sub(GAP, text), answers, tuple(answer.strip() for answer in found))


def read_marks(text: str) -> Gaps:
    """Take off the marks of words that are to be found in a text which stays as it is."""
    # Two asterisks stand for one that belongs to the text.
    found = tuple(answer.strip() for answer in _MARKED.findall(text.replace("**", "")))
    return Gaps(_MARKED.sub(r"\1", text.replace("**", "\x02")).replace("\x02", "*"), found, found)
