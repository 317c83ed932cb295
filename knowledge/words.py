"""Ordinary words of Russian and English: what a question may say without the course saying it.

Certain are stop words and the words of the background texts. Likely are those an installed model's vocabulary brings:
tens of thousands, with stumps and words of other languages among them. So they excuse a word, and never are the word
that a misspelt one is taken for.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_RUSSIAN

from knowledge.background import LANGS, read_texts
from knowledge.spelling import LetterModel
from knowledge.transliteration import sound

_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-я]")
# A stop word counts as one that was read this often: a misspelt one is meant more likely than a rare word.
_STOP_COUNT = 20
_CACHED_WORDS = 20_000

LikelyWords = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class CommonWords:
    """`certain` are words with how often they were read, `likely` others; all in lower case, with е for ё."""

    certain: Mapping[str, int]
    likely: frozenset[str]

    @cached_property
    def certain_stems(self) -> frozenset[str]:
        """The stems of the certain words."""
        return stems_of(self.certain)

    @cached_property
    def likely_stems(self) -> frozenset[str]:
        """The stems of the likely words."""
        return stems_of(self.likely)

    @cached_property
    def by_sound(self) -> dict[str, str]:
        """The Russian ones by how they sound, certain words before likely ones."""
        return by_sound([*sorted(self.likely), *sorted(self.certain, key=lambda word: (self.certain[word], word))])

    def letters_of(self, word: str) -> LetterModel:
        """How letters follow one another in the script of a folded word."""
        return self._letters[is_cyrillic(word)]

    @cached_property
    def _letters(self) -> dict[bool, LetterModel]:
        known = sorted({*self.certain, *self.likely})
        return {
            True: LetterModel(word for word in known if is_cyrillic(word)),
            False: LetterModel(word for word in known if not is_cyrillic(word)),
        }


def fold(text: str) -> str:
    """Lower case, with е for ё."""
    return text.lower().replace("ё", "е")


def words_of(text: str) -> list[str]:
    """A text's words, folded, in order: runs of letters."""
    return _LETTERS.findall(fold(text))


def is_cyrillic(word: str) -> bool:
    """Whether a folded word has a Russian letter."""
    return _CYRILLIC.search(word) is not None


@lru_cache(maxsize=_CACHED_WORDS)
def stem_of(word: str) -> str:
    """The stem of a folded word."""
    return next(iter(stems_of([word])))


def by_sound(words: Iterable[str]) -> dict[str, str]:
    """Folded words with a Russian letter by how they sound; of several that sound alike, the last."""
    return {key: word for word in words if is_cyrillic(word) for key in sound(word)}


def stems_of(words: Iterable[str]) -> frozenset[str]:
    """The stems of folded words, each by the stemmer of its script."""
    russian: list[str] = []
    english: list[str] = []
    for word in words:
        (russian if is_cyrillic(word) else english).append(word)
    # Made anew each time: a stemmer is not safe to share between threads.
    found = Stemmer.Stemmer("russian", 0).stemWords(russian) + Stemmer.Stemmer("english", 0).stemWords(english)
    return frozenset(found)


_source: list[LikelyWords] = []


def learn_likely_words(source: LikelyWords) -> None:
    """Let this process know where likely words come from; they are read when the first question needs them."""
    if _source != [source]:
        _source[:] = [source]
        common_words.cache_clear()


@lru_cache(maxsize=1)
def common_words() -> CommonWords:
    """The ordinary words this process knows."""
    counted = Counter(
        word for lang in LANGS for text in read_texts(lang) for word in words_of(f"{text.passage} {text.question}")
    )
    for stop in (*STOPWORDS_RUSSIAN, *STOPWORDS_EN_PLUS):
        for word in words_of(stop):
            counted[word] += _STOP_COUNT
    likely: frozenset[str] = frozenset()
    for source in _source:
        likely = frozenset(map(fold, source()))
    return CommonWords(dict(counted), likely - counted.keys())
