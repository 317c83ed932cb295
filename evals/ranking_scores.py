"""Scores of ranked lists, with intervals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_RESAMPLES = 2_000
_CUT = 10


@dataclass(frozen=True, slots=True)
class QueryScores:
    """One question's scores, each between 0 and 1."""

    hit_1: float
    hit_5: float
    mrr_10: float
    ndcg_10: float


def score_ranking(ranked: Sequence[str], relevant: dict[str, float]) -> QueryScores:
    """Score documents in ranked order against graded relevance."""
    ranks = [rank for rank, document in enumerate(ranked, 1) if document in relevant]
    first = ranks[0] if ranks else math.inf
    gained = sum(relevant.get(document, 0.0) / math.log2(rank + 1) for rank, document in enumerate(ranked[:_CUT], 1))
    best = sorted(relevant.values(), reverse=True)[:_CUT]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, 1))
    return QueryScores(
        hit_1=float(first <= 1),
        hit_5=float(first <= 5),
        mrr_10=1.0 / first if first <= _CUT else 0.0,
        ndcg_10=gained / ideal if ideal else 0.0,
    )


def auroc(high: Sequence[float], low: Sequence[float]) -> float:
    """Chance that one of `high` is above one of `low`; a tie counts half."""
    order = np.sort(np.asarray(low))
    below = np.searchsorted(order, high, side="left")
    not_above = np.searchsorted(order, high, side="right")
    return float(np.mean((below + not_above) / 2) / len(order))


def bootstrap_interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a mean, over questions."""
    rng = np.random.default_rng(seed)
    sample = np.asarray(values)
    means = sample[rng.integers(0, len(sample), size=(_RESAMPLES, len(sample)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)
