"""Reads a model's reply as it streams and lets through only sentences that their quotes bear out.

The prompt asks for `[[n|"quote"]]` after every sentence; here it is enforced. A sentence waits until its marks are
complete, every quote is looked for in its passage, and what has no quote that is found, or claims what its quotes do
not say (`claims`), never leaves the server. A quote is widened to the sentences it stands in: half a sentence may say
the opposite of the whole. How the reply is cut into pieces changes nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.claims import Proof, find_fault
from assistant.extract import Quote
from knowledge.lessons import Source
from knowledge.sentences import Span, sentence_spans

NOT_COVERED = "NOT_COVERED"
NOT_FOUND, ADDRESS = "not_found", "address"
_SIGNS = "\"'“”„«»‘’`"
_OPENING = re.compile(r"\[\[\s*\d{1,4}\s*\|")
# A quote may end in brackets of its own, as `df[["a"]]` does: brackets that close at once again belong to the mark.
_MARK = re.compile(rf"{_OPENING.pattern}.*?\]{{2,}}(?:\s*(?:[{_SIGNS}]\s*)?\]{{2,}})*", re.DOTALL)
_MARKS = re.compile(rf"{_MARK.pattern}(?:\s*{_MARK.pattern})*", re.DOTALL)
_GOES_ON = re.compile(rf"[{_SIGNS}]?\s*\]?|\[|\[\[\s*\d*\s*(?:\|.*)?", re.DOTALL)
_LEFT_STOP = re.compile(r"\A\s*[.,;:!?…]+(?=\s|$)")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|https?:|www\.|\]\()\S*", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?)»”\"'"
_FEWEST_QUOTE_CHARS = 8
# What is longer is no sentence but a page without full stops, and stays as the model quoted it.
_LONGEST_QUOTE_CHARS = 600
_BEFORE = 2
_ITEM_MARK = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Supported:
    """A sentence and the quotes that stand in the cited passages."""

    text: str
    quotes: tuple[Quote, ...]


class SupportedSentences:
    """Fed with pieces of a reply, gives back the supported sentences they complete.

    `dropped` counts the sentences held back, `kept` those let through; `faults` are why those that did bring marks were
    held back: a fault of `claims`, NOT_FOUND for a quote that is none, ADDRESS for one that is not the course's.
    `not_covered`: the model said that the passages do not answer.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = [_Sentences(source) for source in sources]
        self._waiting = ""
        self.dropped = 0
        self.kept = 0
        self.faults: Counter[str] = Counter()
        self.not_covered = False

    def feed(self, piece: str) -> Iterator[Supported]:
        """Sentences whose marks are known to be complete, because something else follows them."""
        self._waiting += piece
        while (marks := self._next_marks()) and not _GOES_ON.fullmatch(self._waiting[marks.end() :].lstrip()):
            yield from self._take(marks)

    def finish(self) -> Iterator[Supported]:
        """The last sentences; what has no marks is dropped."""
        while marks := self._next_marks():
            yield from self._take(marks)
        self._last_sentence(self._waiting)
        self.dropped += bool(_without_stop(self._waiting)) and NOT_COVERED not in self._waiting
        self._waiting = ""

    def _next_marks(self) -> re.Match[str] | None:
        opening = _OPENING.search(self._waiting)
        # Without this, a reply that opens marks for ever would be read to its end from each of them.
        if opening is None or self._waiting.find("]]", opening.end()) < 0:
            return None
        return _MARKS.match(self._waiting, opening.start())

    def _take(self, marks: re.Match[str]) -> Iterator[Supported]:
        sentence = self._last_sentence(self._waiting[: marks.start()])
        self._waiting = self._waiting[marks.end() :]
        found = [self._find(mark) for mark in _MARK.findall(marks.group())]
        # Two marks within one sentence are one quote.
        proofs = dict(each for each in found if each is not None)
        fault = _fault(sentence, proofs)
        if fault is None:
            self.kept += 1
            yield Supported(sentence, tuple(proofs))
            return
        self.dropped += 1
        self.faults[fault] += bool(sentence)

    def _last_sentence(self, text: str) -> str:
        """What the marks behind it prove; sentences before it have none of their own."""
        self.not_covered |= NOT_COVERED in text
        plain = _without_stop(text)
        spans = sentence_spans(plain)
        self.dropped += max(len(spans) - 1, 0)
        return plain[spans[-1].start : spans[-1].end] if spans else ""

    def _find(self, mark: str) -> tuple[Quote, tuple[Proof, ...]] | None:
        number, _, quoted = mark[2:-2].partition("|")
        words = quoted.strip(_SIGNS + " \n").split()
        if not 1 <= int(number) <= len(self._sources) or len(" ".join(words)) < _FEWEST_QUOTE_CHARS:
            return None
        return self._sources[int(number) - 1].find(words)


