"""The words that decide what a sentence claims, Russian and English, from `claim_words/*.toml`, by their stems.

Which words there are is data; what follows from them is decided in `claims`.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import Stemmer

from knowledge.lexical import terms

NOT, WITHOUT, EXCEPT = "not", "without", "except"
FRAME, CONDITION, CAUSE, PRONOUN, JOINT, LIGHT = "frame", "condition", "cause", "pronoun", "joint", "light"
CONDITIONAL = "conditional"
_MARKED = {
    "negations": NOT,
    "without": WITHOUT,
    "except": EXCEPT,
    "frames": FRAME,
    "conditions": CONDITION,
    "conditional": CONDITIONAL,
    "causes": CAUSE,
    "pronouns": PRONOUN,
    "joints": JOINT,
    "light": LIGHT,
}
# Shorter ones share their stem with others.
_OWN_STEM_CHARS = 4
# Function words are compared as they stand: their stems are those of other words ("it", "one", "то").
_AS_WRITTEN = frozenset({NOT, WITHOUT, EXCEPT, CONDITION, CONDITIONAL, PRONOUN, JOINT, LIGHT})
_CACHED_WORDS = 50_000
_CODE = re.compile(r"(`[^`]*`)")
_LANGS = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is known of a word by itself.

    `keys` are its stem and the groups of words it says the same as; `marks` what it does to a sentence. `amount` is
    the number a number word stands for, a ratio as "×2"; `unit` the unit it names.
    """

    stem: str
    keys: frozenset[str]
    marks: frozenset[str]
    amount: int | str | None
    unit: str | None

    @property
    def is_content(self) -> bool:
        """Whether it says something that a quote has to say as well."""
        return not self.marks and self.amount is None


@lru_cache(maxsize=_CACHED_WORDS)
def meaning_of(word: str) -> Meaning:
    """What a lower-case word, with "е" for "ё", means for a claim."""
    known = _vocabulary()
    basic = known.irregular.get(word, word)
    stem = stem_of(basic)
    marks = known.as_written.get(word, frozenset()) | known.by_stem.get(stem, frozenset())
    if word in known.content:
        marks -= {LIGHT}
    elif not marks and not terms(word) and not any(map(str.isdigit, word)):
        marks = frozenset({LIGHT})
    unit = known.units.get(word)
    groups = known.groups.get(stem, frozenset()) | ({f"unit.{unit}"} if unit else frozenset())
    return Meaning(stem, groups | {stem}, marks, known.numbers.get(word), unit)


def letter_of(text: str) -> Meaning:
    """What a single capital letter means, as in "vitamin A": itself."""
    return Meaning(text, frozenset({text}), frozenset(), None, None)


@lru_cache(maxsize=_CACHED_WORDS)
def stem_of(word: str) -> str:
    """The stem of a lower-case word."""
    name = "russian" if any("а" <= letter <= "я" for letter in word) else "english"
    # A stemmer keeps a buffer and is not safe to share between threads; making one costs 2 µs.
    return str(Stemmer.Stemmer(name, 0).stemWord(word))


def joined_phrases(text: str) -> str:
    """The text with one word for each of several that are one, outside code; other words stay as they are."""
    known = _vocabulary()
    parts = _CODE.split(text)
    parts[::2] = [known.phrase.sub(lambda found: known.phrases[folded(found.group())], part) for part in parts[::2]]
    return "".join(parts)


def folded(word: str) -> str:
    """A word as the vocabulary has it."""
    return " ".join(word.lower().replace("ё", "е").replace("’", "'").split())


def opposite(mark: str) -> str | None:
    """The other pole of a mark such as `amount:0`; None for a mark that has none."""
    axis, _, pole = mark.partition(":")
    return f"{axis}:{1 - int(pole)}" if pole in ("0", "1") else None


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    as_written: Mapping[str, frozenset[str]]
    by_stem: Mapping[str, frozenset[str]]
    groups: Mapping[str, frozenset[str]]
    phrases: Mapping[str, str]
    phrase: re.Pattern[str]
    irregular: Mapping[str, str]
    content: frozenset[str]
    numbers: Mapping[str, int | str]
    units: Mapping[str, str]


@cache
def _vocabulary() -> _Vocabulary:
    """Both languages at once: their letters keep them apart."""
    read = [_read(lang) for lang in _LANGS]
    as_written: dict[str, set[str]] = defaultdict(set)
    by_stem: dict[str, set[str]] = defaultdict(set)
    for words in read:
        for word, mark in _marked(words):
            own_stem = len(stem_of(word)) >= _OWN_STEM_CHARS and (mark == LIGHT or mark not in _AS_WRITTEN)
            as_written[word].add(mark)
            if own_stem:
                by_stem[stem_of(word)].add(mark)
    groups: dict[str, set[str]] = defaultdict(set)
    for lang, words in zip(_LANGS, read, strict=True):
        for number, group in enumerate(words["same"]):
            for word in group:
                groups[stem_of(word)].add(f"{lang}.{number}")
    several = {folded(name): str(one) for words in read for name, one in words["phrases"].items()}
    return _Vocabulary(
        _frozen(as_written),
        _frozen(by_stem),
        _frozen(groups),
        several,
        _any_of(several),
        {word: basic for words in read for word, basic in words["irregular"].items()},
        frozenset(word for words in read for word in words["content"]),
        {word: amount for words in read for word, amount in words["numbers"].items()},
        {word: unit for words in read for unit, names in words["units"].items() for word in names},
    )


def _read(lang: str) -> dict[str, Any]:
    return tomllib.loads((files("assistant") / "claim_words" / f"{lang}.toml").read_text(encoding="utf-8"))


def _marked(words: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key, mark in _MARKED.items():
        yield from ((word, mark) for word in words[key])
    for kind in ("quantity", "modality"):
        yield from ((word, mark) for mark, listed in words[kind].items() for word in listed)
    for axis, poles in words["pairs"].items():
        yield from ((word, f"{axis}:{pole}") for pole, listed in enumerate(poles) for word in listed)


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in sets.items()}


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of these, whole, the longest first; "е" stands for "ё" as well."""
    longest = sorted(phrases, key=len, reverse=True)
    written = "|".join(r"\s+".join(re.escape(word) for word in each.split()) for each in longest)
    return re.compile(rf"(?<!\w)(?:{written.replace('е', '[её]')})(?!\w)", re.IGNORECASE)
