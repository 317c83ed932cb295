"""Every file a home can do without: gone, cut, overwritten or out of date, it is made again from SQL, unnoticed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from companion.upkeep import verify_index
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.settings import Settings
from tests.conftest import TakeIn
from tests.knowledge.looking import CountingEncoder, rank

QUESTION = "How many visitors does a test need?"
COURSE = {
    f"{n}.md": f"# Lesson {n}\n\nA test of kind {n} needs {n}00 visitors. Kind {n} is rare.\n" for n in range(1, 9)
}
LATER = COURSE | {"3.md": "# Lesson 3\n\nA test of kind 3 needs no visitors at all.\n", "9.md": "# Nine\n\nNothing.\n"}
# The truth, the lock and what it says; the encoder is built from its wheel and has tests of its own.
TRUTH = ("companion.db", "lock", "service.json", "encoder")
DAMAGE = ["gone", "empty", "half", "garbage", "zeros at the end"]

Told = list[tuple[str, float]]


def told(house: House) -> Told:
    asked = (QUESTION, "kind 3", "Сколько посетителей нужно?")
    return [(hit.place.passage, round(hit.score, 5)) for question in asked for hit in rank(house, question).hits]


def caches(home: Path) -> list[Path]:
    """Every file that is not the truth, relative to the home."""
    files = (path.relative_to(home) for path in sorted(home.rglob("*")) if path.is_file())
    return [path for path in files if not path.parts[0].startswith(TRUTH)]


@contextmanager
def restarted(home: Path, encoder: CachedEncoder) -> Iterator[House]:
    with open_house(Settings(home=home, encode_workers=1), encoder=CountingEncoder(encoder)) as opened:
        assert opened.owns_index
        yield opened


def assert_whole(house: House, wanted: Told) -> None:
    """It answers as it should, its caches agree with SQL, and nothing was encoded for that."""
    assert told(house) == wanted
    assert verify_index(house)["differences"] == {}
    assert isinstance(house.encoder, CountingEncoder)
    assert house.encoder.passages == 0


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "garbage":
        path.write_bytes(np.random.default_rng(5).bytes(len(content)))
    elif how == "zeros at the end":
        path.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    else:
        path.write_bytes(content[: len(content) // 2 if how == "half" else 0])


@pytest.fixture
def wanted(take_in: TakeIn, house: House) -> Told:
    """A home with a course whose caches are all there, and what it answers."""
    take_in(COURSE)
    answers = told(house)
    assert verify_index(house)["differences"] == {}
    return answers


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_cache_is_made_again(
    wanted: Told, house: House, encoder: CachedEncoder, tmp_path: Path, how: str
) -> None:
    files = caches(house.settings.home)
    assert files
    for number, name in enumerate(files):
        home = tmp_path / f"damaged-{number}"
        shutil.copytree(house.settings.home, home)
        damage(home / name, how)
        with restarted(home, encoder) as opened:
            assert_whole(opened, wanted)


def test_a_home_with_nothing_but_its_database_answers_the_same(
    wanted: Told, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    home = tmp_path / "bare"
    home.mkdir()
    for path in house.settings.home.glob("companion.db*"):
        shutil.copy(path, home)
    with restarted(home, encoder) as opened:
        assert_whole(opened, wanted)
    assert caches(home)


def test_caches_from_before_the_course_changed_are_brought_up_to_date(
    wanted: Told, take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    earlier, home = tmp_path / "earlier", tmp_path / "home-again"
    shutil.copytree(house.settings.home, earlier)
    take_in(LATER)
    now = told(house)
    assert now != wanted
    shutil.copytree(house.settings.home, home)
    for name in caches(home):
        (home / name).unlink()
    for name in caches(earlier):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(earlier / name, home / name)
    with restarted(home, encoder) as opened:
        assert_whole(opened, now)


def test_caches_of_a_course_that_came_back_to_an_earlier_state_are_right(
    wanted: Told, take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(LATER)
    told(house)
    take_in(COURSE)
    assert told(house) == wanted
    home = tmp_path / "home-again"
    shutil.copytree(house.settings.home, home)
    with restarted(home, encoder) as opened:
        assert_whole(opened, wanted)


def test_caches_of_another_recipe_are_not_used(
    wanted: Told, house: House, encoder: CachedEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "next-version"
    shutil.copytree(house.settings.home, home)
    for module in ("knowledge.centring", "knowledge.shelf"):
        monkeypatch.setattr(f"{module}.RECIPE", "c99")
    monkeypatch.setattr("knowledge.centring.STRENGTH", 1.0)
    with restarted(home, encoder) as opened:
        other = told(opened)
        assert_whole(opened, other)
    assert other != wanted


@pytest.mark.parametrize("place", ["index", "shelves"])
def test_a_cache_folder_that_is_a_file_does_not_keep_a_home_from_answering(
    wanted: Told, house: House, encoder: CachedEncoder, tmp_path: Path, place: str
) -> None:
    home = tmp_path / "odd"
    shutil.copytree(house.settings.home, home)
    assert (home / place).is_dir()
    shutil.rmtree(home / place)
    (home / place).write_text("not a folder")
    with restarted(home, encoder) as opened:
        assert told(opened) == wanted


def test_an_ingest_killed_after_publishing_leaves_caches_that_catch_up(
    wanted: Told, take_in: TakeIn, house: House, encoder: CachedEncoder, tmp_path: Path
) -> None:
    take_in(LATER)
    home = tmp_path / "killed"
    shutil.copytree(house.settings.home, home)
    with restarted(home, encoder) as opened:
        now = told(opened)
        assert now != wanted
        assert_whole(opened, now)
    take_in(COURSE)
    assert told(house) == wanted