class _Sentences:
    """A source's sentences, read when it is first cited."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._spans: list[Span] = []

    def find(self, words: Sequence[str]) -> tuple[Quote, tuple[Proof, ...]] | None:
        """The sentences these words stand in, and each of them with what stands around it."""
        place = _pattern(words).search(self._source.text)
        if place is None:
            return None
        self._spans = self._spans or sentence_spans(self._source.text)
        inside = [
            number for number, span in enumerate(self._spans) if span.start < place.end() and span.end > place.start()
        ]
        quote = self._widened(place, self._spans[inside[0]], self._spans[inside[-1]])
        return quote, tuple(self._proof(number, quote) for number in inside)

    def _proof(self, number: int, quote: Quote) -> Proof:
        span = self._spans[number]
        before = [*self._source.heading_path[-1:], *map(self._text, self._spans[max(number - _BEFORE, 0) : number])]
        after = " ".join(map(self._text, self._spans[number + 1 : number + 2]))
        told = self._source.text[max(span.start, quote.start) : min(span.end, quote.end)]
        return Proof(told, " ".join(before), after, self._source.text)

    def _widened(self, place: re.Match[str], first: Span, last: Span) -> Quote:
        if last.end - first.start > _LONGEST_QUOTE_CHARS:
            return Quote(self._source, place.start(), place.end())
        mark = _ITEM_MARK.match(self._source.text, first.start, place.start())
        return Quote(self._source, mark.end() if mark else first.start, last.end)

    def _text(self, span: Span) -> str:
        return self._source.text[span.start : span.end]


def _fault(sentence: str, proofs: dict[Quote, tuple[Proof, ...]]) -> str | None:
    """Why a sentence stays here; None for one that is borne out."""
    if not sentence or not proofs or _is_broken(sentence):
        return NOT_FOUND
    if _leads_away(sentence, list(proofs)):
        return ADDRESS
    return find_fault(sentence, [proof for each in proofs.values() for proof in each])


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """These words, whole, with any white space and any kind of quotation marks; a cut number is another number."""
    before = r"(?<!\w)(?<!\d[.,])" if words[0][0].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if words[-1][-1].isalnum() else ""
    plain = r"\s+".join(re.escape(word) for word in words)
    return re.compile(before + re.sub(f"[{_SIGNS}]", f"[{_SIGNS}]", plain) + after)


def _without_stop(text: str) -> str:
    """Without the full stop of the sentence before, when a model writes its marks in front of it."""
    return _LEFT_STOP.sub("", text).strip()


def _is_broken(sentence: str) -> bool:
    """The word for "not covered" is no sentence, and closing brackets without opening ones are left of a mark."""
    return NOT_COVERED in sentence or sentence.count("]]") > sentence.count("[[")


def _leads_away(sentence: str, quotes: Sequence[Quote]) -> bool:
    """An address in a sentence must be the course's own."""
    told = " ".join(quote.source.text for quote in quotes)
    return any(address.rstrip(_AFTER_ADDRESS) not in told for address in _ADDRESS.findall(sentence))
