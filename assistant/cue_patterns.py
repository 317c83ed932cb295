"""Patterns over words, from `cues/intents-*.toml`: a small language that a person who knows words, not code, can read.

Both languages are read together, because a learner mixes them. Knows nothing of what a pattern stands for.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from knowledge.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’`][^\W\d_]+)?")
_SENTENCE = re.compile(r"[^.!?…\n]+")
_NAMED = re.compile(r"<(\w+)>")
_GAP = "(?:\\S+ ){0,3}"


@dataclass(frozen=True, slots=True)
class Cues:
    """The patterns of one kind: `anywhere` in a sentence, or making up the `whole` of it."""

    anywhere: re.Pattern[str] | None = None
    whole: re.Pattern[str] | None = None

    def found_in(self, said: str) -> str:
        """What of some plain words one of the patterns covers, "" for nothing."""
        match = self.anywhere.search(said) if self.anywhere else None
        if match is None and self.whole is not None:
            match = self.whole.fullmatch(said)
        return match[0].strip() if match else ""


@dataclass(frozen=True, slots=True)
class CueBook:
    """Every kind's patterns by section and name, such as `unsafe.self_harm`; `asking` words begin a question."""

    by_name: Mapping[str, Cues]
    asking: frozenset[str]
    small_talk: Mapping[str, re.Pattern[str]]
    filler: re.Pattern[str]
    same: tuple[tuple[str, str], ...]

    def sentences(self, text: str) -> list[str]:
        """Each sentence as plain words."""
        return [words for part in _SENTENCE.findall(text) if (words := self.plain(part))]

    def plain(self, text: str) -> str:
        """Folded words with single spaces between, written in one way."""
        words = " ".join(_WORD.findall(fold(text)))
        said = re.sub("['’`]", "", words)
        for written, alike in self.same:
            said = re.sub(rf"(?<!\S){written}(?!\S)", alike, said)
        return said


@cache
def cue_book() -> CueBook:
    """The patterns of both languages, compiled once."""
    told = [_read(lang) for lang in ("ru", "en")]
    by_name: dict[str, Cues] = {}
    for section in ("unsafe", "person", "give_answer", "feedback", "stuck", "off_topic"):
        names = {name for book in told for name in book[section]}
        both = {name: [p for book in told for p in _patterns(book, section, name)] for name in names}
        if section == "unsafe":
            by_name |= {f"unsafe.{name}": Cues(anywhere=_any_of(some)) for name, some in both.items()}
        else:
            by_name[section] = Cues(_any_of(both.get("anywhere", [])), _any_of(both.get("whole", [])))
    kinds = [name for name in told[0]["small_talk"] if name != "filler"]
    pieces = {name: _any_of([p for book in told for p in _patterns(book, "small_talk", name)]) for name in kinds}
    filler = _any_of([p for book in told for p in _patterns(book, "small_talk", "filler")])
    asking = frozenset(word for book in told for word in book["asking"])
    same = tuple((written, alike) for book in told for written, alike in book["same"])
    return CueBook(by_name, asking, pieces, filler, same)


def _read(lang: str) -> dict[str, Any]:
    return tomllib.loads((files("assistant") / "cues" / f"intents-{lang}.toml").read_text(encoding="utf-8"))


def _patterns(book: Mapping[str, Any], section: str, name: str) -> list[str]:
    return [_expanded(pattern, book["words"]) for pattern in book[section].get(name, ())]


def _expanded(pattern: str, words: Mapping[str, str]) -> str:
    while named := _NAMED.search(pattern):
        pattern = pattern.replace(named[0], f"(?:{words[named[1]]})")
    gapped = pattern.replace(" … ", f" {_GAP}")
    return re.sub(r"(?<=\w)\*", r"\\w*", gapped)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("(?<!\\S)(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")(?!\\S)")
