"""`companion bench`: the table, the report and the picture."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Run

ROW = {"name", "measured", "unit", "limit", "ratio", "budget", "sense", "ok", "n", "note"}


def test_the_report_has_a_machine_and_rows(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "bench.svg"
    report = run("bench", "--only", "widget", "--json", "--chart", str(picture)).json()
    assert report.keys() == {"machine", "rows"}
    (row,) = report["rows"]
    assert row.keys() == ROW
    assert (row["unit"], row["limit"], row["budget"], row["ok"]) == ("kB", 20, 1, True)
    assert row["ratio"] == pytest.approx(row["measured"] / row["limit"], abs=1e-3)
    drawn = ElementTree.parse(picture).getroot()
    assert row["name"] in [node.text for node in drawn]


def test_people_get_a_table_and_a_verdict(run: Run) -> None:
    done = run("bench", "--only", "widget")
    assert done.code == 0
    assert "widget" in done.out
    assert "no row that was measured is over its budget" in done.err


def test_rows_that_are_not_there_are_wrong_use(run: Run) -> None:
    done = run("bench", "--only", "speed")
    assert done.code == 2
    assert "widget" in done.err


def test_what_could_not_be_measured_fails_with_a_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    done = run("bench", "--only", "start", "--made-home", str(tmp_path), "--json")
    assert done.code == 1
    assert done.reason() == "not measured: start; what went wrong stands above"
    assert '"not measured: the leg ended with exit code 1"' in done.out
