"""Which word forms stand in which passages: what a shelf's vocabulary is counted from, kept as plain arrays.

A passage has 64 bits a form; the forms themselves are kept once, so that a new layout reads only the passages it has
not seen, and a word is forgotten with the last passage that holds it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from knowledge.postings import Keys, term_key
from knowledge.ragged import Ragged, Rows, counts_to_first, joined, picked, rows_of
from knowledge.words import words_of

_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class WordForms:
    """`rows` has the column `form`, a key for every distinct form of a passage.

    Form number f has the key `keys[f]`, ascending, and stands in UTF-8 in `letters[first[f]:first[f + 1]]`.
    """

    rows: Ragged
    keys: Keys
    first: Rows
    letters: npt.NDArray[np.uint8]

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> Self:
        """The forms of numbered texts."""
        spelt: dict[int, str] = {}
        keys: list[int] = []
        sizes: list[int] = []
        for text in texts:
            forms = [word for word in dict.fromkeys(words_of(text)) if len(word) >= _SHORTEST]
            named = list(map(term_key, forms))
            spelt.update(zip(named, forms, strict=True))
            keys.extend(named)
            sizes.append(len(named))
        rows = Ragged(counts_to_first(sizes), {"form": np.asarray(keys, dtype=np.uint64)})
        known = sorted(spelt)
        spellings = [spelt[key].encode("utf-8", "surrogatepass") for key in known]
        first = counts_to_first([len(spelling) for spelling in spellings])
        return cls(rows, np.asarray(known, dtype=np.uint64), first, np.frombuffer(b"".join(spellings), dtype=np.uint8))

    def counted(self) -> dict[str, int]:
        """In how many passages each form stands."""
        keys, counts = np.unique(self.rows.columns["form"], return_counts=True)
        at = np.searchsorted(self.keys, keys)
        letters, first = self.letters.tobytes(), self.first
        starts, ends = first[at].tolist(), first[at + 1].tolist()
        return {
            letters[start:end].decode("utf-8", "surrogatepass"): count
            for start, end, count in zip(starts, ends, counts.tolist(), strict=True)
        }


def joined_forms(parts: Sequence[WordForms]) -> WordForms:
    """Parts as one, the passages of the first part first."""
    return _over(joined([part.rows for part in parts]), parts)


def picked_forms(old: WordForms, new: WordForms, source: Rows) -> WordForms:
    """As `ragged.picked` does: passage number `source[p]` of the old, or, where it is negative, the next new one."""
    return _over(picked(old.rows, new.rows, source), (old, new))


def _over(rows: Ragged, spelt: Sequence[WordForms]) -> WordForms:
    """Only the spellings that these rows need."""
    keys, at = np.unique(np.concatenate([part.keys for part in spelt]), return_index=True)
    needed = np.zeros(len(keys), dtype=np.bool_)
    needed[np.searchsorted(keys, rows.columns["form"])] = True
    keys, at = keys[needed], at[needed]
    sizes = np.concatenate([np.diff(part.first) for part in spelt])
    letters, _ = rows_of(counts_to_first(sizes), at)
    spellings = np.concatenate([part.letters for part in spelt])
    return WordForms(rows, keys, counts_to_first(sizes[at]), spellings[letters])
