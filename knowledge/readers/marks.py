"""Notes tied to elements of a page's tree: where they stand in the source, and code kept exactly as written.

The notes travel through the HTML parser as one attribute whose value an author cannot forge.
"""

from dataclasses import dataclass

from knowledge.readers.builder import Span
from knowledge.readers.dom import Element

ATTRIBUTE = "data-k"
QUESTION_TAG = "x-question"
PLACE_TAG = "x-place"


@dataclass(frozen=True, slots=True)
class Code:
    """A listing exactly as the author wrote it."""

    text: str
    language: str


class Marks:
    """The notes of one page."""

    def __init__(self, source: str) -> None:
        key = "k"
        while f"{key}-" in source:
            key += "k"
        self._key = key
        self._notes: list[tuple[Span, Code | None]] = []

    def add(self, span: Span, code: Code | None = None) -> str:
        """Keep a note and return the attribute value that leads back to it."""
        self._notes.append((span, code))
        return f"{self._key}-{len(self._notes) - 1}"

    def span(self, element: Element) -> Span | None:
        """Return where the element stands in the source, if that was noted."""
        note = self._note(element)
        return note[0] if note else None

    def code(self, element: Element) -> Code | None:
        """Return the listing the element stands for, if it does."""
        note = self._note(element)
        return note[1] if note else None

    def _note(self, element: Element) -> tuple[Span, Code | None] | None:
        key, _, number = (element.get(ATTRIBUTE) or "").partition("-")
        return self._notes[int(number)] if key == self._key and number.isdecimal() else None
