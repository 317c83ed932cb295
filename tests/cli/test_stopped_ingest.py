"""An ingest that is stopped half way shows nothing half done, and goes on where it stopped."""

import signal
import sqlite3
from pathlib import Path

import pytest

from tests.api.serving import wait_until
from tests.cli.processes import companion, end, started, write_course

LESSONS = 140


@pytest.fixture
def long_course(tmp_path: Path) -> Path:
    """Enough lessons that the encoder is busy for a while."""
    lessons = {
        f"{number:03}.md": f"# Loaf {number}\n\nLoaf number {number} rises for {number + 60} minutes.\n"
        for number in range(LESSONS)
    }
    return write_course(tmp_path / "loaves", lessons)


def vectors(home: Path) -> int:
    try:
        with sqlite3.connect(f"file:{home / 'companion.db'}?mode=ro", uri=True) as rows:
            return int(rows.execute("SELECT count(*) FROM vector").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL], ids=lambda sign: sign.name)
def test_a_stopped_ingest_goes_on_when_it_is_run_again(home: Path, long_course: Path, sign: signal.Signals) -> None:
    words = ("ingest", str(long_course), "--product", "loaves", "--json")
    with started(home, *words) as process:
        wait_until(lambda: vectors(home) or process.poll() is not None)
        done = end(process, sign)
    kept = vectors(home)
    assert 0 < kept < LESSONS
    assert done.out == ""
    if sign is signal.SIGINT:
        assert done.code == 1
        assert "run the same command again" in done.reason()
    assert companion(home, "product", "list", "--json").json() == {"products": []}
    report = companion(home, *words).json()
    assert (report["lessons"], report["encoded"] + kept) == (LESSONS, vectors(home))
    assert companion(home, "index", "verify").code == 0
