"""Shelves at rest: opened as they were laid out, never trusted when damaged, and never needed."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from companion.upkeep import verify_index
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.products import Collection
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelf_files import ShelfFiles, differing_parts
from knowledge.shelf_layout import load_shelf
from tests.conftest import TakeIn
from tests.knowledge.looking import CountingEncoder, rank

KEY = ShelfKey(ProductSlug("course"), Collection.LESSONS)
QUESTION = "How many visitors does a test need?"
COURSE = {f"{n}.md": f"# Lesson {n}\n\nA test of kind {n} needs {n}00 visitors. It ends.\n" for n in range(1, 9)}


def _files(home: Path) -> list[Path]:
    return sorted((home / "shelves").iterdir())


def _told(house: House) -> list[tuple[str, float]]:
    return [(hit.place.passage, hit.score) for hit in rank(house, QUESTION).hits]


def _from_sql(house: House) -> Shelf:
    with house.database.read() as session:
        return load_shelf(session, KEY, encoder=house.encoder)


def _texts_read(house: House, work: Callable[[], object]) -> int:
    """How many statements that read passages' texts some work takes."""
    seen: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", look)
    try:
        work()
    finally:
        event.remove(house.database.engine, "before_cursor_execute", look)
    return sum("passage.text" in statement for statement in seen)


