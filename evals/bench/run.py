"""Runs the legs, each in its own process, and puts their figures together into the budget table."""

import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench.row import AT_MOST, Row, not_measured
from evals.bench.rows import GROUPS, Figures, Group
from foundation.errors import Invalid

FULL = (20_000, 50_000, 100_000)
QUICK = (2_000, 5_000, 5_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: `sizes` are passages of the first product, of the home when memory is read, and of the whole home.

    `folder` is a real course (None: the samples), `kept_home` a made home to use again (None: a throw-away one).
    """

    sizes: tuple[int, int, int] = FULL
    folder: Path | None = None
    kept_home: Path | None = None
    groups: tuple[Group, ...] = GROUPS
    questions: int = 200


@dataclass(frozen=True, slots=True)
class Report:
    """The machine, the table, and the legs that did not finish."""

    machine: dict[str, Any]
    rows: tuple[Row, ...]
    failed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `companion bench --json` prints it."""
        return {"machine": self.machine, "rows": [row.to_json() for row in self.rows]}


def groups_named(names: Sequence[str]) -> tuple[Group, ...]:
    """Groups of rows by name, in the table's order; all for no name. Raises Invalid listing what there is."""
    known = {group.name for group in GROUPS}
    for name in names:
        if name not in known:
            raise Invalid(f"there are no rows {name!r}; choose among {', '.join(sorted(known))}")
    return tuple(group for group in GROUPS if not names or group.name in names)


def run_bench(plan: Plan, *, widget: Callable[[], str], say: Callable[[str], None]) -> Report:
    """Measure every leg that the plan's rows need. `widget` gives the script that host pages load."""
    wanted = {leg for group in plan.groups for leg in group.legs}
    legs: dict[str, Figures] = {}
    if "widget" in wanted:
        legs["widget"] = {"gzipped": len(gzip.compress(widget().encode(), compresslevel=9, mtime=0))}
    with _home(plan.kept_home) as home:
        for name, words in _commands(plan, home).items():
            if name in wanted:
                say(f"── {name}: {' '.join(words)}")
                legs[name] = _figures_of(words)
    failed = tuple(name for name, figures in legs.items() if "failed" in figures)
    return Report(_machine(legs), tuple(_rows(plan.groups, legs)), failed)


def _commands(plan: Plan, home: Path) -> dict[str, list[str]]:
    """Every leg's module and options, in an order in which the made home only grows."""
    first, middle, whole = plan.sizes
    course = ["--folder", str(plan.folder)] if plan.folder else []
    made = ["--home", str(home), "--passages", str(first)]
    asked = ["--questions", str(plan.questions)]
    return {
        "encoder": ["encoder"],
        "streaming": ["streaming"],
        "ingest": ["ingest", *course],
        "stock": ["stock", *course],
        "themes": ["themes", "--items", str(whole // 10), "--whole", str(whole)],
        "console": ["console", "--items", str(whole)],
        "start": ["service", *made, "--what", "start"],
        "memory": ["service", *made, "--whole", str(middle), "--what", "memory"],
        "search": ["search", *made, "--whole", str(whole), *asked],
    }


def _figures_of(words: Sequence[str]) -> Figures:
    """What a leg printed, or `failed` with its exit code; its remarks go to this process's stderr."""
    module, *options = words
    # -P: nothing that happens to lie in the current folder is imported.
    command = [sys.executable, "-P", "-m", f"evals.bench.{module}", *options]
    env = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=env, text=True, check=False)
    if done.returncode != 0:
        return {"failed": f"the leg ended with exit code {done.returncode}"}
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def _rows(groups: Sequence[Group], legs: Mapping[str, Figures]) -> Iterator[Row]:
    for group in groups:
        reasons = [legs[leg]["failed"] for leg in group.legs if "failed" in legs[leg]]
        if reasons:
            yield not_measured(group.name, budget=None, sense=AT_MOST, reason="; ".join(reasons))
        else:
            yield from group.rows(legs)


def _machine(legs: Mapping[str, Figures]) -> dict[str, Any]:
    machine = {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    samples = [sample for figures in legs.values() for sample in figures.get("gflops", [])]
    if not samples:
        return machine
    low, middle, high = (round(float(rate), 1) for rate in np.percentile(samples, [5, 50, 95]))
    return {**machine, "sgemm_gflops": middle, "sgemm_gflops_p5_p95": [low, high], "samples": len(samples)}


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="companion-bench-") as folder:
        yield Path(folder) / "home"
