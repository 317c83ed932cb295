"""What learners say is right in place of what a text says: "X instead of Y", "не X, а Y"."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from feedback.item import Item
from knowledge.words import fold

_LEAST_VOICES = 2
_MOST_WORDS = 5
_SOME = r"[«“\"'`]?(?P<{}>[^\s«»“”\"`,;:!?][^«»“”\"`,;:!?\n]{{0,50}}?)[»”\"'`]?"
_RIGHT, _WRONG = _SOME.format("right"), rf"(?:the )?{_SOME.format('wrong')}"
_END = r"(?=\s*(?:[,;:!?)]|\.(?:\s|$)|$)|\s(?:in|on|at|and|в|на|и)\s)"
_RENAMED = "is now called|is called|was renamed to|has been renamed to|was replaced by|has been replaced by|is now"
_PATTERNS = tuple(
    re.compile(rf"\b{pattern}{_END}", re.IGNORECASE)
    for pattern in (
        rf"(?:should be|must be|has to be|it is|it's) {_RIGHT},? (?:instead of|rather than|and not|not) {_WRONG}",
        rf"not {_WRONG},? but {_RIGHT}",
        rf"{_WRONG} (?:{_RENAMED}|should be|should read|must be) {_RIGHT}",
        rf"instead of {_WRONG},? (?:it should be|there should be|it must be|write|put) {_RIGHT}",
        rf"долж(?:но|ен|на) быть {_RIGHT},? (?:а не|вместо) {_WRONG}",
        rf"вместо {_WRONG},? (?:должно быть|надо|нужно|следует|теперь|правильно) {_RIGHT}",
        rf"не {_WRONG}, а {_RIGHT}",
        rf"{_WRONG} (?:теперь называется|переименовали в|заменили на|сейчас называется) {_RIGHT}",
    )
)


@dataclass(frozen=True, slots=True)
class Correction:
    """`wrong` as the text has it, `right` as learners write it."""

    wrong: str
    right: str


def correction_in(items: Iterable[Item], text: str) -> Correction | None:
    """The correction of a text that most learners agree on, two at least; None where the text has no such words."""
    voices: dict[tuple[str, str], set[str]] = defaultdict(set)
    written: dict[tuple[str, str], Correction] = {}
    for item in items:
        for found in _corrections(item.text, text):
            key = fold(found.wrong), fold(found.right)
            voices[key].add(item.learner or item.id)
            written.setdefault(key, found)
    best = max(sorted(voices), key=lambda key: (len(voices[key]), len(key[0])), default=None)
    return written[best] if best is not None and len(voices[best]) >= _LEAST_VOICES else None


def corrected(markdown: str, correction: Correction) -> str:
    """Markdown with the correction made, wherever the wrong words stand whole."""
    return _whole(correction.wrong).sub(lambda _found: correction.right, markdown)


def _corrections(said: str, text: str) -> Iterable[Correction]:
    for pattern in _PATTERNS:
        for found in pattern.finditer(said):
            wrong, right = found["wrong"].strip(), found["right"].strip()
            there = _whole(wrong).search(text)
            if there is not None and fold(wrong) != fold(right) and len(right.split()) <= _MOST_WORDS:
                yield Correction(there[0], right)


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
