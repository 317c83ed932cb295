"""Decides, before anything is written, whether the content covers a question.

A logistic rule over two things known at search time: how far the best passage stands out of the question's own
background in this product (standard deviations of cosine), and what share of the question's words, weighted by how rare
they are, the best passages hold. A raw cosine is no part of it: the value that separates lies between 0.77 and 0.87
depending on the course (measured 2026-11).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.extract import Evidence
from assistant.reply import Outcome
from knowledge.lexical import LexicalIndex, terms
from knowledge.passages import PassageKind
from knowledge.search import Hit, Ranking

_LOOKED_AT = 3
_BIAS, _BY_DISTANCE, _BY_WORDS = -6.0, 1.2, 4.0
_ANSWERED, _PARTLY = 0.5, 0.25


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome and how sure the rule is that the content covers the question, 0 to 1."""

    outcome: Outcome
    confidence: float


def is_evidence(hit: Hit) -> bool:
    """Exercises are found, but a question put to learners answers nothing."""
    return hit.place.kind is not PassageKind.EXERCISE


def judge(ranking: Ranking, evidence: Sequence[Evidence], *, lexical: LexicalIndex) -> Judgement:
    """Judge a question by what it found; without words or evidence it is declined."""
    hits = [hit for hit in ranking.hits if is_evidence(hit)]
    if not hits or not evidence or not ranking.terms:
        return Judgement(Outcome.DECLINED, 0.0)
    distance = max(hit.dense_z for hit in hits[:_LOOKED_AT])
    across = hits[0].place.lang != ranking.lang
    held = max(
        lexical.coverage(ranking.terms, terms(" ".join((*item.source.heading_path, item.source.text))))
        for item in evidence[:_LOOKED_AT]
    )
    # Words of another language cannot be held; distance alone has to carry the judgement there.
    words = _ACROSS_WORDS if across else held
    confidence = 1.0 / (1.0 + math.exp(-(_BIAS + _BY_DISTANCE * distance + _BY_WORDS * words)))
    return Judgement(_outcome(confidence), round(confidence, 3))


_ACROSS_WORDS = 0.5


def _outcome(confidence: float) -> Outcome:
    if confidence >= _ANSWERED:
        return Outcome.ANSWERED
    return Outcome.PARTLY if confidence >= _PARTLY else Outcome.DECLINED
