"""Does it know what it does not know: questions the content covers and questions it does not, asked of the product.

A question counts as refused when the product's own decision is to decline it, by the threshold it found for itself when
it took the corpus in. Answers with a caveat are answers.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.reply import Outcome
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.home import product_of, take_in
from evals.ranking_scores import auroc, bootstrap_interval
from evals.sets import Document, EvaluationSet, Query, Unanswerable
from foundation.errors import Invalid
from foundation.settings import Settings
from knowledge.products import find_product
from knowledge.vectors import Progress

_CURVE_POINTS = 10
_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One question: whether the content covers it, and what the product made of it.

    `above` is the question's strength over the threshold of its product and languages, minus infinity when nothing
    was found; it is what questions are ranked by.
    """

    covered: bool
    above: float
    outcome: Outcome
    threshold: float | None


def run_abstain(
    evaluation: EvaluationSet,
    unanswerable: Sequence[Unanswerable],
    *,
    drop_half: bool,
    settings: Settings,
    encoder: CachedEncoder,
    progress: Progress,
) -> dict[str, Any]:
    """Take the corpus in, or half of it, ask everything and see what is declined; figures as in the contract."""
    documents = evaluation.documents
    if drop_half:
        documents = tuple(document for document in documents if not is_dropped(document))
    asked = _asked(evaluation.queries, unanswerable, documents)
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None})
        with open_house(throw_away, encoder=encoder) as house:
            take_in(house, documents, progress=progress)
            trials = [_try(house, question) for question in asked]
    return figures(trials)


def is_dropped(document: Document) -> bool:
    """Whether a document is of the half that is left out: by a hash of its group, else of its id."""
    return hashlib.sha256((document.group or document.id).encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    course: str
    covered: bool


def _asked(
    queries: Sequence[Query], unanswerable: Sequence[Unanswerable], documents: Sequence[Document]
) -> list[_Asked]:
    """Every question that has a course to be asked of."""
    there = {document.id for document in documents}
    courses = {document.course for document in documents}
    asked = [_Asked(query.text, query.course, bool(there & query.relevant.keys())) for query in queries]
    asked += [_Asked(question.text, question.course, covered=False) for question in unanswerable]
    return [question for question in asked if question.course in courses]


def _try(house: House, asked: _Asked) -> Trial:
    with house.database.read() as session:
        product = find_product(session, product_of(asked.course))
    judgement = house.answerer.look(asked.text, product).judgement
    threshold = judgement.scale.threshold if judgement.scale else None
    above = -np.inf if judgement.strength is None or threshold is None else judgement.strength - threshold
    return Trial(asked.covered, float(above), judgement.outcome, threshold)


def figures(trials: Sequence[Trial]) -> dict[str, Any]:
    """AUROC, refusals with intervals, the median threshold and the risk–coverage curve."""
    covered = [trial for trial in trials if trial.covered]
    others = [trial for trial in trials if not trial.covered]
    if not covered or not others:
        raise Invalid(
            f"there are {len(covered)} questions the content covers and {len(others)} it does not; both are needed: "
            "name a set with --unanswerable, or use --drop-half"
        )
    falsely = [float(trial.outcome is Outcome.DECLINED) for trial in covered]
    rightly = [float(trial.outcome is Outcome.DECLINED) for trial in others]
    thresholds = [trial.threshold for trial in trials if trial.threshold is not None]
    high, low = _above(covered), _above(others)
    return {
        "auroc": round(auroc(high, low), 4),
        "false_refusal": round(float(np.mean(falsely)), 4),
        "correct_refusal": round(float(np.mean(rightly)), 4),
        "threshold": round(float(np.median(thresholds)), 3) if thresholds else None,
        "n": len(trials),
        "answerable": len(covered),
        "unanswerable": len(others),
        "partly": {"answerable": _share(covered, Outcome.PARTLY), "unanswerable": _share(others, Outcome.PARTLY)},
        "intervals_95": {
            "auroc": _auroc_interval(high, low),
            "false_refusal": bootstrap_interval(falsely),
            "correct_refusal": bootstrap_interval(rightly),
        },
        "risk_coverage": risk_coverage(trials),
    }


def risk_coverage(trials: Sequence[Trial]) -> list[dict[str, float]]:
    """When only the surest share of all questions is answered: how many of them the content does not cover."""
    ranked = sorted(trials, key=lambda trial: -trial.above)
    points = []
    for step in range(1, _CURVE_POINTS + 1):
        answered = ranked[: max(1, round(len(ranked) * step / _CURVE_POINTS))]
        risk = float(np.mean([not trial.covered for trial in answered]))
        kept = sum(trial.covered for trial in answered) / sum(trial.covered for trial in trials)
        points.append(
            {"coverage": round(len(answered) / len(ranked), 3), "risk": round(risk, 4), "kept": round(kept, 4)}
        )
    return points


def _above(trials: Sequence[Trial]) -> list[float]:
    return [trial.above for trial in trials]


def _share(trials: Sequence[Trial], outcome: Outcome) -> float:
    return round(float(np.mean([trial.outcome is outcome for trial in trials])), 4)


def _auroc_interval(high: Sequence[float], low: Sequence[float]) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    first, second = np.asarray(high), np.asarray(low)
    drawn = [
        auroc(first[rng.integers(0, len(first), len(first))], second[rng.integers(0, len(second), len(second))])  # type: ignore[arg-type]
        for _ in range(_RESAMPLES)
    ]
    low_end, high_end = np.quantile(drawn, [0.025, 0.975])
    return round(float(low_end), 4), round(float(high_end), 4)
