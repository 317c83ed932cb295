"""An index that is lost or damaged is filled again from SQL, and questions never notice."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from companion.upkeep import rebuild_index, verify_index
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.adapters.exact_index import ExactIndex
from knowledge.index import Entries
from knowledge.products import Collection
from knowledge.search import search
from knowledge.shelf import ShelfKey
from knowledge.shelves import Shelves
from tests.conftest import TakeIn
from tests.knowledge.damage import in_a_process
from tests.knowledge.looking import BrokenIndex, CountingEncoder, rank

QUESTION = "How many visitors does a test need?"
COURSE = {f"{n}.md": f"# Lesson {n}\n\nA test of kind {n} needs {n}00 visitors.\n" for n in range(1, 9)}
KEY = ShelfKey(ProductSlug("course"), Collection.LESSONS)
FILES = ["chroma.sqlite3", "header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle"]


@contextmanager
def _after_a_restart(house: House, home: Path, encoder: CachedEncoder) -> Iterator[House]:
    """The house on a copy of its home: an opened folder stays open for a process's life under its path."""
    shutil.copytree(house.settings.home, home)
    with open_house(Settings(home=home, encode_workers=1), encoder=CountingEncoder(encoder)) as opened:
        yield opened


def _told(house: House) -> list[tuple[str, float]]:
    return [(hit.place.passage, round(hit.score, 5)) for hit in rank(house, QUESTION).hits]


def _encoded(house: House) -> int:
    assert isinstance(house.encoder, CountingEncoder)
    return house.encoder.passages


