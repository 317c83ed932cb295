"""Does it find: a tiny set through the product's own search, with figures known beforehand."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.cached_encoder import CachedEncoder
from evals.retrieval import run_retrieval
from evals.sets import EvaluationSet, read_set
from foundation.settings import Settings
from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vector
from tests.cli.conftest import Run, home, run
from tests.evals.evaluation_sets import judged, write_set

__all__ = ["home", "run"]  # fixtures

CORPUS = [
    {"id": "yeast", "title": "Yeast", "text": "Yeast raises the dough in four hours.", "course": "bread"},
    {"id": "salt", "title": "Salt", "text": "Salt slows the yeast down.", "course": "bread"},
    {"id": "tea", "title": "Green tea", "text": "Green tea draws for two minutes.", "course": "tea"},
    {"id": "cup", "title": "Cups", "text": "A cup is warmed with hot water.", "course": "tea"},
]
QUERIES = [
    {"id": "q1", "text": "How long does green tea draw?", "course": "tea", "split": "dev"},
    {"id": "q2", "text": "What slows the yeast down?", "course": "bread", "split": "test"},
    {"id": "q3", "text": "Why is a cup warmed?", "course": "tea", "split": "test"},
]
GOLD = judged(("q1", "tea"), ("q2", "salt"), ("q3", "cup"))
FIGURES = {"n", "hit@1", "hit@5", "mrr@10", "ndcg@10", "query_ms", "encoder_ms", "index_s", "encode_s", "passages"}


class NoNewPassages:
    """The real encoder for questions; a passage that is not kept yet is a mistake."""

    def __init__(self, real: Encoder) -> None:
        self._real = real
        self.id, self.dim, self.max_tokens, self.languages = real.id, real.dim, real.max_tokens, real.languages

    def count_tokens(self, text: str) -> int:
        return self._real.count_tokens(text)

    def encode_question(self, text: str) -> Vector:
        return self._real.encode_question(text)

    def encode_passage(self, text: str) -> Vector:
        raise AssertionError(f"encoded again: {text}")

    @property
    def by_token(self) -> TokenEncoder:
        return self

    def question_states(self, text: str) -> TokenStates:
        shown = self._real.by_token
        assert shown is not None
        return shown.question_states(text)

    def passage_states(self, text: str) -> TokenStates:
        raise AssertionError(f"encoded again: {text}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set", corpus=CORPUS, queries=QUERIES, qrels=GOLD)


def measure(evaluation: EvaluationSet, settings: Settings, encoder: CachedEncoder) -> dict[str, Any]:
    return run_retrieval(evaluation, settings=settings, encoder=encoder, progress=lambda _done, _total: None)


def test_figures_are_as_promised(folder: Path, settings: Settings, encoder: CachedEncoder) -> None:
    figures = measure(read_set(folder), settings, encoder)
    assert figures.keys() >= FIGURES
    assert (figures["n"], figures["passages"]) == (3, 4)
    assert [figures[name] for name in ("hit@1", "hit@5", "mrr@10", "ndcg@10")] == [1.0, 1.0, 1.0, 1.0]
    assert figures["query_ms"].keys() == figures["encoder_ms"].keys() == {"p50", "p95"}
    assert 0 < figures["query_ms"]["p50"] <= figures["query_ms"]["p95"]
    assert not settings.home.exists()


def test_what_is_not_found_counts(tmp_path: Path, settings: Settings, encoder: CachedEncoder) -> None:
    wrong = judged(("q1", "cup"), ("q2", "tea"), ("q3", "cup"))
    folder = write_set(tmp_path / "wrong", corpus=CORPUS, queries=QUERIES, qrels=wrong)
    figures = measure(read_set(folder), settings, encoder)
    assert figures["hit@1"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["hit@5"] == 1.0
    assert 1 / 3 < figures["mrr@10"] < 1


def test_within_a_course_only_its_own_documents_are_found(
    tmp_path: Path, settings: Settings, encoder: CachedEncoder
) -> None:
    # The gold document of a question about tea is in the other course, so it cannot be found there.
    elsewhere = judged(("q1", "yeast"), ("q2", "salt"), ("q3", "cup"))
    folder = write_set(tmp_path / "apart", corpus=CORPUS, queries=QUERIES, qrels=elsewhere)
    assert measure(read_set(folder), settings, encoder)["hit@5"] == 1.0
    apart = measure(read_set(folder, within_course=True), settings, encoder)
    assert apart["hit@5"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_second_run_encodes_no_passage(folder: Path, tmp_path: Path, settings: Settings, encoder: Encoder) -> None:
    kept = tmp_path / "vectors.db"
    first = CachedEncoder(encoder, kept)
    figures = measure(read_set(folder), settings, first)
    assert figures["encode_s"] >= 0
    first.close()
    second = CachedEncoder(NoNewPassages(encoder), kept)
    again = measure(read_set(folder), settings, second)
    second.close()
    assert again["encode_s"] == 0
    assert again["ndcg@10"] == figures["ndcg@10"]


def test_the_command_prints_the_figures(run: Run, folder: Path, tmp_path: Path) -> None:
    cache = ("--cache", str(tmp_path / "vectors.db"))
    russian = [{"id": "в1", "text": "Сколько заваривается зелёный чай?", "split": "dev"}]
    other = write_set(tmp_path / "ru", queries=russian, qrels=judged(("в1", "tea")))
    assert run("eval", "retrieval", str(folder), *cache, "--json").json()["n"] == 3
    assert run("eval", "retrieval", str(folder), *cache, "--split", "test", "--json").json()["n"] == 2
    across = run("eval", "retrieval", str(folder), *cache, "--queries", str(other), "--json").json()
    assert (across["n"], across["hit@5"]) == (1, 1.0)
    apart = run("eval", "retrieval", str(folder), *cache, "--within-course", "--json").json()
    assert (apart["n"], apart["encode_s"], apart["hit@5"]) == (3, 0, 1.0)
    assert "hit@1: 1.0" in run("eval", "retrieval", str(folder), *cache).out


def test_a_set_that_cannot_be_read_is_told_in_a_line(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "qrels.jsonl").write_text("nonsense\n")
    done = run("eval", "retrieval", str(folder), "--cache", str(tmp_path / "vectors.db"))
    assert (done.code, done.out) == (1, "")
    assert "qrels.jsonl:1" in done.reason()
    assert json.loads((folder / "corpus.jsonl").read_text().splitlines()[0])["id"] == "yeast"
