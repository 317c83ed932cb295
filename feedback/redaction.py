"""Takes personal data out of what learners say, before it is kept."""

import re
from dataclasses import dataclass

_CONTACTS = (
    (re.compile(r"\b(?:https?://|www\.|t\.me/)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[mail]"),
    (re.compile(r"(?<![\w.])@[A-Za-z]\w{2,}"), "[name]"),
    (re.compile(r"(?<![\w.,])\+?\(?\d(?:[\s().-]{0,2}\d){8,14}(?![\w%])"), "[phone]"),
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without personal data, and how many pieces were taken out."""

    text: str
    count: int


def redact(text: str) -> Redacted:
    """Take out what names or reaches somebody; a mark says what stood there. Doing it twice changes nothing."""
    count = 0
    for pattern, mark in _CONTACTS:
        text, found = pattern.subn(mark, text)
        count += found
    return Redacted(text, count)
