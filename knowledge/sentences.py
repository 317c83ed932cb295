"""Where sentences begin and end in Russian and English prose.

Spans, not strings: a quote must be the author's own characters.
"""

import re
from dataclasses import dataclass

# A full stop after these does not end a sentence. Lower case, without the stop.
_ABBREVIATIONS = frozenset(
    [
        "т.е",
        "т.к",
        "т.д",
        "т.п",
        "т.н",
        "т.ч",
        "и.о",
        "н.э",
        "др",
        "пр",
        "гг",
        "вв",
        "см",
        "ср",
        "рис",
        "табл",
        "стр",
        "гл",
        "разд",
        "прим",
        "напр",
        "англ",
        "лат",
        "нем",
        "ул",
        "им",
        "тыс",
        "млн",
        "млрд",
        "руб",
        "коп",
        "сек",
        "мин",
        "проф",
        "акад",
        "доц",
        "тов",
        "обл",
        "e.g",
        "i.e",
        "etc",
        "al",
        "cf",
        "vs",
        "fig",
        "figs",
        "eq",
        "eqs",
        "sec",
        "ch",
        "no",
        "vol",
        "pp",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "inc",
        "ltd",
        "jr",
        "sr",
        "approx",
        "resp",
        "dept",
        "est",
    ]
)
# Looked for only where a run of stops begins: a row of dots would otherwise be read again from each of its dots.
_END = re.compile(r"(?<![.!?…])[.!?…]++[»”\"')\]]*+(?=\s|$)")
_OPENS = re.compile(r"[\s«“\"'(\[–—-]*([^\W_])", re.UNICODE)
_LAST_WORD = re.compile(r"[\w.]+$")
# No abbreviation is longer, with what stands before it; looking further back made long lines cost their square.
_LOOK_BACK_CHARS = 40
# Written apart, and followed by whatever they introduce: "т. е. Пушкин", "т. н. А/Б-тест".
_SPLIT_ABBREVIATION = re.compile(r"(?:\bт\. ?[екнч]|\bи\. ?о|\bн\. ?э)$", re.IGNORECASE)
# Years and centuries after a number ("в 2020 г. Иванов"), pages and items before one ("п. 5").
_NUMBERED = re.compile(r"[\divxlc]\s*[гв]$", re.IGNORECASE)
_NUMBERS_NEXT = frozenset("псгч")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, `text[start:end]`."""

    start: int
    end: int


def sentence_spans(text: str) -> list[Span]:
    """Sentences of a prose text in order; every non-blank character lies in exactly one. A line break ends one."""
    spans: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        spans.extend(_line_spans(line, offset))
        offset += len(line) + 1
    return spans


def _line_spans(line: str, offset: int) -> list[Span]:
    spans = []
    start = 0
    for match in _END.finditer(line):
        if _ends_sentence(line, match):
            spans.append((start, match.end()))
            start = match.end()
    spans.append((start, len(line)))
    return [_trimmed(line, begin, end, offset) for begin, end in spans if line[begin:end].strip()]


def _trimmed(line: str, begin: int, end: int, offset: int) -> Span:
    piece = line[begin:end]
    lead = len(piece) - len(piece.lstrip())
    return Span(offset + begin + lead, offset + begin + len(piece.rstrip()))


def _ends_sentence(line: str, match: re.Match[str]) -> bool:
    opening = _OPENS.match(line, match.end())
    if opening is None:
        return True
    letter = opening.group(1)
    if letter.islower():
        return False
    if match.group().rstrip("»”\"')]") != ".":
        return True
    before = line[max(0, match.start() - _LOOK_BACK_CHARS) : match.start()]
    word = _LAST_WORD.search(before)
    return word is None or not _is_abbreviation(word.group(), before, letter)


def _is_abbreviation(word: str, before: str, following: str) -> bool:
    bare = word.lower().lstrip(".")
    if bare in _ABBREVIATIONS or _SPLIT_ABBREVIATION.search(before):
        return True
    if _NUMBERED.search(before) or (bare in _NUMBERS_NEXT and following.isdigit()):
        return True
    # Initials ("А. С. Пушкин", "А.С. Пушкин", "J. Smith", "U.S. Army").
    initial = word.rpartition(".")[2]
    if len(initial) == 1 and initial.isalpha() and initial.isupper():
        return True
    # The number of a list item at the start of a line: "1.", "2.1.".
    return word.replace(".", "").isdigit() and before.strip() == word
