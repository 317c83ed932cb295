"""How a leg's figures become lines of the budget table, and the table a picture."""

from xml.etree import ElementTree

import pytest

from evals.bench.chart import draw_chart, share_used
from evals.bench.row import AT_LEAST, AT_MOST, Row, judged, not_measured
from evals.bench.rows import GROUPS, console_rows, encoder_rows, stock_rows
from evals.bench.run import groups_named
from foundation.errors import Invalid

ENCODER = {
    "gflops": [90.0, 102.0, 130.0],
    "question_ms": {"p50": 4.0, "p95": 5.0},
    "passage_ms": {"p50": 152.0, "p95": 160.0},
    "questions": 56,
    "passages": 160,
    "resident_mb": 200.0,
    "engine": "E5Encoder",
}
INGEST = {
    "first": {"whole_s": 20.0, "encoder_s": 18.0},
    "by_clock": {"workers": 2, "wall_s": 12.0},
    "passage_encoder_s": 8.0,
    "passages": 100,
    "passage_texts": 100,
    "texts": 700,
    "question_ms": {"p50": 8.0},
    "question_tokens": 12.0,
    "questions": 120,
}
STOCK = {"whole_s": 90.0, "wall_s": 96.0, "texts": 150, "question_ms": {"p50": 24.0}}


def row(measured: float, *, budget: float | None = 2.0, sense: str = AT_MOST) -> Row:
    return judged("row", measured, limit=10.0, budget=budget, unit="ms", n=5, sense=sense)


def test_a_ratio_is_held_against_its_budget() -> None:
    assert (row(19.9).ok, row(20.0).ok, row(20.1).ok) == (True, True, False)
    assert row(15.0).ratio == 1.5
    assert (row(19.9, sense=AT_LEAST).ok, row(20.0, sense=AT_LEAST).ok) == (False, True)


def test_a_row_without_a_budget_is_never_over_it() -> None:
    assert row(1_000.0, budget=None).ok is None


def test_the_limit_is_the_arithmetic_at_the_median_rate_of_the_leg() -> None:
    question, passage, memory = encoder_rows({"encoder": ENCODER})
    assert question.limit == pytest.approx(5.0)
    assert question.ratio == pytest.approx(0.8)
    assert passage.limit == pytest.approx(75.98, abs=0.01)
    assert (question.ok, passage.ok, memory.ok) == (True, False, True)


def test_the_stock_pipeline_is_compared_whole_and_passage_by_passage() -> None:
    whole, by_clock, passage, question = stock_rows({"ingest": INGEST, "stock": STOCK})
    assert (whole.ratio, whole.ok) == (4.5, False)
    assert (by_clock.ratio, by_clock.ok) == (8.0, None)
    assert "2 threads" in by_clock.note
    assert passage.ratio == pytest.approx(600 / 100)
    assert passage.ok is None
    assert (question.ratio, question.ok) == (3.0, True)
    assert "150 chunks" in whole.note
    assert "700 texts" in whole.note


def test_an_installation_without_the_stock_pipeline_says_what_it_needs() -> None:
    rows = list(stock_rows({"ingest": INGEST, "stock": {"missing": ["langchain-chroma"]}}))
    assert [(one.measured, one.ok) for one in rows] == [(None, None)] * len(rows)
    assert all("langchain-chroma" in one.note for one in rows)


def test_the_console_is_judged_by_its_slowest_page() -> None:
    pages = {
        path: {"cpu_ms": spent, "wall_ms": 2 * spent} for path, spent in (("/a", 30.0), ("/b", 210.0), ("/c", 90.0))
    }
    slowest, middle = console_rows({"console": {"items": 100_000, "themes": 400, "pages": pages}})
    assert (slowest.measured, slowest.ok) == (210.0, False)
    assert (middle.measured, middle.ok) == (90.0, True)
    assert "/b" in slowest.note


def test_rows_are_asked_for_by_their_group() -> None:
    assert [group.name for group in groups_named(["widget", "search"])] == ["search", "widget"]
    assert groups_named([]) == GROUPS
    with pytest.raises(Invalid, match="encoder, ingest"):
        groups_named(["speed"])


def test_a_bar_is_as_long_as_the_share_of_its_budget() -> None:
    rows = [row(10.0), row(30.0), row(15.0, sense=AT_LEAST), not_measured("gone", budget=1, sense=AT_MOST, reason="x")]
    assert [share_used(one) for one in rows[:3]] == pytest.approx([0.5, 1.5, 4 / 3])
    drawn = ElementTree.fromstring(draw_chart(rows))
    bars = [node for node in drawn if node.tag.endswith("rect")][1:]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths == pytest.approx([100.0, 300.0, 266.7], abs=0.1)
    kept, *over = [bar.attrib["fill"] for bar in bars]
    assert kept not in over
    assert len(set(over)) == 1


def test_a_bar_that_would_leave_the_picture_ends_at_its_edge() -> None:
    drawn = ElementTree.fromstring(draw_chart([row(1e6), row(0.0, sense=AT_LEAST)]))
    bars = [node for node in drawn if node.tag.endswith("rect")][1:]
    assert {bar.attrib["width"] for bar in bars} == {"400.0"}


def test_names_are_written_as_text() -> None:
    odd = judged("a <b> & c", 1.0, limit=1.0, budget=1, unit="", n=1)
    texts = [node.text for node in ElementTree.fromstring(draw_chart([odd])) if node.tag.endswith("text")]
    assert "a <b> & c" in texts
