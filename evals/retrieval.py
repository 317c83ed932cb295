"""Does it find: a set's questions asked through the product's own search, over a throw-away home."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.home import product_of, take_in
from evals.ranking_scores import QueryScores, bootstrap_interval, score_ranking
from evals.sets import EvaluationSet, Query
from foundation.settings import Settings
from knowledge.lessons import live_lessons
from knowledge.products import Collection
from knowledge.search import search
from knowledge.shelf import ShelfKey
from knowledge.vectors import Progress

_HITS = 100


def run_retrieval(
    evaluation: EvaluationSet, *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Take the corpus in, ask every question, fold passages to documents; figures as in the contract."""
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder)})
        with open_house(throw_away, encoder=encoder) as house:
            started = time.perf_counter()
            passages = take_in(house, evaluation.documents, progress=progress)
            for course in {document.course for document in evaluation.documents}:
                house.shelves.shelf(_key(course))
            spent = time.perf_counter() - started
            scores, asked_ms = _ask_all(house, evaluation.queries)
    return {
        **_figures(scores),
        "query_ms": _percentiles(asked_ms),
        "encoder_ms": _percentiles([1000 * seconds for seconds in encoder.question_s]),
        "index_s": round(spent - encoder.passage_s / settings.encode_workers, 2),
        "encode_s": round(encoder.passage_s, 2),
        "passages": passages,
    }


def _key(course: str) -> ShelfKey:
    return ShelfKey(product_of(course), Collection.LESSONS)


def _ask_all(house: House, queries: Sequence[Query]) -> tuple[list[QueryScores], list[float]]:
    names: dict[str, dict[str, str]] = {}
    scores, spent_ms = [], []
    for query in queries:
        key = _key(query.course)
        if query.course not in names:
            with house.database.read() as session:
                names[query.course] = {head.id: head.external_id for head in live_lessons(session, key.product)}
        started = time.perf_counter()
        shelf = house.shelves.shelf(key)
        ranking = search(query.text, shelf, encoder=house.encoder, index=house.shelves.index, count=_HITS)
        spent_ms.append(1000 * (time.perf_counter() - started))
        ranked = dict.fromkeys(names[query.course][hit.place.lesson] for hit in ranking.hits)
        scores.append(score_ranking(list(ranked), query.relevant))
    return scores, spent_ms


def _figures(scores: Sequence[QueryScores]) -> dict[str, Any]:
    columns = {
        "hit@1": [score.hit_1 for score in scores],
        "hit@5": [score.hit_5 for score in scores],
        "mrr@10": [score.mrr_10 for score in scores],
        "ndcg@10": [score.ndcg_10 for score in scores],
    }
    means = {name: round(float(np.mean(values)), 4) for name, values in columns.items()}
    intervals = {name: bootstrap_interval(values) for name, values in columns.items()}
    return {"n": len(scores), **means, "intervals_95": intervals}


def _percentiles(values_ms: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(values_ms, [50, 95]) if values_ms else (0.0, 0.0)
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}
