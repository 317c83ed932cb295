"""Decides, before anything is written, whether the content covers a question.

How strongly the best passages speak for it is measured in standard deviations above questions about anything, on a
scale that was measured on this very shelf for this pair of languages when it was taken in (`knowledge.coverage`). Below
the scale's threshold the question is declined; a little above it the answer comes with a caveat.

A shelf without a scale (an older program measured it, or its measuring was cut short) declines nothing that it found
words for and claims nothing either: every answer comes with the caveat until start-up or an ingest has measured it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.extract import Evidence
from assistant.reply import Outcome
from knowledge.coverage import Scale, Signs
from knowledge.lexical import terms
from knowledge.search import Ranking
from knowledge.shelf_then import Ground
from knowledge.signs import LOOKED_AT, is_evidence, read_signs

__all__ = ["Judgement", "best_lang", "is_evidence", "judge"]

# How far above the threshold an answer still needs a caveat, in standard deviations of questions about anything.
_CAVEAT = 0.4


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome and how sure the rule is that the content covers the question, 0 to 1; 0.5 is the threshold.

    `strength`, what `scale` makes of the `signs`, was compared with its threshold; None where nothing was compared.
    """

    outcome: Outcome
    confidence: float
    strength: float | None = None
    scale: Scale | None = None
    signs: Signs | None = None


def best_lang(ranking: Ranking) -> str | None:
    """The language of the best passage that may be evidence; None where nothing was found."""
    return next((hit.place.lang for hit in ranking.hits if is_evidence(hit)), None)


def judge(ranking: Ranking, evidence: Sequence[Evidence], *, shelf: Ground, scale: Scale | None) -> Judgement:
    """Judge a question by what it found; without words or evidence it is declined."""
    hits = [hit for hit in ranking.hits if is_evidence(hit)]
    if not hits or not evidence or not ranking.terms:
        return Judgement(Outcome.DECLINED, 0.0, scale=scale)
    source_of = {item.source.passage: item.source for item in evidence}
    lang = scale.passage_lang if scale else ""
    best = [hit for hit in hits if hit.place.passage in source_of and hit.place.lang == lang][:LOOKED_AT]
    if scale is None or not best:
        return Judgement(Outcome.PARTLY, 0.5)
    sources = [source_of[hit.place.passage] for hit in best]
    held = [frozenset(terms(" ".join((*source.heading_path, source.text)))) for source in sources]
    signs = read_signs(ranking, best, held, shelf=shelf)
    strength = round(scale.strength(signs), 4)
    above = strength - scale.threshold
    return Judgement(_outcome(above), round(1.0 / (1.0 + math.exp(-above)), 3), strength, scale, signs)


def _outcome(above: float) -> Outcome:
    if above >= _CAVEAT:
        return Outcome.ANSWERED
    return Outcome.PARTLY if above >= 0.0 else Outcome.DECLINED