def test_a_shelf_is_opened_from_its_file_as_it_was_laid_out(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    before = _told(house)
    shutil.copytree(house.settings.home, tmp_path / "again")
    with open_house(Settings(home=tmp_path / "again"), encoder=encoder) as opened:
        assert _texts_read(opened, lambda: opened.shelves.shelf(KEY)) == 0
        assert differing_parts(opened.shelves.shelf(KEY), _from_sql(opened)) == []
        assert opened.shelves.shelf(KEY).places[:] == _from_sql(opened).places[:]
        assert _told(opened) == before


@pytest.mark.parametrize("damage", ["cut", "empty", "head", "zeros", "another", "garbage"])
def test_a_damaged_file_is_laid_out_again_without_encoding(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path, damage: str
) -> None:
    take_in(COURSE)
    before = _told(house)
    home = tmp_path / "again"
    shutil.copytree(house.settings.home, home)
    (path,) = _files(home)
    good = path.read_bytes()
    _damage(path, good, damage)
    counting = CountingEncoder(encoder)
    with open_house(Settings(home=home), encoder=counting) as opened:
        assert _told(opened) == before
        assert counting.passages == 0
        assert verify_index(opened)["agrees"] is True
    assert path.read_bytes() == good


def _damage(path: Path, good: bytes, damage: str) -> None:
    match damage:
        case "cut":
            path.write_bytes(good[: len(good) * 2 // 3])
        case "empty":
            path.write_bytes(b"")
        case "head":
            path.write_bytes(good[:40] + b"?" + good[41:])
        case "zeros":
            path.write_bytes(good[:-20_000] + bytes(20_000))
        case "another":
            path.write_bytes(good.replace(b'"digest": "', b'"digest": "0', 1))
        case _:
            path.write_bytes(os.urandom(len(good)))


def test_what_samples_miss_is_found_when_cache_and_truth_are_compared(
    take_in: TakeIn, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(COURSE)
    _told(house)
    monkeypatch.setattr("knowledge.shelf_files._checksum", lambda _raw: 0)
    house.shelves.refill(KEY)
    (path,) = _files(house.settings.home)
    good = path.read_bytes()
    vectors = _from_sql(house).windows.columns["vector"].tobytes()
    assert good.count(vectors) == 1
    path.unlink()
    path.write_bytes(good.replace(vectors, vectors[:-400] + bytes(400)))
    (lines,) = verify_index(house)["differences"].values()
    assert lines == ["stale window.rows.vector in the shelf's file"]
    house.shelves.refill(KEY)
    assert path.read_bytes() == good


def test_after_one_lesson_changed_only_its_passages_are_read_and_nothing_else_differs(
    take_in: TakeIn, house: House
) -> None:
    take_in(COURSE)
    _told(house)
    (old,) = _files(house.settings.home)
    changed = {**COURSE, "3.md": "# Lesson 3\n\nA test of kind 3 needs nobody now.\n"}
    del changed["7.md"]
    take_in(changed)
    assert _texts_read(house, lambda: house.shelves.shelf(KEY)) == 1
    assert differing_parts(house.shelves.shelf(KEY), _from_sql(house)) == []
    (new,) = _files(house.settings.home)
    assert new != old
    assert rank(house, "needs nobody").hits[0].lexical > 0


def test_a_later_process_takes_unchanged_passages_from_the_file_too(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    _told(house)
    take_in({**COURSE, "3.md": "# Lesson 3\n\nA test of kind 3 needs nobody now.\n"})
    shutil.copytree(house.settings.home, tmp_path / "again")
    with open_house(Settings(home=tmp_path / "again"), encoder=encoder) as opened:
        assert _texts_read(opened, lambda: opened.shelves.shelf(KEY)) == 1
        assert differing_parts(opened.shelves.shelf(KEY), _from_sql(opened)) == []


def test_a_database_that_was_put_back_is_never_answered_from_what_came_after(
    take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(COURSE)
    home = tmp_path / "again"
    home.mkdir()
    with sqlite3.connect(house.database.path) as rows, sqlite3.connect(home / "companion.db") as copy:
        rows.backup(copy)
    take_in({**COURSE, "3.md": "# Lesson 3\n\nA test of kind 3 needs nobody now.\n"})
    _told(house)
    shutil.copytree(house.settings.home / "shelves", home / "shelves")
    with sqlite3.connect(home / "companion.db") as rows:
        rows.execute("UPDATE product SET version = 2")
    rows.close()
    copy.close()
    with open_house(Settings(home=home), encoder=encoder) as opened:
        assert differing_parts(opened.shelves.shelf(KEY), _from_sql(opened)) == []
        assert "nobody" not in str(_texts(opened))


def _texts(house: House) -> list[str]:
    rows = sqlite3.connect(house.database.path)
    places = house.shelves.shelf(KEY).places
    try:
        wanted = "SELECT text FROM passage WHERE id = ?"
        return [rows.execute(wanted, (place.passage,)).fetchone()[0] for place in places]
    finally:
        rows.close()


def test_a_shelf_that_cannot_be_written_is_held_in_memory(
    take_in: TakeIn, house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    take_in(COURSE)
    (tmp_path / "file").write_text("where a folder should be", encoding="utf-8")
    files = ShelfFiles(tmp_path / "file" / "shelves", writes=True)
    shelf = _from_sql(house)
    assert files.keep(shelf, encoder_id=house.encoder.id) is shelf
    assert "shelf.not_kept" in caplog.text


def test_a_disk_that_is_full_leaves_no_half_a_file(
    take_in: TakeIn, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(COURSE)
    shelf = _from_sql(house)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert ShelfFiles(tmp_path / "shelves", writes=True).keep(shelf, encoder_id="made") is shelf
    assert list((tmp_path / "shelves").iterdir()) == []


def test_a_process_that_does_not_own_the_home_writes_and_removes_nothing(
    take_in: TakeIn, house: House, encoder: CachedEncoder
) -> None:
    take_in(COURSE)
    with open_house(Settings(home=house.settings.home), encoder=encoder) as second:
        assert not second.owns_lock()
        assert _told(second) == _told(house)
        (path,) = _files(house.settings.home)
        path.unlink()
        path.write_bytes(b"garbage")
        second.shelves.refill(KEY)
        assert _told(second) == _told(house)
    assert path.read_bytes() == b"garbage"


def test_what_other_recipes_and_killed_processes_left_is_swept(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    _told(house)
    (path,) = _files(house.settings.home)
    name = KEY.name(house.encoder.id)
    left = [path.with_name("tmpabc.making"), path.with_name(path.name.replace(name, f"{name}0"))]
    others = path.with_name(path.name.replace(house.encoder.id, "another-encoder"))
    for made in (*left, others):
        made.write_bytes(b"left over")
    house.shelves.refill(KEY)
    assert _files(house.settings.home) == sorted([path, others])
