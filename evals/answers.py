"""Does the answer hold the answer: whole turns without a model over a set whose questions carry a gold answer."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import numpy as np

from assistant.answer import Question
from assistant.reply import Outcome
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.home import product_of, take_in
from evals.ranking_scores import bootstrap_interval
from evals.sets import EvaluationSet, Query
from foundation.errors import Invalid
from foundation.settings import Settings
from knowledge.lessons import live_lessons, load_sources
from knowledge.vectors import Progress


@dataclass(frozen=True, slots=True)
class _Scored:
    """One question's turn; a decline holds no answer and cites nothing."""

    holds_answer: bool
    words: int
    declined: bool
    cites_gold: bool
    verbatim: bool


def run_answers(
    evaluation: EvaluationSet, *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Ask every question that has a gold answer; figures as in the contract, with intervals."""
    queries = [query for query in evaluation.queries if query.answer]
    if not queries:
        raise Invalid("no question of this set carries an answer; `eval answers` needs the field `answer`")
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None})
        with open_house(throw_away, encoder=encoder) as house:
            take_in(house, evaluation.documents, progress=progress)
            scored = [anyio.run(_score, house, query) for query in queries]
    return _figures(scored)


async def _score(house: House, query: Query) -> _Scored:
    product = product_of(query.course)
    done = await house.answerer.reply(Question(product, query.text))
    with house.database.read() as session:
        sources = load_sources(session, [citation["passage"] for citation in done["citations"]])
        documents = {head.slug: head.external_id for head in live_lessons(session, product)}
    return _Scored(
        holds_answer=query.answer.casefold() in done["text"].casefold(),
        words=len(done["text"].split()),
        declined=done["outcome"] == Outcome.DECLINED,
        cites_gold=any(documents[citation["lesson"]] in query.relevant for citation in done["citations"]),
        verbatim=all(citation["quote"] in sources[citation["passage"]].text for citation in done["citations"]),
    )


def _figures(scored: Sequence[_Scored]) -> dict[str, Any]:
    holds = [float(turn.holds_answer) for turn in scored]
    answered = [turn for turn in scored if not turn.declined]
    return {
        "n": len(scored),
        "answer_in_text": round(float(np.mean(holds)), 4),
        "median_words": float(np.median([turn.words for turn in answered])) if answered else 0.0,
        "cited_right": round(float(np.mean([turn.cites_gold for turn in scored])), 4),
        "quotes_verbatim": round(float(np.mean([turn.verbatim for turn in scored])), 4),
        "declined": round(float(np.mean([turn.declined for turn in scored])), 4),
        "intervals_95": {"answer_in_text": bootstrap_interval(holds)},
    }
