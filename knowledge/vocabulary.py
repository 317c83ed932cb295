"""The words of one shelf beside ordinary ones: which words are known, and which known word is meant by another.

Knows words one by one; what a whole question means by them is decided in `repair`.
"""

import math
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from knowledge.spelling import LIKELY_BITS, UNKNOWN_BITS, form_bits, slip_bits
from knowledge.transliteration import sound, to_cyrillic
from knowledge.words import CommonWords, by_sound, common_words, stem_of, stems_of

_TWO_SLIPS_FROM = 8
_NEAR = 12
_LONGEST_ENDING = 3
_SHORTEST_STEM = 4


class Known(IntEnum):
    """How well a word is known."""

    NOT = 0
    LIKELY = 1
    COMMON = 2
    HERE = 3


@dataclass(frozen=True)
class Vocabulary:
    """`forms` are the shelf's word forms, folded, with how often they occur; all forms of known words are known."""

    forms: Mapping[str, int]
    common: CommonWords

    def known(self, word: str) -> Known:
        """How well a folded word is known, by its form or by its stem."""
        if word in self.forms:
            return Known.HERE
        if word in self.common.certain:
            return Known.COMMON
        stem = stem_of(word)
        if stem in self._stems:
            return Known.HERE
        if stem in self.common.certain_stems:
            return Known.COMMON
        if word in self.common.likely or (len(word) > 3 and stem in self.common.likely_stems):
            return Known.LIKELY
        return Known.NOT

    def nearest(self, word: str) -> str | None:
        """The known word that a word stands for that was mistyped; None when it is likelier a word of its own.

        At most one slip (a letter wrong, missing, too many, or two that changed places), in longer words two.
        """
        known = self.known(word)
        if known >= Known.COMMON:
            return None
        slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        found = extract(word, self._alike(word), scorer=OSA.distance, score_cutoff=slips, limit=_NEAR)
        letters = self.common.letters_of(word)
        own = LIKELY_BITS if known is Known.LIKELY else UNKNOWN_BITS + letters.bits(word)
        ways = [(self._bits(form) + slip_bits(form, word), form) for form, _, _ in found]
        own = min([own, *(self._bits(form) + form_bits(form, word, letters) for form, _, _ in found)])
        bits, meant = min(ways, default=(math.inf, word))
        return meant if bits < own else None

    def sounding_like(self, latin: str) -> str | None:
        """The Russian word that is written here in Latin letters, the shelf's before others; None for no known one."""
        keys = sound(latin)
        found = [self._by_sound[key] for key in keys if key in self._by_sound]
        sure = next((word for word in found if self.known(word) >= Known.COMMON), None)
        return sure or self._form_sounding_like(keys) or next(iter(found), None)

    def _form_sounding_like(self, keys: Iterable[str]) -> str | None:
        """A form of a word of the shelf that is not among its forms, its ending spelt out."""
        for key in keys:
            for at in range(len(key) - 1, max(len(key) - _LONGEST_ENDING, _SHORTEST_STEM) - 1, -1):
                if key[:at] in self._stem_by_sound:
                    return self._stem_by_sound[key[:at]] + to_cyrillic(key[at:])
        return None

    def likelier(self, word: str, other: str) -> bool:
        """Whether a word's letters follow one another more as its language's words' do than the other's as its own."""
        bits = self.common.letters_of(word).bits(word) / len(word)
        return bits < self.common.letters_of(other).bits(other) / len(other)

    @cached_property
    def _stem_by_sound(self) -> dict[str, str]:
        return by_sound(sorted(self._stems))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return stems_of(self.forms)

    @cached_property
    def _by_sound(self) -> Mapping[str, str]:
        """The shelf's Russian words by how they sound; of several, the one read most often; then everybody's words."""
        return ChainMap(by_sound(sorted(self.forms, key=lambda form: (self.forms[form], form))), self.common.by_sound)

    def _bits(self, word: str) -> float:
        return math.log2(self._read / self._count(word))

    @cached_property
    def _read(self) -> int:
        return sum(self.forms.values()) + sum(self.common.certain.values())

    def _count(self, word: str) -> int:
        return self.forms.get(word, 0) + self.common.certain.get(word, 0)

    def _alike(self, word: str) -> Sequence[str]:
        """Words that may be meant: of its length or nearly, beginning with its first or second letter."""
        reach = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        return [
            form
            for first in dict.fromkeys(word[:2])
            for length in range(len(word) - reach, len(word) + reach + 1)
            for form in self._by_shape.get((first, length), ())
        ]

    @cached_property
    def _by_shape(self) -> dict[tuple[str, int], list[str]]:
        shapes: dict[tuple[str, int], list[str]] = defaultdict(list)
        for form in {*self.forms, *self.common.certain}:
            if len(form) > 2:
                shapes[form[0], len(form)].append(form)
        return dict(shapes)


def vocabulary_of(counted: Mapping[str, int]) -> Vocabulary:
    """The vocabulary of a shelf whose word forms were counted."""
    return Vocabulary(counted, common_words())
