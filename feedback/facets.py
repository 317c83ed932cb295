"""What learners speak of when they speak of a course, and what can be wrong with a section: known beforehand, in words.

A facet is what instruments for course evaluation ask about, told in our own words, Russian and English
(`facet_words/*.toml`). A text goes to the facet whose things and words it names and whose sentences it lies nearest to.
Nothing is learnt from anybody's feedback: the same text goes to the same facet in every product, on the first day, and
whatever else was said. How the weights were found: docs/design/themes.md.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.background import LANGS
from knowledge.encoder import Vector
from knowledge.language import Lang
from knowledge.words import stem_of, words_of

FOLDER = Path(str(files("feedback"))) / "facet_words"

# In units of a cosine. What is named first weighs whole: people say what they speak of before they say how it is.
_THING, _LATER_THING, _WORD, _ABOUT, _ABOUT_AS_WHOLE = 0.4, 0.2, 0.2, 0.3, 0.05
_LONGEST_CUE = 4

Phrase = tuple[str, ...]
Scores = npt.NDArray[np.float32]


class FacetSet(StrEnum):
    """Facets of a course as a whole, or of one section of a lesson."""

    COURSE = "course"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet; `name` and `sentences` by language.

    `about` is whom or what it belongs to, "" for nothing; `as_whole` that it is what is said of that in general.
    """

    id: str
    name: Mapping[str, str]
    about: str
    as_whole: bool
    sentences: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Facets:
    """A set of facets with what they are known by, stems of words each with the numbers of the facets."""

    facets: tuple[Facet, ...]
    things: Mapping[Phrase, frozenset[int]]
    words: Mapping[Phrase, frozenset[int]]
    about: Mapping[Phrase, frozenset[int]]

    def cues(self, text: str) -> Scores:
        """How far the words of a text speak for each facet, float32 `(facets,)`, in units of a cosine."""
        stems = [stem_of(word) for word in words_of(text)]
        scores = np.zeros(len(self.facets), dtype=np.float32)
        for number, found in enumerate(_found(self.things, stems)):
            _raise(scores, found, _LATER_THING if number else _THING)
        words = np.zeros_like(scores)
        for found in _found(self.words, stems):
            _raise(words, found, _WORD)
        about = np.zeros_like(scores)
        for found in _found(self.about, stems):
            for facet in found:
                about[facet] = _ABOUT + _ABOUT_AS_WHOLE * self.facets[facet].as_whole
        return scores + words + about


@dataclass(frozen=True, slots=True)
class FacetVectors:
    """Where facets lie in an encoder's space, by language.

    `middle` is the mean of all their sentences `(d,)`, `facets` that of each facet's as seen from there, float32
    `(facets, d)`, unit length.
    """

    middle: Mapping[Lang, Vector]
    facets: Mapping[Lang, Vector]

    def nearness(self, vectors: Vector, langs: Sequence[Lang]) -> Scores:
        """Cosines `(n, facets)` of texts with facets, each in its own language."""
        cosines = np.zeros((len(vectors), len(self.facets[LANGS[0]])), dtype=np.float32)
        for lang in LANGS:
            mine = np.asarray([each == lang for each in langs], dtype=bool)
            if mine.any():
                cosines[mine] = _unit(vectors[mine] - self.middle[lang]) @ self.facets[lang].T
        return cosines


def score_facets(
    which: FacetSet, texts: Sequence[str], vectors: Vector, langs: Sequence[Lang], *, at: FacetVectors | None
) -> Scores:
    """How far each text belongs to each facet, float32 `(n, facets)`; by its words alone where `at` is None."""
    facets = read_facets(which)
    scores = np.stack([facets.cues(text) for text in texts]) if texts else np.zeros((0, len(facets.facets)), np.float32)
    return scores if at is None else scores + at.nearness(vectors, langs)


@lru_cache(maxsize=2)
def read_facets(which: FacetSet) -> Facets:
    """The facets of a set, in file order."""
    plain = tomllib.loads((FOLDER / f"{which}.toml").read_text(encoding="utf-8"))
    abouts: dict[str, dict[str, str]] = plain.pop("about", {})
    facets = tuple(_facet(name, each) for name, each in plain.items())
    about = [abouts.get(facet.about, {}) for facet in facets]
    rows = list(plain.values())
    return Facets(
        facets,
        _cues([row.get("things", {}) for row in rows]),
        _cues([row.get("words", {}) for row in rows]),
        _cues(about),
    )


def _facet(name: str, row: Mapping[str, Any]) -> Facet:
    sentences = {lang: tuple(texts) for lang, texts in row["sentences"].items()}
    return Facet(name, row["name"], row.get("about", ""), row.get("as_whole", False), sentences)


def _cues(rows: Sequence[Mapping[str, str]]) -> dict[Phrase, frozenset[int]]:
    found: dict[Phrase, set[int]] = {}
    for number, row in enumerate(rows):
        for phrase in ",".join(row.values()).split(","):
            stems = tuple(stem_of(word) for word in words_of(phrase))
            if stems:
                found.setdefault(stems, set()).add(number)
    return {stems: frozenset(numbers) for stems, numbers in found.items()}


def _found(cues: Mapping[Phrase, frozenset[int]], stems: Sequence[str]) -> list[frozenset[int]]:
    """The facets of every cue in a text, in order; of cues that overlap the one that starts first, then the longest."""
    found = []
    at = 0
    while at < len(stems):
        for length in range(min(_LONGEST_CUE, len(stems) - at), 0, -1):
            here = cues.get(tuple(stems[at : at + length]))
            if here is not None:
                found.append(here)
                at += length - 1
                break
        at += 1
    return found


def _raise(scores: Scores, facets: frozenset[int], weight: float) -> None:
    """A cue of several facets speaks for each of them by its share."""
    for facet in facets:
        scores[facet] = max(scores[facet], weight / len(facets))


def _unit(vectors: Vector) -> Vector:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)


def facet_name(facet: str, lang: str) -> str:
    """A facet of either set in words of a language; "" for none."""
    named = {each.id: each.name for which in FacetSet for each in read_facets(which).facets}
    return named[facet].get(lang, named[facet]["en"]) if facet in named else ""
