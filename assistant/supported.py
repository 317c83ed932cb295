"""Reads a model's reply as it streams and lets through only sentences whose quote stands in the passage they cite.

The prompt asks for `[[n|"quote"]]` after every sentence; here it is enforced. A sentence waits until its marks are
complete, every quote is looked for in its passage, and what has no quote that is found never leaves the server.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.extract import Quote
from knowledge.lessons import Source

NOT_COVERED = "NOT_COVERED"
_MARKS = re.compile(r"(?:\s*\[\[\s*\d+\s*\|.*?\]\])+", re.DOTALL)
_MARK = re.compile(r"\[\[\s*(\d+)\s*\|\s*(.*?)\s*\]\]", re.DOTALL)
_QUOTE_SIGNS = "\"'“”„«»‘’`"
_ADDRESS = re.compile(r"(?:https?:|www\.|\]\()\S*", re.IGNORECASE)
_FEWEST_QUOTE_CHARS = 8


@dataclass(frozen=True, slots=True)
class Supported:
    """A sentence and the quotes that stand in the cited passages."""

    text: str
    quotes: tuple[Quote, ...]


class SupportedSentences:
    """Fed with pieces of a reply, gives back the supported sentences they complete."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._waiting = ""
        self.dropped = 0

    def feed(self, piece: str) -> Iterator[Supported]:
        """Sentences whose marks are known to be complete, because something else follows them."""
        self._waiting += piece
        while (marks := _MARKS.search(self._waiting)) and not _may_go_on(self._waiting[marks.end() :]):
            yield from self._take(marks)

    def finish(self) -> Iterator[Supported]:
        """The last sentences; what has no marks is dropped."""
        while marks := _MARKS.search(self._waiting):
            yield from self._take(marks)
        if self._waiting.strip() and not self.says_not_covered(self._waiting):
            self.dropped += 1
        self._waiting = ""

    @staticmethod
    def says_not_covered(text: str) -> bool:
        """The model's way to say that the passages do not answer."""
        return text.strip().strip(".") == NOT_COVERED

    def _take(self, marks: re.Match[str]) -> Iterator[Supported]:
        sentence = self._waiting[: marks.start()].strip()
        self._waiting = self._waiting[marks.end() :]
        found = [self._find(int(number), quote) for number, quote in _MARK.findall(marks.group())]
        quotes = tuple(quote for quote in found if quote is not None)
        if sentence and quotes and not _leads_away(sentence, quotes):
            yield Supported(sentence, quotes)
        else:
            self.dropped += 1

    def _find(self, number: int, quoted: str) -> Quote | None:
        words = quoted.strip(_QUOTE_SIGNS + " \n").split()
        if not 1 <= number <= len(self._sources) or len(" ".join(words)) < _FEWEST_QUOTE_CHARS:
            return None
        source = self._sources[number - 1]
        place = re.search(r"\s+".join(re.escape(word) for word in words), source.text)
        return Quote(source, place.start(), place.end()) if place else None


def _may_go_on(rest: str) -> bool:
    """Whether one more mark may still be on its way behind the marks that were read."""
    following = rest.lstrip()
    return following in {"", "["} or following.startswith("[[")


def _leads_away(sentence: str, quotes: Sequence[Quote]) -> bool:
    """An address in a sentence must be the course's own."""
    told = " ".join(quote.source.text for quote in quotes)
    return any(address not in told for address in _ADDRESS.findall(sentence))
