"""Sees by a question's words whether it leans on what was said before it: "and if there are two of them?".

Decided word by word: what stands in place of something named earlier, how the question opens, and how little of a
topic it names itself. Knows nothing of a shelf or of the conversation; what cues are worth is decided in `carrying`.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.lexical import terms
from knowledge.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
# With this many words of its own before it, a pronoun stands for one of them.
_ANTECEDENT = 3
# A question with more words of its own than this is whole, whatever it opens with.
_RICH = 5
# With more than this it may well be, though something in it points back.
_POOR = 2


class Cue(StrEnum):
    """What shows that a question goes on with something."""

    PRONOUN = "pronoun"
    REFERENCE = "reference"
    OPENER = "opener"
    BARE = "bare"
    FAINT = "faint"
    SHORT = "short"
    HERE = "here"


_FIRM = frozenset({Cue.PRONOUN, Cue.REFERENCE, Cue.BARE})


@dataclass(frozen=True, slots=True)
class Leaning:
    """The cues of a question, and its own words that name a topic, as stems.

    `before` counts those that stand before a pronoun, which may be what it stands for.
    """

    cues: tuple[Cue, ...] = ()
    content: tuple[str, ...] = ()
    before: int = 0

    @property
    def firm(self) -> bool:
        """Whether it cannot be understood by itself."""
        return len(self.content) <= _POOR and self.before < _POOR and not _FIRM.isdisjoint(self.cues)

    @property
    def short(self) -> bool:
        """Whether nothing but how little it names speaks for it."""
        return self.cues == (Cue.SHORT,)

    @property
    def names_little(self) -> bool:
        """Whether it has one word of its own at most."""
        return len(self.content) <= 1

    @property
    def poor(self) -> bool:
        """Whether it opens like the next step of something and names next to nothing."""
        return self.names_little and not {Cue.OPENER, Cue.FAINT}.isdisjoint(self.cues)


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists of `cues/*.toml`, both languages together: a learner mixes them."""

    pronouns: frozenset[str]
    faint: frozenset[str]
    conjunctions: frozenset[str]
    light: frozenset[str]
    courtesy: frozenset[str]
    asking: frozenset[str]
    thanks: tuple[str, ...]
    openers: tuple[str, ...]
    references: tuple[str, ...]
    defines: tuple[str, ...]
    fixed: tuple[str, ...]
    turning: tuple[str, ...]
    here: tuple[str, ...]
    not_here: tuple[str, ...]


def points_here(question: str) -> bool:
    """Whether a question points at the page that is open: "what is meant here", "the formula on this page"."""
    known = _known_words()
    words = _WORD.findall(fold(question))
    if len(content_of(words)) > _RICH:
        return False
    return _holds(_without(" ".join(words), known.not_here), known.here)


def read_leaning(question: str) -> Leaning:
    """The cues of a question; none for one that stands by itself."""
    known = _known_words()
    words = _without_courtesy(_WORD.findall(fold(question)), known)
    said = " ".join(words)
    content = content_of(words)
    if not words or len(content) > _RICH or _starts(said, known.turning) or _defines(words, known):
        return Leaning((), content)
    plain = _without(said, known.fixed).split()
    points = not known.pronouns.isdisjoint(plain)
    before = len(_before_pronoun(plain, known)) if points else 0
    found = {
        Cue.PRONOUN: points and before < _ANTECEDENT and len(content) <= _ANTECEDENT,
        Cue.REFERENCE: len(content) <= _POOR and _holds(said, known.references),
        Cue.BARE: not content,
        Cue.OPENER: _starts(said, known.openers),
        Cue.FAINT: len(content) <= _POOR and (words[0] in known.conjunctions or not known.faint.isdisjoint(plain)),
        Cue.SHORT: len(content) <= _POOR and ("?" in question or not known.asking.isdisjoint(words)),
    }
    return Leaning(tuple(cue for cue, there in found.items() if there), content, before)


def content_of(words: Sequence[str]) -> tuple[str, ...]:
    """The stems of folded words that name a topic."""
    known = _known_words()
    empty = known.pronouns | known.faint | known.conjunctions | known.light | known.courtesy
    return tuple(term for word in words if word not in empty for term in terms(word))


def topic_words(question: str) -> tuple[str, ...]:
    """A question's words that name a topic, as they stand."""
    return tuple(word for word in _WORD.findall(question) if content_of([fold(word)]))


def _without_courtesy(words: list[str], known: _Words) -> list[str]:
    """What is left when thanks and greetings at the beginning are taken away."""
    left = words
    while left:
        said = " ".join(left)
        phrase = next((each for each in known.thanks if _starts(said, [each])), "")
        if not phrase and left[0] not in known.courtesy:
            break
        left = left[len(phrase.split()) or 1 :]
    return left


def _without_conjunctions(words: Sequence[str], known: _Words) -> str:
    first = next((place for place, word in enumerate(words) if word not in known.conjunctions), len(words))
    return " ".join(words[first:])


def _without(said: str, phrases: Sequence[str]) -> str:
    said = f" {said} "
    for each in phrases:
        said = said.replace(f" {each} ", " ")
    return said.strip()


def _before_pronoun(words: Sequence[str], known: _Words) -> tuple[str, ...]:
    """The stems before the first pronoun, one of which it may stand for."""
    place = next((place for place, word in enumerate(words) if word in known.pronouns), len(words))
    return content_of(words[:place])


def _defines(words: Sequence[str], known: _Words) -> bool:
    """Whether it asks what something is and names it, before any pronoun: "what is a segment and what is it for"."""
    said = _without_conjunctions(words, known)
    opening = next((each for each in known.defines if f"{said} ".startswith(f"{each} ")), None)
    return opening is not None and bool(_before_pronoun(said[len(opening) :].split(), known))


def _starts(said: str, phrases: Sequence[str]) -> bool:
    return any(f"{said} ".startswith(f"{each} ") for each in phrases)


def _holds(said: str, phrases: Sequence[str]) -> bool:
    return any(f" {each} " in f" {said} " for each in phrases)


@cache
def _known_words() -> _Words:
    lists: dict[str, list[str]] = {}
    for lang in ("ru", "en"):
        found = tomllib.loads((files("assistant") / "cues" / f"{lang}.toml").read_text(encoding="utf-8"))
        for name, words in found.items():
            lists.setdefault(name, []).extend(words)
    sets = {"pronouns", "faint", "conjunctions", "light", "courtesy", "asking"}
    return _Words(**{name: frozenset(words) if name in sets else tuple(words) for name, words in lists.items()})  # type: ignore[arg-type]