def test_a_folder_that_is_gone_is_filled_again_without_encoding(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    before = _told(house)
    shutil.copytree(house.settings.home, tmp_path / "kept")
    shutil.rmtree(tmp_path / "kept" / "index")
    with open_house(Settings(home=tmp_path / "kept"), encoder=CountingEncoder(encoder)) as opened:
        assert _told(opened) == before
        assert verify_index(opened)["agrees"] is True
        assert _encoded(opened) == 0


def test_rows_that_are_missing_left_over_or_stale_are_listed_and_mended_at_the_next_start(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    before = _told(house)
    name = KEY.name(house.encoder.id)
    good = house.shelves.shelf(KEY).entries
    vectors = good.vectors.copy()
    vectors[3] = -vectors[3]
    house.shelves.index.fill(name, Entries((*good.ids[:-1], "p-nobody.0"), vectors))
    assert verify_index(house)["differences"][name] == [
        f"stale {good.ids[3]}",
        f"missing {good.ids[-1]}",
        "left over p-nobody.0",
    ]
    assert _told(house) == before
    with _after_a_restart(house, tmp_path / "again", encoder) as opened:
        assert _told(opened) == before
        assert verify_index(opened)["agrees"] is True


def test_rebuilding_fills_the_index_without_encoding(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    before = _told(house)
    house.shelves.index.drop(KEY.name(house.encoder.id))
    with _after_a_restart(house, tmp_path / "again", encoder) as opened:
        assert rebuild_index(opened) == {"shelves": 2, "windows": len(COURSE)}
        assert verify_index(opened)["agrees"] is True
        assert _told(opened) == before
        assert _encoded(opened) == 0


def test_rebuilding_works_on_a_folder_that_cannot_be_opened(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    _told(house)
    home = tmp_path / "again"
    shutil.copytree(house.settings.home, home)
    (home / "index" / "chroma.sqlite3").write_bytes(b"garbage" * 5_000)
    with open_house(Settings(home=home), encoder=CountingEncoder(encoder)) as opened:
        assert rebuild_index(opened)["windows"] == len(COURSE)
        assert verify_index(opened)["agrees"] is True


@pytest.mark.parametrize("exact_windows", [50_000, 0])
def test_questions_are_answered_the_same_whether_the_index_is_asked_or_does_not_answer(
    take_in: TakeIn, house: House, monkeypatch: pytest.MonkeyPatch, exact_windows: int
) -> None:
    monkeypatch.setattr("knowledge.search._EXACT_WINDOWS", exact_windows)
    take_in(COURSE)
    exact = Shelves(house.database, house.encoder, ExactIndex())
    broken = Shelves(house.database, house.encoder, BrokenIndex())
    asked = (QUESTION, "kind 3", "Сколько посетителей нужно?", "!?")
    for question in asked:
        wanted = search(question, exact.shelf(KEY), encoder=exact.encoder, index=exact.index, count=20)
        given = search(question, broken.shelf(KEY), encoder=broken.encoder, index=broken.index, count=20)
        assert given.hits == wanted.hits
        assert given.hits
        assert rank(house, question).hits == wanted.hits


def test_a_slug_that_begins_with_a_dash_has_an_index_like_any_other(take_in: TakeIn, house: House) -> None:
    take_in(COURSE, "---")
    assert rank(house, QUESTION, "---").hits
    assert verify_index(house, "---")["agrees"] is True


def test_another_process_that_may_not_open_the_folder_finds_the_same(
    take_in: TakeIn, house: House, encoder: CachedEncoder
) -> None:
    take_in(COURSE)
    with open_house(_same_home(house), encoder=encoder) as second:
        assert not second.owns_index
        assert _told(second) == _told(house)


def _same_home(house: House) -> Settings:
    """Settings of another process on the same home."""
    return Settings(home=house.settings.home, index="chroma")


@pytest.fixture(scope="module")
def good_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 1,500 vectors; Chroma writes its graph to files from 1,000 on."""
    folder = tmp_path_factory.mktemp("good") / "index"
    assert in_a_process(folder) == 0
    return folder


@pytest.mark.parametrize("damage", ["gone", "empty", "half", "garbage"])
@pytest.mark.parametrize("name", FILES)
def test_a_folder_with_a_damaged_file_heals(good_folder: Path, tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "index"
    shutil.copytree(good_folder, folder)
    damaged = list(folder.rglob(name))
    assert damaged
    for path in damaged:
        _damage(path, damage)
    exits = [in_a_process(folder)]
    # Some damage takes the process with it, once; the next start must not walk into it again.
    if exits[0] < 0:
        exits.append(in_a_process(folder))
    assert exits[-1] == 0


@pytest.mark.parametrize("damage", ["gone", "empty", "half", "garbage"])
@pytest.mark.parametrize("name", ["chroma.sqlite3", "data_level0.bin", "index_metadata.pickle"])
def test_a_list_of_what_the_folder_holds_is_not_believed_when_a_file_is_not_as_it_was(
    good_folder: Path, tmp_path: Path, name: str, damage: str
) -> None:
    shutil.copytree(good_folder.parent, tmp_path / "kept")
    folder = tmp_path / "kept" / "index"
    assert (tmp_path / "kept" / "index.held").is_dir()
    for path in folder.rglob(name):
        _damage(path, damage)
    exits = [in_a_process(folder)]
    if exits[0] < 0:
        exits.append(in_a_process(folder))
    assert exits[-1] == 0


def test_a_start_on_an_index_that_is_as_it_was_left_does_not_open_it(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    before = _told(house)
    with _after_a_restart(house, tmp_path / "again", encoder) as opened:
        held = tmp_path / "again" / "index" / "chroma.sqlite3"
        written = held.stat().st_mtime_ns
        opened.shelves.shelf(KEY)
        assert _told(opened) == before
        assert held.stat().st_mtime_ns == written
        assert verify_index(opened)["agrees"] is True
        assert held.stat().st_mtime_ns > written


def test_after_one_lesson_changed_an_index_takes_only_what_differs(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    _told(house)
    before = _rows(house.settings.home / "index")
    take_in({**COURSE, "3.md": "# Lesson 3\n\nA test of kind 3 needs nobody now.\n"})
    with _after_a_restart(house, tmp_path / "again", encoder) as opened:
        opened.shelves.shelf(KEY)
        after = _rows(tmp_path / "again" / "index")
        assert len(set(after) & set(before)) == len(COURSE) - 1
        assert verify_index(opened)["agrees"] is True


def _damage(path: Path, damage: str) -> None:
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "garbage":
        path.write_bytes(np.random.default_rng(3).bytes(len(content)))
    else:
        path.write_bytes(content[: len(content) // 2 if damage == "half" else 0])


def test_filling_again_leaves_the_rows_that_are_right_where_they_are(good_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(good_folder, folder)
    before = _rows(folder)
    assert len(before) == 1_500
    assert in_a_process(folder) == 0
    assert _rows(folder) == before


def _rows(folder: Path) -> list[tuple[object, ...]]:
    rows = sqlite3.connect(folder / "chroma.sqlite3")
    try:
        return rows.execute("SELECT id, embedding_id, created_at FROM embeddings ORDER BY id").fetchall()
    finally:
        rows.close()
