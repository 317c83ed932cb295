"""Scores of ranked lists, against values worked out by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.ranking_scores import QueryScores, bootstrap_interval, score_ranking

SECOND, THIRD = 1 / math.log2(3), 1 / math.log2(4)
LONG = [f"x{number}" for number in range(9)]


@pytest.mark.parametrize(
    ("ranked", "relevant", "scores"),
    [
        (["a", "b"], {"a": 1.0}, QueryScores(1, 1, 1, 1)),
        (["b", "a"], {"a": 1.0}, QueryScores(0, 1, 1 / 2, SECOND)),
        (["b", "c", "a"], {"a": 1.0}, QueryScores(0, 1, 1 / 3, 1 / 2)),
        (["b", "c"], {"a": 1.0}, QueryScores(0, 0, 0, 0)),
        ([], {"a": 1.0}, QueryScores(0, 0, 0, 0)),
        (["a"], {}, QueryScores(0, 0, 0, 0)),
        ([*LONG[:4], "a"], {"a": 1.0}, QueryScores(0, 1, 1 / 5, 1 / math.log2(6))),
        ([*LONG[:5], "a"], {"a": 1.0}, QueryScores(0, 0, 1 / 6, 1 / math.log2(7))),
        ([*LONG, "a"], {"a": 1.0}, QueryScores(0, 0, 1 / 10, 1 / math.log2(11))),
        ([*LONG, "b", "a"], {"a": 1.0}, QueryScores(0, 0, 0, 0)),
        (["a", "x", "b"], {"a": 1.0, "b": 1.0}, QueryScores(1, 1, 1, (1 + THIRD) / (1 + SECOND))),
        (["b", "a"], {"a": 3.0, "b": 1.0}, QueryScores(1, 1, 1, (1 + 3 * SECOND) / (3 + SECOND))),
        (["a"], {"a": 1.0, "b": 1.0}, QueryScores(1, 1, 1, 1 / (1 + SECOND))),
    ],
)
def test_scores_are_those_worked_out_by_hand(
    ranked: list[str], relevant: dict[str, float], scores: QueryScores
) -> None:
    found = score_ranking(ranked, relevant)
    assert (found.hit_1, found.hit_5) == (scores.hit_1, scores.hit_5)
    assert found.mrr_10 == pytest.approx(scores.mrr_10)
    assert found.ndcg_10 == pytest.approx(scores.ndcg_10)


DOCUMENTS = st.sampled_from([f"d{number}" for number in range(30)])
GRADES = st.dictionaries(DOCUMENTS, st.floats(0.1, 5.0), max_size=20)


@given(ranked=st.lists(DOCUMENTS, unique=True, max_size=30), relevant=GRADES)
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
def test_every_score_is_between_0_and_1_and_a_hit_is_never_lost(ranked: list[str], relevant: dict[str, float]) -> None:
    scores = score_ranking(ranked, relevant)
    for score in (scores.hit_1, scores.hit_5, scores.mrr_10, scores.ndcg_10):
        assert 0 <= score <= 1 + 1e-9
    assert scores.hit_1 <= scores.hit_5
    assert scores.hit_1 <= scores.mrr_10
    assert (scores.mrr_10 > 0) == any(document in relevant for document in ranked[:10])


@given(relevant=GRADES.filter(bool))
@settings(max_examples=50, derandomize=True, database=None, deadline=None)
def test_the_best_order_scores_1(relevant: dict[str, float]) -> None:
    best = sorted(relevant, key=lambda document: -relevant[document])
    assert score_ranking(best, relevant).ndcg_10 == pytest.approx(1)


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0] * 30 + [1.0] * 70
    low, high = bootstrap_interval(values)
    assert 0.55 < low < 0.7 < high < 0.85
    assert bootstrap_interval(values) == (low, high)
    assert bootstrap_interval([1.0] * 5) == (1.0, 1.0)
