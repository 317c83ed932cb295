"""Does the reply hold the answer: a tiny set asked through whole turns."""

from pathlib import Path

import pytest

from evals.answers import run_answers
from evals.cached_encoder import CachedEncoder
from evals.sets import read_set
from foundation.errors import Invalid
from foundation.settings import Settings
from tests.evals.evaluation_sets import judged, write_set

CORPUS = [
    {"id": "yeast", "title": "Yeast", "text": "Yeast raises the dough in four hours. Warm rooms are quicker."},
    {"id": "tea", "title": "Green tea", "text": "Green tea draws for two minutes. Black tea draws for five."},
]
QUERIES = [
    {"id": "q1", "text": "How long does green tea draw?", "answer": "Two minutes"},
    {"id": "q2", "text": "How long does yeast take to raise the dough?", "answer": "a week"},
]
GOLD = judged(("q1", "tea"), ("q2", "yeast"))


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def test_a_reply_is_searched_for_the_gold_answer_whatever_its_case(
    tmp_path: Path, settings: Settings, encoder: CachedEncoder
) -> None:
    write_set(tmp_path, corpus=CORPUS, queries=QUERIES, qrels=GOLD)
    figures = run_answers(read_set(tmp_path), settings=settings, encoder=encoder, progress=_quiet)
    assert figures["n"] == 2
    assert figures["answer_in_text"] == 0.5
    assert figures["quotes_verbatim"] == 1.0
    assert figures["cited_right"] == 1.0
    assert figures["declined"] == 0.0
    assert figures["median_words"] > 0


def test_a_set_without_answers_is_refused(tmp_path: Path, settings: Settings, encoder: CachedEncoder) -> None:
    bare = [{"id": query["id"], "text": query["text"]} for query in QUERIES]
    write_set(tmp_path, corpus=CORPUS, queries=bare, qrels=GOLD)
    with pytest.raises(Invalid, match="answer"):
        run_answers(read_set(tmp_path), settings=settings, encoder=encoder, progress=_quiet)
