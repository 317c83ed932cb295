"""The `companion` command as a process of its own, and the small course it is given."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.lock import Owner, find_owner
from tests.api.serving import wait_until

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "api.cli.main")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        assert self.code == 0, self.err
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def reason(self) -> str:
        """The one line that says what to do."""
        (line,) = [line for line in self.err.splitlines() if line.startswith("companion: ")]
        assert "Traceback" not in self.err
        return line.removeprefix("companion: ")


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment with a home, and with no other setting of the companion."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COMPANION_")}
    return {**plain, "COMPANION_HOME": str(home), "COMPANION_ENCODE_WORKERS": "1", **more}


def companion(home: Path, *words: str, **more: str) -> Done:
    """Run a command to its end."""
    env = environment(home, **more)
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=240
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _hear_interrupts() -> None:
    """A shell's background job is deaf to Ctrl-C, and so would be what tests run in one start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(home: Path, *words: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A command that runs while the block does."""
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=ROOT,
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def end(process: subprocess.Popen[str], sign: signal.Signals) -> Done:
    """Send a signal and wait for the end."""
    process.send_signal(sign)
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out, err)


@contextmanager
def service(home: Path, *words: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], Owner]]:
    """A running service on a free port, and how to reach it."""
    with started(home, "up", "--port", "0", "--no-demo", *words, **more) as process:
        wait_until(lambda: process.poll() is not None or _answers(home))
        owner = find_owner(home)
        assert owner, process.communicate()[1]
        yield process, owner


def _answers(home: Path) -> bool:
    import httpx

    owner = find_owner(home)
    try:
        return owner is not None and httpx.get(f"{owner.url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def write_course(folder: Path, lessons: dict[str, str]) -> Path:
    """A folder with lessons."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in lessons.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
