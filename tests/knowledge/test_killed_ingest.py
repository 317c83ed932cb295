"""An ingest that is killed, at any moment and more than once, ends the same when it is run again."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.upkeep import verify_index
from companion.wiring import open_house
from foundation.settings import Settings
from tests.knowledge.looking import content_of
from tests.places import lend_encoder

ROOT = Path(__file__).resolve().parents[2]
LESSONS = 72
Moment = Callable[[Path, random.Random], bool]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of more texts than are committed at once."""
    folder = tmp_path_factory.mktemp("course")
    for number in range(LESSONS):
        (folder / f"{number:02}.md").write_text(f"# T{number}\n\nШаг {number}.\n", encoding="utf-8")
    return folder


def _start(course: Path, home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "api.cli.main", "ingest", str(course), "--product", "course"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMPANION_")}
    environment |= {"COMPANION_HOME": str(home), "OMP_NUM_THREADS": "1", "COMPANION_ENCODE_WORKERS": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _finish(course: Path, home: Path) -> None:
    process = _start(course, home)
    _, told = process.communicate()
    assert process.returncode == 0, told.decode()


def _state(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """The home's content, its index having been found to agree with it."""
    with open_house(Settings(home=home)) as house:
        assert house.owns_index
        assert verify_index(house)["differences"] == {}
        return content_of(house.database)


@pytest.fixture(scope="module")
def undisturbed(course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What a home holds after an ingest nobody disturbed."""
    home = lend_encoder(tmp_path_factory.mktemp("undisturbed") / "home")
    _finish(course, home)
    return _state(home)


def _count(home: Path, table: str) -> int:
    try:
        rows = sqlite3.connect(f"file:{home / 'companion.db'}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        rows.close()


def _before_encoding(_home: Path, chance: random.Random) -> bool:
    time.sleep(chance.uniform(0.05, 1.2))
    return True


def _while_encoding(home: Path, chance: random.Random) -> bool:
    if _count(home, "vector") not in range(1, LESSONS):
        return False
    time.sleep(chance.uniform(0.0, 0.1))
    return True


def _all_encoded(home: Path, _chance: random.Random) -> bool:
    return _count(home, "vector") >= LESSONS


def _published(home: Path, chance: random.Random) -> bool:
    if _count(home, "lesson") < LESSONS:
        return False
    time.sleep(chance.choice([0.0, 0.01, 0.05, 0.2]))
    return True


@pytest.mark.parametrize(
    ("moment", "times"), [(_before_encoding, 1), (_while_encoding, 2), (_all_encoded, 1), (_published, 2)]
)
def test_a_killed_ingest_ends_the_same_when_it_is_run_again(
    course: Path, undisturbed: dict[str, list[tuple[object, ...]]], tmp_path: Path, moment: Moment, times: int
) -> None:
    home = lend_encoder(tmp_path / "home")
    chance = random.Random(moment.__name__)
    killed = 0
    for _ in range(times):
        process = _start(course, home)
        while process.poll() is None and not moment(home, chance):
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    assert killed
    _finish(course, home)
    assert _state(home) == undisturbed
