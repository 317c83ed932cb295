"""Whether two words of a language are the same word, or say the same."""

from collections.abc import Iterable

from assistant.claim_reading import Word

_CLOSEST_STEM = 0.7
_FEWEST_SHARED = 4


class Words:
    """Words to find others among: by stem, by group, or by a stem that is nearly the same."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._keys = {key for word in words for key in word.meaning.keys}

    def has(self, word: Word) -> bool:
        keys = word.meaning.keys
        return not keys.isdisjoint(self._keys) or any(_is_close(word.meaning.stem, key) for key in self._keys)


def is_same(one: Word, other: Word) -> bool:
    return not one.meaning.keys.isdisjoint(other.meaning.keys) or _is_close(one.meaning.stem, other.meaning.stem)


def _is_close(one: str, other: str) -> bool:
    """Whether two stems are forms of one word: "сортир" and "сортировк", "delet" and "deletion"."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _FEWEST_SHARED or not shorter.startswith(longer[:_FEWEST_SHARED]):
        return False
    shared = next((place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return shared >= _CLOSEST_STEM * len(longer)
