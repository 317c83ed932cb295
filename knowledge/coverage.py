"""How well a shelf covers a question, on a scale that was measured on that shelf.

Four signs are read off what a question found. None of them means the same on two shelves: the cosine that separates
covered from not covered lies between 0.77 and 0.87 depending on the course. So each is expressed in standard deviations
above what 120 questions about anything else (`knowledge.background`) score on this very shelf, as a speaker's voice is
compared with impostors' (Auckenthaler, Carey and Lloyd-Thomas 2000, zero normalisation). The sum of them, at plain
weights, ranked as well on sets left out as weights that were fitted on the others (docs/design/abstention.md).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Below these a shelf's deviation is chance: a course of ten passages may hold no word of any background question.
_LEAST_DEVIATION = {"passage": 0.01, "sentence": 0.01, "stands_out": 0.25, "words": 0.05}
_WORDS_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Signs:
    """What the best few passages say: the highest of each sign.

    `passage` and `sentence` are cosines, `stands_out` is the dense leg in standard deviations above the question's
    background, `words` the share of the question's words, weighted by rarity, that one passage holds.
    """

    passage: float
    sentence: float
    stands_out: float
    words: float


@dataclass(frozen=True, slots=True)
class Scale:
    """How questions about anything score on a shelf, and from which strength on it covers a question.

    `separation` is how far, in the same units, a sentence of the shelf stands above itself asked without its lesson.
    """

    question_lang: str
    passage_lang: str
    mean: Signs
    deviation: Signs
    separation: float
    threshold: float

    def strength(self, signs: Signs) -> float:
        """Standard deviations above questions about anything.

        Words that are there speak for a passage; words that are not there say little: learners use their own.
        """
        z = self._standard(signs)
        if self.question_lang != self.passage_lang:
            return (z["passage"] + z["sentence"] + z["stands_out"]) / 3
        return (z["passage"] + z["sentence"]) / 2 + _WORDS_WEIGHT * max(z["words"], 0.0)

    def _standard(self, signs: Signs) -> dict[str, float]:
        mean, deviation = asdict(self.mean), asdict(self.deviation)
        return {
            name: (value - mean[name]) / max(deviation[name], _LEAST_DEVIATION[name])
            for name, value in asdict(signs).items()
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Scale":
        """A scale from the plain values that `asdict` gave."""
        return cls(**{**plain, "mean": Signs(**plain["mean"]), "deviation": Signs(**plain["deviation"])})


@dataclass(frozen=True, slots=True)
class _Ends:
    """Thresholds where every lesson speaks of the same, and where subjects lie apart."""

    alike: float
    apart: float


_SEPARATION = _Ends(alike=5.75, apart=8.0)
# By `python -m evals.fit_coverage` (2026-11), on made-up courses and the sample course's development questions alone:
# where covered and other questions are lost in about equal shares, and at most one covered question in ten or so.
_ONE_LANGUAGE = _Ends(alike=0.7, apart=2.3)
_ACROSS = _Ends(alike=0.15, apart=0.6)


def threshold_of(separation: float, *, across: bool) -> float:
    """From which strength on a shelf of this separation covers a question."""
    ends = _ACROSS if across else _ONE_LANGUAGE
    share = (separation - _SEPARATION.alike) / (_SEPARATION.apart - _SEPARATION.alike)
    return ends.alike + min(max(share, 0.0), 1.0) * (ends.apart - ends.alike)
