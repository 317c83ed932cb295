"""Is a word nobody knows a misspelt known one, or a word of its own? Weighed as two improbabilities, in bits.

That it is misspelt: how rare the known word is and how odd the slip of the hand. That it is its own: how rare unknown
words are and how odd its letters are in this order, as known words teach it (a noisy channel: Kernighan, Church and
Gale 1990). The slips' odds are rounded from what people's typing is known for: letters swapped, dropped and doubled
more often than wrong ones.
"""

import math
from collections import Counter
from collections.abc import Iterable
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA, Editop, Levenshtein

# Bits that a word is mistyped at all, that it is so twice, and by what: a wrong or added letter is one of many.
_SLIP, _AGAIN = 5.0, 4.0
_SWAPPED, _DROPPED, _DOUBLED, _BESIDE, _ANY = 5.0, 5.5, 2.5, 8.0, 12.0
# Bits that a word is one nobody knows; that it is a form of a known word; that it is one of the likely words.
UNKNOWN_BITS, _FORM_BITS = 4.0, 4.0
LIKELY_BITS = 20.0
_STEM_FROM = 4
_SMOOTHING = 0.02
_LETTERS_THERE_ARE = 60
_KEYS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# What people write for one another by ear.
_BY_EAR = ("аоеия", "ыи", "ую", "зс", "дт", "гк", "бп", "вф", "жш", "шщ", "aeiouy", "cks", "sz", "dt", "gj", "fv")


class LetterModel:
    """How odd words are in a language of these known words, by runs of three letters."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(words)

    def bits(self, word: str, *, start: int = 0) -> float:
        """How improbable a word's letters from `start` on are after those before them: the higher, the odder."""
        runs, starts = self._runs
        total = 0.0
        marked = f"  {word} "
        for at in range(start, len(marked) - 2):
            seen, of = runs[marked[at : at + 3]], starts[marked[at : at + 2]]
            total -= math.log2((seen + _SMOOTHING) / (of + _SMOOTHING * _LETTERS_THERE_ARE))
        return total

    @cached_property
    def _runs(self) -> tuple[Counter[str], Counter[str]]:
        marked = [f"  {word} " for word in self._words]
        runs = Counter(word[at : at + 3] for word in marked for at in range(len(word) - 2))
        starts: Counter[str] = Counter()
        for run, count in runs.items():
            starts[run[:2]] += count
        return runs, starts


def form_bits(known: str, word: str, letters: LetterModel) -> float:
    """How improbable, beyond a known word, it is that the other is a form of it: same stem, other ending."""
    stem = next((at for at, (one, other) in enumerate(zip(known, word, strict=False)) if one != other), len(known))
    return _FORM_BITS + letters.bits(word, start=stem) if stem >= _STEM_FROM else math.inf


def slip_bits(meant: str, typed: str) -> float:
    """How improbable it is that a hand that meant one word typed the other."""
    operations = Levenshtein.editops(meant, typed)
    swapped = len(operations) - OSA.distance(meant, typed)
    odds = sorted((_of(operation, meant, typed) for operation in operations), reverse=True)
    # A swap is two operations to Levenshtein; those that are left are the others.
    others = odds[2 * swapped :]
    return _SLIP + _AGAIN * (swapped + len(others) - 1) + swapped * _SWAPPED + sum(others)


def _of(operation: Editop, meant: str, typed: str) -> float:
    source, at = operation.src_pos, operation.dest_pos
    match operation.tag:
        case "delete":
            return _DOUBLED if meant[source] in _around(meant, source) else _DROPPED
        case "insert" if typed[at] in _around(typed, at):
            return _DROPPED
        case "insert":
            return _BESIDE if any(typed[at] in _mistakable(letter) for letter in _around(typed, at)) else _ANY
        case _:
            return _BESIDE if typed[at] in _mistakable(meant[source]) else _ANY


def _around(word: str, at: int) -> str:
    return word[max(at - 1, 0) : at] + word[at + 1 : at + 2]


@lru_cache(maxsize=128)
def _mistakable(letter: str) -> frozenset[str]:
    """The letters on the keys beside this one's, and those that sound like it."""
    beside = {_around(row, row.index(letter)) for row in _KEYS if letter in row}
    alike = {group for group in _BY_EAR if letter in group}
    return frozenset("".join(beside | alike)) - {letter}
