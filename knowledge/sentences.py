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
_END = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s|$)")
_OPENS = re.compile(r"[\s«“\"'(\[–—-]*([^\W_])", re.UNICODE)
_LAST_WORD = re.compile(r"[\w.]+$")


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
    word = _LAST_WORD.search(line[: match.start()])
    return word is None or not _is_abbreviation(word.group(), line[: match.start()])


def _is_abbreviation(word: str, before: str) -> bool:
    bare = word.lower().lstrip(".")
    if bare in _ABBREVIATIONS:
        return True
    # An initial ("А. С. Пушкин", "J. Smith") or the number of a list item at the start of a line.
    return (len(word) == 1 and word.isalpha() and word.isupper()) or (word.isdigit() and before.strip() == word)
