"""What each part of the search is worth and what it costs: one ranking taken apart, part by part.

Every question is asked once through the product's own search; what it noted of each passage is then joined with more
and more parts. Costs are CPU milliseconds of one thread for what a part computes over the same shelf, beyond encoding.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.home import product_of, take_in
from evals.ranking_scores import score_ranking
from evals.sets import EvaluationSet
from foundation.settings import Settings
from knowledge.lessons import live_lessons
from knowledge.products import Collection
from knowledge.search import LESSON_WEIGHT, LEXICAL_WEIGHT, Hit, Ranking, search
from knowledge.shelf import Shelf, ShelfKey
from knowledge.vectors import Progress

_HITS = 200
_RANK_SHIFT = 60

Score = Callable[[Hit, float], float]


def _spoken(hit: Hit, gate: float, words: float) -> float:
    """What sense and words make together; the weight of words that cannot speak goes to sense."""
    return hit.dense_z + gate * words + (1.0 - gate) * hit.dense_z


VARIANTS: Mapping[str, Score] = {
    "passages, one vector each": lambda hit, _gate: hit.dense,
    "+ their sentences": lambda hit, _gate: hit.dense_z,
    "+ words": lambda hit, gate: _spoken(hit, gate, (LEXICAL_WEIGHT + LESSON_WEIGHT) * hit.lexical_z),
    "+ words of whole lessons": lambda hit, gate: _spoken(
        hit, gate, LEXICAL_WEIGHT * hit.lexical_z + LESSON_WEIGHT * hit.lesson_z
    ),
}
WITHOUT_LANGUAGES = "+ words, deaf to languages"
BY_RANKS = "two legs joined by ranks"
WHOLE = "+ token by token (all of it)"
PARTS = ("passages", "sentences", "words", "lessons", "tokens")


def run_ablation(
    evaluation: EvaluationSet, *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Each variant's hit@1 and MRR@10 over a set of one course, and each part's cost in CPU ms a question."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_house(settings.model_copy(update={"home": Path(folder)}), encoder=encoder) as house,
    ):
        take_in(house, evaluation.documents, progress=progress)
        shelf, names = _laid_out(house, evaluation.documents[0].course)
        for query in evaluation.queries:
            ranking = search(query.text, shelf, encoder=encoder, index=house.shelves.index, count=_HITS)
            for variant, hits in _rankings(ranking, shelf).items():
                documents = list(dict.fromkeys(names[hit.place.lesson] for hit in hits))
                scores = score_ranking(documents, query.relevant)
                found[variant].append((scores.hit_1, scores.mrr_10))
            for part, seconds in _costs(ranking, shelf).items():
                spent[part].append(1000 * seconds)
    means = {variant: np.mean(values, axis=0) for variant, values in found.items()}
    return {
        "n": len(evaluation.queries),
        "variants": {
            name: {"hit@1": round(float(h), 4), "mrr@10": round(float(m), 4)} for name, (h, m) in means.items()
        },
        "cpu_ms": {part: round(float(np.median(values)), 3) for part, values in spent.items()},
    }


def _laid_out(house: House, course: str) -> tuple[Shelf, dict[str, str]]:
    key = ShelfKey(product_of(course), Collection.LESSONS)
    with house.database.read() as session:
        names = {str(head.id): head.external_id for head in live_lessons(session, key.product)}
    return house.shelves.shelf(key), names


def _rankings(ranking: Ranking, shelf: Shelf) -> dict[str, list[Hit]]:
    across = shelf.lexical.known_share(ranking.terms) ** 3
    gates = {hit.place.passage: 1.0 if hit.place.lang == ranking.lang else across for hit in ranking.hits}
    told = {
        name: sorted(ranking.hits, key=lambda hit: -score(hit, gates[hit.place.passage]))
        for name, score in VARIANTS.items()
    }
    told[WITHOUT_LANGUAGES] = sorted(ranking.hits, key=lambda hit: -VARIANTS["+ words"](hit, 1.0))
    told[BY_RANKS] = _by_ranks(ranking.hits)
    told[WHOLE] = list(ranking.hits)
    return told


def _by_ranks(hits: Sequence[Hit]) -> list[Hit]:
    """Reciprocal ranks of the dense and the lexical leg, added (Cormack, Clarke and Büttcher 2009)."""
    total: dict[str, float] = defaultdict(float)
    spoken = [hit for hit in hits if hit.lexical > 0]
    for leg in (sorted(hits, key=lambda hit: -hit.dense), sorted(spoken, key=lambda hit: -hit.lexical)):
        for rank, hit in enumerate(leg, 1):
            total[hit.place.passage] += 1.0 / (_RANK_SHIFT + rank)
    return sorted(hits, key=lambda hit: -total[hit.place.passage])


def _costs(ranking: Ranking, shelf: Shelf) -> dict[str, float]:
    """CPU seconds of each part for the passages this question found."""
    rows = [hit.place.order for hit in ranking.hits]
    tokens, asked = shelf.tokens, ranking.tokens
    close = [hit.place.order for hit in ranking.hits if hit.late_z is not None]
    parts: dict[str, Callable[[], object]] = {
        "passages": lambda: shelf.windows.columns["vector"] @ ranking.vector,
        "sentences": lambda: shelf.sentences.best(rows, ranking.vector),
        "words": lambda: shelf.lexical.scores(ranking.terms),
        "lessons": lambda: shelf.lessons.scores(ranking.terms),
    }
    if tokens is not None and asked is not None:
        parts["tokens"] = lambda: tokens.likeness(close, asked)
    return {name: _spent(part) for name, part in parts.items()}


def _spent(part: Callable[[], object]) -> float:
    started = time.thread_time()
    part()
    return time.thread_time() - started
