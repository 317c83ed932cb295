"""Decides, before anything is written, whether the content covers a question.

A logistic rule over what is known at search time:

- *margin*: how much nearer the question is to the best passage than to texts about anything (`knowledge.background`);
- *distance*: how far the best passage stands out of the question's own background in this shelf, in standard
  deviations beyond what the best of so many would by chance;
- *words*: what share of the question's words, weighted by rarity, the best passages hold. Across languages words cannot
  be held, and margin and distance decide alone.

A raw cosine is no part of it: the value that separates lies between 0.77 and 0.87 depending on the course (measured
2026-11). The weights were fitted on the development half of `evals/questions`; docs/evaluation.md says how the rule
carries over to courses it has not seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.extract import Evidence
from assistant.reply import Outcome
from knowledge.centring import background_cosine
from knowledge.lexical import terms
from knowledge.passages import PassageKind
from knowledge.search import Hit, Ranking
from knowledge.shelf import Shelf

_LOOKED_AT = 3
_ANSWERED, _PARTLY = 0.5, 0.35


@dataclass(frozen=True, slots=True)
class _Weights:
    bias: float
    margin: float
    distance: float
    words: float


_ONE_LANGUAGE = _Weights(bias=-1.1, margin=16.0, distance=0.14, words=4.2)
_ACROSS = _Weights(bias=-0.5, margin=21.0, distance=0.11, words=0.0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome and how sure the rule is that the content covers the question, 0 to 1."""

    outcome: Outcome
    confidence: float


def is_evidence(hit: Hit) -> bool:
    """Exercises are found, but a question put to learners answers nothing."""
    return hit.place.kind is not PassageKind.EXERCISE


def judge(ranking: Ranking, evidence: Sequence[Evidence], *, shelf: Shelf, encoder_id: str) -> Judgement:
    """Judge a question by what it found; without words or evidence it is declined."""
    hits = [hit for hit in ranking.hits if is_evidence(hit)][:_LOOKED_AT]
    if not hits or not evidence or not ranking.terms:
        return Judgement(Outcome.DECLINED, 0.0)
    lang = hits[0].place.lang
    weights = _ONE_LANGUAGE if lang == ranking.lang else _ACROSS
    nearest = max(hit.dense for hit in hits)
    elsewhere = background_cosine(ranking.vector, lang=lang, encoder_id=encoder_id)
    margin = 0.0 if elsewhere is None else nearest - elsewhere
    distance = max(hit.dense_z for hit in hits) - _chance_maximum(len(shelf.entries.ids))
    known = weights.bias + weights.margin * margin + weights.distance * distance
    confidence = 1.0 / (1.0 + math.exp(-(known + weights.words * _held_words(ranking, evidence, shelf))))
    return Judgement(_outcome(confidence), round(confidence, 3))


def _chance_maximum(count: int) -> float:
    """Expected maximum of `count` standard normal values (Cramér 1946, first two terms)."""
    if count < 3:
        return 0.5
    scale = math.sqrt(2.0 * math.log(count))
    return scale - (math.log(math.log(count)) + math.log(4.0 * math.pi)) / (2.0 * scale)


def _held_words(ranking: Ranking, evidence: Sequence[Evidence], shelf: Shelf) -> float:
    return max(
        shelf.lexical.coverage(ranking.terms, terms(" ".join((*item.source.heading_path, item.source.text))))
        for item in evidence[:_LOOKED_AT]
    )


def _outcome(confidence: float) -> Outcome:
    if confidence >= _ANSWERED:
        return Outcome.ANSWERED
    return Outcome.PARTLY if confidence >= _PARTLY else Outcome.DECLINED
