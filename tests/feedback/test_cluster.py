"""Vectors become groups, and groups keep their names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import cluster
from feedback.arrange import Voiced, arrange, kept_names
from feedback.cluster import best_fit, common_ground, group_vectors, near_enough
from knowledge.encoder import Vector
from tests.feedback.grouped import vector_of


def _made(matters: list[int]) -> Vector:
    return np.stack([vector_of(f"text {row} of {matter}", matter) for row, matter in enumerate(matters)])


def _partition(labels: list[int], names: list[int]) -> set[frozenset[int]]:
    return {frozenset(name for name, label in zip(names, labels, strict=True) if label == each) for each in set(labels)}


@given(st.lists(st.integers(0, 4), min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_the_vectors_decides_nothing(matters: list[int], random: object) -> None:
    vectors = _made(matters)
    rows = list(range(len(matters)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    here = _partition(list(group_vectors(vectors)), list(range(len(matters))))
    assert _partition(list(group_vectors(vectors[rows])), rows) == here


def test_every_matter_is_a_group_and_groups_are_numbered_by_their_first_member() -> None:
    assert list(group_vectors(_made([3, 3, 1, 3, 1, 2]))) == [0, 0, 1, 0, 1, 2]


def test_a_place_where_everybody_says_the_same_is_not_taken_apart() -> None:
    assert set(group_vectors(_made([1] * 60))) == {0}


def test_many_vectors_are_grouped_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = _made([row % 4 for row in range(80)])
    whole = list(group_vectors(vectors))
    monkeypatch.setattr(cluster, "_WHOLE", 10)
    assert list(group_vectors(vectors)) == whole


def test_texts_of_a_place_that_has_one_text_need_the_usual_nearness() -> None:
    one = _made([1])
    assert near_enough(one.sum(axis=0), 1) == pytest.approx(0.2)
    assert best_fit(vector_of("other", 2), one, near=0.2) is None
    assert best_fit(one[0], one[:0], near=0.2) is None


def test_two_languages_meet_on_common_ground() -> None:
    texts = ["почему цикл не кончается", "why does the loop not end"]
    vectors = _made([1, 1])
    assert np.allclose(common_ground(vectors, texts, encoder_id="unknown"), vectors, atol=1e-6)
    moved = common_ground(np.ones((2, 384), dtype=np.float32) / np.sqrt(384), texts, encoder_id="e5-small-q4-0-3-0")
    assert not np.allclose(moved[0], moved[1])


def test_everything_said_is_in_one_group() -> None:
    said = [Voiced(f"i-{row}", vector_of(f"text {row}", row % 5), "broken" if row % 2 else "") for row in range(23)]
    members = [item for group in arrange(said) for item in group.members]
    assert sorted(members) == sorted(each.id for each in said)
    assert arrange([]) == []


def test_a_theme_goes_on_where_most_of_it_went_and_only_there() -> None:
    was = {"a": "t-1", "b": "t-1", "c": "t-1", "d": "t-2", "e": "t-2", "f": "t-2"}
    assert kept_names({0: ("a",), 1: ("b", "c"), 2: ("d", "e", "f", "x")}, was) == {1: "t-1", 2: "t-2"}
    assert kept_names({0: ("a", "d", "x", "y")}, was) == {}
    assert kept_names({0: ("a", "b", "c", "d")}, was) == {0: "t-1"}
