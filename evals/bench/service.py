"""Leg: how long the service takes to answer `/readyz` on a made home, and the memory it then lives in.

The service is the product's own, in a process of its own, with the real encoder.
"""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from companion.wiring import default_encoder
from evals.bench.leg import print_result, run_leg, say
from evals.bench.machine import cpu_s_of, resident_mb_of
from evals.bench.made_course import make_questions
from evals.bench.made_home import PRODUCTS, add_home_options, grown_home
from foundation.errors import CompanionError
from foundation.lock import find_owner

_EMPTY = (sys.executable, "-P", "-c", "import fastapi, chromadb")
_UP = (sys.executable, "-P", "-m", "api.cli.main", "up", "--no-demo", "--port", "0")
_POLL_S = 0.02
_START_S = 600.0
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Started:
    """A start: wall and CPU seconds until the process was ready; CPU is None where the system does not tell."""

    wall_s: float
    cpu_s: float | None


def start_empty() -> Started:
    """An empty process that imports FastAPI and Chroma, from its start to its end."""
    before = os.times()
    started = time.perf_counter()
    subprocess.run(_EMPTY, check=True, capture_output=True)
    wall = time.perf_counter() - started
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Started(wall, spent)


@contextmanager
def running(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Started]]:
    """The service on a home, ready, with its address; told to stop and waited for at the end."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COMPANION_")}
    env |= {"COMPANION_HOME": str(home), "COMPANION_LOG_LEVEL": "warning"}
    (home / "service.json").unlink(missing_ok=True)
    started = time.perf_counter()
    process = subprocess.Popen(_UP, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        url = _wait_until_ready(process, home)
        yield process, url, Started(time.perf_counter() - started, cpu_s_of(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _wait_until_ready(process: subprocess.Popen[bytes], home: Path) -> str:
    deadline = time.perf_counter() + _START_S
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise CompanionError(f"the service ended: {process.communicate()[1].decode(errors='replace')[-500:]}")
        owner = find_owner(home)
        if owner is not None and owner.pid == process.pid and _is_ready(owner.url):
            return owner.url
        time.sleep(_POLL_S)
    raise CompanionError(f"the service was not ready within {_START_S:.0f} s")


def _is_ready(url: str) -> bool:
    try:
        with _direct.open(f"{url}/readyz", timeout=60) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return False


def ask(url: str, product: str, question: str) -> dict[str, Any]:
    """One turn over HTTP."""
    body = json.dumps({"text": question}).encode()
    request = urllib.request.Request(
        f"{url}/v1/products/{product}/turns", data=body, headers={"Content-Type": "application/json"}
    )
    with _direct.open(request, timeout=120) as response:
        found: dict[str, Any] = json.load(response)
        return found


def measure_starts(home: Path, *, times: int) -> dict[str, Any]:
    """Median seconds of both kinds of start, taken in turns."""
    default_encoder(home)
    with running(home) as (_, _, first):
        say(f"first start, caches filled where they were not: {first.wall_s:.1f} s")
    empty, ready = [], []
    for number in range(times):
        empty.append(start_empty())
        with running(home) as (_, _, started):
            ready.append(started)
        say(f"start {number + 1} of {times}: {ready[-1].wall_s:.2f} s, empty {empty[-1].wall_s:.2f} s")
    return {
        "first_start_s": round(first.wall_s, 2),
        "starts": times,
        "empty_s": _median([start.wall_s for start in empty]),
        "ready_s": _median([start.wall_s for start in ready]),
        "empty_cpu_s": _median([start.cpu_s for start in empty]),
        "ready_cpu_s": _median([start.cpu_s for start in ready]),
    }


def measure_memory(home: Path, *, products: int, questions: int, passages: int) -> dict[str, Any]:
    """Resident MB of the service when it is ready, and after questions to every product of the home."""
    with running(home) as (process, url, _):
        ready = resident_mb_of(process.pid)
        for product in PRODUCTS[:products]:
            size = int(passages * product.share)
            for question in make_questions(questions, passages=size, langs=product.langs, seed=product.seed):
                ask(url, product.slug, question)
        asked = resident_mb_of(process.pid)
    return {
        "ready_mb": ready and round(ready, 1),
        "asked_mb": asked and round(asked, 1),
        "questions": questions * products,
    }


def _median(seconds: Sequence[float | None]) -> float | None:
    known = [value for value in seconds if value is not None]
    return round(float(np.median(known)), 3) if known else None


def main() -> None:
    """Measure starts, memory or both, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_home_options(parser)
    parser.add_argument("--what", choices=["start", "memory", "both"], default="both")
    parser.add_argument("--times", type=int, default=3, help="starts of each kind")
    parser.add_argument("--questions", type=int, default=30, help="questions to each product before memory is read")
    options = parser.parse_args()
    made = grown_home(options, say)
    known = json.loads((options.home / "made.json").read_text())
    shares = [product.share for product in PRODUCTS if product.slug in known["products"]]
    figures: dict[str, Any] = {"passages": int(options.passages * sum(shares)), "made": made}
    if options.what in ("start", "both"):
        figures |= measure_starts(options.home, times=options.times)
    if options.what in ("memory", "both"):
        figures |= measure_memory(
            options.home, products=len(shares), questions=options.questions, passages=options.passages
        )
    print_result(figures)


if __name__ == "__main__":
    run_leg(main)
