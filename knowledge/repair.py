"""Makes out what a question means that was typed in haste: the wrong keyboard layout, Russian in Latin letters, typos.

A word is touched only when nobody knows it as it stands, so a well-formed question stays as it is. Layout and script
are decided for the question first (which reading has more known words), then for single words in an otherwise right
one. Code, addresses and names are left alone. What is done about a mistake is told: a repair is never silent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from knowledge.keyboard import other_layout
from knowledge.language import language_of
from knowledge.transliteration import to_cyrillic
from knowledge.vocabulary import Known, Vocabulary
from knowledge.words import common_words, fold, is_cyrillic, words_of

_TOKEN = re.compile(r"\S+")
_CODE = re.compile(r"[_=(){}\\@#$%^*+|~\"]|://|[^\W\d]\d|[a-z][A-Z]|[A-Za-z]\.[A-Za-z]{2,}\(")
# Keys that give letters in one layout are signs in the other; these are letters in neither.
_NOT_TYPED = re.compile(r"[_=\\|]|://|.[(){}].|[A-Za-z]\d")
_LATIN = re.compile(r"[A-Za-z]")
_ROMAN = re.compile(r"[A-Za-z46'’`]*[A-Za-z][A-Za-z46'’`]*")
_END = re.compile(r"[,.;:?!)»\"]+$")
_WORD = re.compile(r"[^\W\d_]+")
_VALUE = {Known.NOT: 0.0, Known.LIKELY: 0.7, Known.COMMON: 1.0, Known.HERE: 1.0}
# What a word nobody knows counts whose letters follow one another as in Russian: too little to decide alone.
_PLAUSIBLE = 0.4
# The share of a question that must be known the other way for all of it to be read so.
_MOST = 0.45
# The share of a question that must be known as it stands for no more than single words of it to be read otherwise.
_FAMILIAR = 0.6
_SPELLED_FROM = 4
# In the other layout, in Latin letters and with a slip: whatever there is to load is loaded for it.
_MISTYPED = "ghbdtn rfr ltkf kak posmotret интервол"
_SINGLE_FROM = _WHOLE_FROM = 4
_ROMAN_SINGLE_FROM = 5


class Mistake(StrEnum):
    """What was wrong with a word."""

    LAYOUT = "layout"
    LATIN_LETTERS = "latin_letters"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Change:
    """One word that is searched for as another."""

    typed: str
    meant: str
    mistake: Mistake


@dataclass(frozen=True, slots=True)
class Repaired:
    """What is searched for, and how it differs from what was typed; no changes for a well-formed question."""

    text: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A token as it stands and as it may be meant; values from 0 to 1, `letters` how much it weighs."""

    typed: str
    other: str
    letters: int
    value: float
    other_value: float


def repair(question: str, words: Vocabulary) -> Repaired:
    """The question as it was meant."""
    if all(words.known(word) >= Known.COMMON for word in words_of(question)):
        return Repaired(question)
    text, changes = question, []
    for mistake, mend in ((Mistake.LAYOUT, _layout), (Mistake.LATIN_LETTERS, _latin), (Mistake.SPELLING, _spelling)):
        meant = mend(text, words)
        if meant:
            changes += [Change(typed, other, mistake) for typed, other in meant.items()]
            text = _put(meant, text)
    return Repaired(text, tuple(changes))


def warm_up() -> None:
    """Have at hand, in this process, what the first mistyped question would wait half a second for."""
    repair(_MISTYPED, Vocabulary({}, common_words()))


def _put(meant: Mapping[str, str], text: str) -> str:
    return _TOKEN.sub(lambda token: meant.get(token[0], token[0]), text)


def _layout(text: str, words: Vocabulary) -> dict[str, str]:
    tokens, strange = _doubtful(text, words)
    meant: dict[str, str] = {}
    for to_russian in (True, False):
        typed = [token for token in tokens if (_LATIN.search(token) is not None) == to_russian]
        readings = [reading for token in typed if (reading := _flipped(token, words, to_russian=to_russian))]
        meant |= (strange and _all_meant(readings)) or _some_meant(readings, _SINGLE_FROM)
    return meant


