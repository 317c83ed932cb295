"""One process at a time owns a home's caches."""

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foundation.errors import HomeUnusable
from foundation.lock import HomeLock, find_owner

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from foundation.lock import HomeLock
lock = HomeLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
lock.announce("http://127.0.0.1:1")
print("announced", flush=True)
sys.stdin.read()
"""


@contextmanager
def _holder(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline().strip(), process.stdout.readline().strip()] == ["True", "announced"]
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_and_finds_the_first(tmp_path: Path) -> None:
    with _holder(tmp_path) as process:
        with HomeLock(tmp_path) as lock:
            assert not lock.acquire()
            assert not lock.held
        owner = find_owner(tmp_path)
        assert owner is not None
        assert (owner.pid, owner.url) == (process.pid, "http://127.0.0.1:1")


def test_a_killed_holder_leaves_neither_lock_nor_address(tmp_path: Path) -> None:
    with _holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with HomeLock(tmp_path) as lock:
            assert lock.acquire()
            assert find_owner(tmp_path) is None


def test_only_the_homes_owner_can_read_the_secret(tmp_path: Path) -> None:
    with HomeLock(tmp_path) as lock:
        assert lock.acquire()
        (tmp_path / "service.json").write_text("{}")
        (tmp_path / "service.json").chmod(0o644)
        owner = lock.announce("http://127.0.0.1:8000")
        assert stat.S_IMODE((tmp_path / "service.json").stat().st_mode) == 0o600
        assert find_owner(tmp_path) == owner
        assert len(owner.secret) >= 32


def test_releasing_frees_the_home_and_forgets_the_address(tmp_path: Path) -> None:
    first, second = HomeLock(tmp_path), HomeLock(tmp_path)
    assert first.acquire()
    assert not second.acquire()
    first.announce("http://127.0.0.1:8000")
    first.release()
    first.release()
    assert find_owner(tmp_path) is None
    assert second.acquire()
    second.release()


@pytest.mark.parametrize("written", ["", "{", "[]", '{"pid": 1}'])
def test_an_announcement_that_cannot_be_read_is_none(tmp_path: Path, written: str) -> None:
    (tmp_path / "service.json").write_text(written)
    assert find_owner(tmp_path) is None


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeUnusable, match=r"file.home cannot be used"):
        HomeLock(tmp_path / "file" / "home").acquire()
