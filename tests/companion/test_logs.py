"""What a process writes to stderr: our events, one line each, and of an error only its name and place."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import logging, sys
from companion.logs import start_logging

start_logging(sys.argv[1])
api, vendor = logging.getLogger("api.streams"), logging.getLogger("chromadb.config")
api.debug("a.detail n=%d", 1)
api.info("turn.answered turn=%s", "t-1")
vendor.info("chatter")
vendor.warning("worn out")
try:
    raise ValueError("what a learner wrote")
except ValueError:
    vendor.exception("failed", stack_info=True)
"""


def logged(level: str) -> list[str]:
    command = [sys.executable, "-c", SCRIPT, level]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_our_events_and_the_vendors_warnings_are_told() -> None:
    lines = logged("info")
    assert [line.split(" ", 2)[1] for line in lines] == ["INFO", "WARNING", "ERROR"]
    assert lines[0].endswith("api.streams turn.answered turn=t-1")


def test_the_level_is_that_of_our_rooms_alone() -> None:
    assert any("a.detail n=1" in line for line in logged("debug"))
    quiet = logged("error")
    assert not any("turn.answered" in line for line in quiet)
    assert any("worn out" in line for line in quiet)


def test_an_error_is_one_line_without_its_message() -> None:
    last = logged("info")[-1]
    assert last.endswith("failed error=ValueError at=<string>:12")
