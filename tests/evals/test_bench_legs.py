"""Legs run as they are run by the command, each a process of its own, over as little as shows that they work.

What they find out about time is not looked at here.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.bench.rows import GROUPS
from evals.bench.run import Plan, groups_named, run_bench
from tests.cli.processes import ROOT, write_course


def leg(name: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"evals.bench.{name}", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


LESSONS = {
    f"{number:02}.md": f"# Bread number {number}\n\n"
    f"Dough number {number} rests for {number} hours and then it is baked.\n\n"
    f"## Flour\n\nRye flour number {number} takes more water than wheat flour does in the same bowl.\n"
    for number in range(1, 9)
}


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grown by the leg that comes first, and found again by the other."""
    return tmp_path_factory.mktemp("legs") / "home"


def test_search_answers_and_recall_are_measured_over_a_made_home(made_home: Path) -> None:
    found = leg("search", "--home", str(made_home), "--passages", "200", "--questions", "20")
    assert (found["passages"], found["whole"]) == (200, 200)
    assert found["recall_10"] >= 0.99
    assert sum(found["answer"]["outcomes"].values()) == 20
    assert found["answer"]["outcomes"].get("answered", 0) > 10
    assert 0 < found["search"]["cpu_ms"]["p50"] <= found["search"]["cpu_ms"]["p95"]
    assert min(found["gflops"]) > 0


def test_a_changed_lesson_has_only_its_changed_passages_encoded(tmp_path: Path) -> None:
    course = write_course(tmp_path / "bread", LESSONS)
    found = leg("ingest", "--folder", str(course), "--questions", "8")
    assert found["lessons"] == len(LESSONS)
    assert found["passages"] == found["first"]["added"] == found["passage_texts"]
    assert found["texts"] > found["passage_texts"]
    assert 0 < found["passage_encoder_s"] < found["first"]["encoder_s"] < found["first"]["whole_s"]
    assert found["second"]["encoded"] == found["second"]["added"] == 1
    assert found["second"]["unchanged"] == found["passages"] - 1
    assert found["by_clock"]["workers"] == 2
    assert found["by_clock"]["wall_s"] > 0


def test_items_are_grouped_and_single_ones_join() -> None:
    found = leg("themes", "--items", "30", "--whole", "40", "--single", "2")
    assert (found["items"], found["whole"], found["single"]) == (30, 40, 2)
    assert found["themes"] > 1
    assert found["group_s"] > 0
    assert 0 < found["join_ms"]["p50"] <= found["join_ms"]["p95"]


def test_the_stock_pipeline_takes_the_same_files(tmp_path: Path) -> None:
    course = write_course(tmp_path / "bread", LESSONS)
    found = leg("stock", "--folder", str(course), "--questions", "8")
    assert found["chunks"] == found["texts"] == len(LESSONS)
    assert found["questions"] == 8
    assert 0 < found["encoder_s"] < found["whole_s"]


def test_a_streamed_reply_comes_through_whole() -> None:
    found = leg("streaming", "--times", "1")
    assert found["chunks"]["long"] > found["chunks"]["short"] > 0
    assert found["turns"] == 2
    assert min(found["ours_us"], found["bare_us"]) > 0


def test_the_service_starts_and_its_memory_is_read(made_home: Path) -> None:
    options = ("--home", str(made_home), "--passages", "200", "--times", "1", "--questions", "2")
    found = leg("service", *options)
    assert found["passages"] == 200
    assert found["empty_s"] > 0
    assert found["ready_s"] > 0
    assert found["asked_mb"] > 50


def test_a_leg_that_fails_leaves_its_rows_without_figures_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    plan = Plan(kept_home=tmp_path, groups=groups_named(["widget", "start"]))
    report = run_bench(plan, widget=lambda: "script", say=lambda _line: None)
    assert report.failed == ("start",)
    rows = {row.name: row for row in report.rows}
    assert rows["start"].ok is None
    assert "exit code 1" in rows["start"].note
    assert rows["widget, gzipped"].ok is True


def test_every_leg_that_rows_are_made_of_can_be_run() -> None:
    known = {"encoder", "streaming", "ingest", "stock", "start", "memory", "search", "widget", "themes", "console"}
    assert {leg for group in GROUPS for leg in group.legs} == known
