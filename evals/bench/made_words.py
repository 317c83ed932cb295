"""Words nobody ever wrote, in numbers and frequencies like those of courses; the same for everybody, from a seed.

Sentences have real function words at their head, as every text has, so that stop words cost what they cost; the other
words are made of syllables and follow Zipf's law. Every made word belongs to a topic, by its letters alone.
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Lang = Literal["ru", "en"]
TOPICS = 400
_WORDS = 24_000
_FUNCTION: dict[Lang, str] = {
    "ru": "и в не на что с как по это из за то для его но к у же от так если или может о при только чтобы когда после",
    "en": "the of and to a in is that for it as with on be by this which or from at an are not can when after if than",
}
_ONSETS: dict[Lang, str] = {
    "ru": "б в г д ж з к л м н п р с т ф х ц ч ш пр ст тр кл св гр вн см бл",
    "en": "b c d f g h j k l m n p r s t v w st tr pl gr cl br sp sh fl cr dr",
}
_RIMES: dict[Lang, str] = {
    "ru": "а о е и у ы ан ор ел ин ун ов ет ост ак ем ин ящ ен ость ал",
    "en": "a o e i u an or el in un ov et ost ak em ing ain ear est al ion",
}


def topic_of(word: str) -> int:
    """The topic a made word belongs to, 0 to 399."""
    return zlib.crc32(word.encode()) % TOPICS


@dataclass(frozen=True)
class Vocabulary:
    """Function words, and made words by frequency and by topic; `up_to` sums up the odds of the made words."""

    function: npt.NDArray[np.object_]
    words: npt.NDArray[np.object_]
    up_to: npt.NDArray[np.float64]
    by_topic: tuple[npt.NDArray[np.object_], ...]


@lru_cache(maxsize=2)
def vocabulary(lang: Lang) -> Vocabulary:
    """The words of one language, 24,000 of them made."""
    rng = np.random.default_rng(zlib.crc32(lang.encode()))
    onsets, rimes = _ONSETS[lang].split(), _RIMES[lang].split()
    function = _FUNCTION[lang].split()
    syllables = [onset + rime for onset in onsets for rime in rimes]
    made: dict[str, None] = {}
    while len(made) < _WORDS:
        drawn = rng.integers(len(syllables), size=int(rng.choice([2, 3, 4], p=[0.4, 0.45, 0.15])))
        word = "".join(syllables[row] for row in drawn)
        if word not in function:
            made[word] = None
    words = list(made)
    odds = 1.0 / (np.arange(_WORDS) + 2.7)
    by_topic: list[list[str]] = [[] for _ in range(TOPICS)]
    for word in words:
        by_topic[topic_of(word)].append(word)
    return Vocabulary(
        np.asarray(function, dtype=object),
        np.asarray(words, dtype=object),
        np.cumsum(odds / odds.sum()),
        tuple(np.asarray(group, dtype=object) for group in by_topic),
    )