def _doubtful(text: str, words: Vocabulary) -> tuple[list[str], bool]:
    """The tokens that may be meant another way, and whether the question as a whole is strange; else only some are."""
    tokens = list(dict.fromkeys(_TOKEN.findall(text)))
    values = [_value(token, words) for token in tokens]
    known = sum(len(token) * value for token, value in zip(tokens, values, strict=True))
    if known <= _FAMILIAR * sum(map(len, tokens)):
        return tokens, True
    return [token for token, value in zip(tokens, values, strict=True) if value == 0.0], False


def _flipped(token: str, words: Vocabulary, *, to_russian: bool) -> _Reading | None:
    typed = fold(token)
    if _NOT_TYPED.search(token) or is_cyrillic(typed) == to_russian:
        return None
    core = _END.sub("", token)
    ways = [other_layout(token, to_russian=to_russian)]
    if core and core != token:
        ways.append(other_layout(core, to_russian=to_russian) + token[len(core) :])
    other = max(ways, key=lambda way: _value(way, words))
    other_value = _value(other, words) or _plausible("".join(words_of(other)), "".join(words_of(typed)), words)
    return _Reading(token, other, sum(map(len, words_of(other))), _value(token, words), other_value)


def _plausible(word: str, typed: str, words: Vocabulary) -> float:
    return _PLAUSIBLE if word and words.likelier(word, typed) else 0.0


def _value(text: str, words: Vocabulary) -> float:
    found = words_of(text)
    letters = sum(map(len, found))
    return sum(len(word) * _VALUE[words.known(word)] for word in found) / letters if letters else 0.0


def _all_meant(readings: list[_Reading]) -> dict[str, str]:
    """All tokens read the other way but for those that are better known as they stand; none when too little speaks."""
    letters = sum(reading.letters for reading in readings)
    value = sum(reading.letters * reading.value for reading in readings)
    other_value = sum(reading.letters * reading.other_value for reading in readings)
    if letters >= _WHOLE_FROM and other_value >= _MOST * letters and value <= 0.5 * other_value:
        return {r.typed: r.other for r in readings if r.other_value >= r.value}
    return {}


def _some_meant(readings: list[_Reading], single_from: int) -> dict[str, str]:
    """The tokens that nobody knows as they stand and everybody knows the other way."""
    return {r.typed: r.other for r in readings if r.letters >= single_from and r.value == 0.0 and r.other_value >= 1.0}


def _latin(text: str, words: Vocabulary) -> dict[str, str]:
    tokens, strange = _doubtful(text, words)
    readings = [reading for token in tokens if (reading := _romanised(token, words))]
    if strange and (meant := _all_meant(readings)):
        return meant
    # One strange word in an English question is a name; in a Russian one it is Russian.
    single_from = _ROMAN_SINGLE_FROM if language_of(text, default="en") == "ru" else len(text) + 1
    return _some_meant(readings, single_from)


def _romanised(token: str, words: Vocabulary) -> _Reading | None:
    core = _END.sub("", token)
    if not _ROMAN.fullmatch(core):
        return None
    folded = fold(core)
    meant = words.sounding_like(folded)
    plain = meant or to_cyrillic(folded)
    value = _VALUE[words.known(folded)] if folded.isalpha() else 0.0
    other_value = _VALUE[words.known(plain)] or _plausible(plain, folded, words)
    if core.isupper() and value:
        return None
    return _Reading(token, plain + token[len(core) :], len(plain), value, other_value)


def _spelling(text: str, words: Vocabulary) -> dict[str, str]:
    meant = {}
    for number, token in enumerate(_TOKEN.findall(text)):
        if _CODE.search(token) or (number and token[:1].isupper()):
            continue
        mended = _WORD.sub(lambda word: _spelled(word[0], words), token)
        if mended != token:
            meant[token] = mended
    return meant


def _spelled(word: str, words: Vocabulary) -> str:
    folded = fold(word)
    if len(folded) < _SPELLED_FROM:
        return word
    return words.nearest(folded) or word
