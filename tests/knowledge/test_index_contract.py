"""What every passage index keeps, the real ones alike."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.adapters.chroma_index import ChromaIndex
from knowledge.adapters.exact_index import ExactIndex
from knowledge.index import Entries, PassageIndex
from tests.knowledge.damage import SHELF, clustered, recall

OTHER = "shelf.-other"


@pytest.fixture(params=["chroma", "exact"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> PassageIndex:
    return ChromaIndex(tmp_path / "index") if request.param == "chroma" else ExactIndex()


def _part(entries: Entries, *rows: int) -> Entries:
    return Entries(tuple(entries.ids[row] for row in rows), entries.vectors[list(rows)])


def _ids(index: PassageIndex, entries: Entries, row: int, *, count: int = 3) -> list[str]:
    return [near.id for near in index.nearest(SHELF, entries.vectors[row], count=count)]


def test_nearly_all_true_neighbours_are_found(index: PassageIndex) -> None:
    entries = clustered(3_000, dim=96)
    index.fill(SHELF, entries)
    assert recall(index, entries) >= 0.99
    assert index.differences(SHELF, entries) == []


def test_neighbours_come_nearest_first_with_their_cosine(index: PassageIndex) -> None:
    entries = clustered(200)
    index.fill(SHELF, entries)
    near = index.nearest(SHELF, entries.vectors[5], count=20)
    true = {
        entry: float(vector @ entries.vectors[5]) for entry, vector in zip(entries.ids, entries.vectors, strict=True)
    }
    assert near[0].id == entries.ids[5]
    assert [one.cosine for one in near] == sorted((one.cosine for one in near), reverse=True)
    assert all(abs(one.cosine - true[one.id]) < 1e-5 for one in near)


def test_no_more_neighbours_than_there_are(index: PassageIndex) -> None:
    entries = clustered(3)
    index.fill(SHELF, entries)
    assert len(_ids(index, entries, 0, count=50)) == 3


def test_a_shelf_nobody_filled_holds_nothing(index: PassageIndex) -> None:
    entries = clustered(3)
    assert index.nearest(SHELF, entries.vectors[0], count=5) == []
    assert index.differences(SHELF, entries) == [f"missing {entry}" for entry in entries.ids]
    index.drop(SHELF)


def test_shelves_do_not_see_each_other(index: PassageIndex) -> None:
    entries = clustered(20)
    index.fill(SHELF, _part(entries, *range(10)))
    index.fill(OTHER, _part(entries, *range(10, 20)))
    assert set(_ids(index, entries, 15, count=20)) == set(entries.ids[:10])
    index.drop(OTHER)
    assert set(_ids(index, entries, 15, count=20)) == set(entries.ids[:10])
    assert index.nearest(OTHER, entries.vectors[15], count=5) == []


def test_filling_again_adds_what_is_new_mends_what_changed_and_removes_the_rest(index: PassageIndex) -> None:
    entries = clustered(30)
    index.fill(SHELF, _part(entries, *range(20)))
    changed = entries.vectors[10:30].copy()
    changed[0] = -changed[0]
    wanted = Entries(entries.ids[10:30], changed)
    assert sorted(line.split()[0] for line in index.differences(SHELF, wanted)) == ["left"] * 10 + ["missing"] * 10 + [
        "stale"
    ]
    index.fill(SHELF, wanted)
    assert index.differences(SHELF, wanted) == []
    assert set(_ids(index, entries, 0, count=50)) == set(wanted.ids)


def test_filling_with_nothing_empties_a_shelf(index: PassageIndex) -> None:
    entries = clustered(5)
    index.fill(SHELF, entries)
    nothing = Entries((), np.zeros((0, 32), dtype=np.float32))
    index.fill(SHELF, nothing)
    assert _ids(index, entries, 0) == []
    assert index.differences(SHELF, nothing) == []
