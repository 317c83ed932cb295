"""The budget table: what each leg's figures say about each row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from evals.bench.machine import Limits
from evals.bench.row import AT_LEAST, AT_MOST, Row, judged, not_measured

Figures = Mapping[str, Any]


def _limits(figures: Figures) -> Limits:
    """At the rate the machine had while this leg ran."""
    return Limits(median(figures["gflops"]))


def encoder_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The default encoder alone."""
    leg = legs["encoder"]
    yield judged(
        "encoder: a question of 12 tokens",
        leg["question_ms"]["p50"],
        limit=_limits(leg).question_ms,
        budget=2,
        unit="CPU ms",
        n=leg["questions"],
        note=f"p95 {leg['question_ms']['p95']}; {leg['engine']}",
    )
    yield judged(
        "encoder: a passage of 170 tokens",
        leg["passage_ms"]["p50"],
        limit=_limits(leg).passage_ms,
        budget=1,
        unit="CPU ms",
        n=leg["passages"],
        note=f"p95 {leg['passage_ms']['p95']}",
    )
    yield judged("encoder: memory", leg["resident_mb"], limit=250, budget=1, unit="MB", n=1, note="whole process")


def search_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """Search beyond encoding, in the first product of the largest home."""
    yield from _timed_rows(legs["search"], "search", {"p50": 1.5, "p95": 3.0}, "beyond encoding the question")


def answer_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """Whole answers without a model, up to the last composed piece; the question is encoded for real."""
    outcomes = ", ".join(f"{count} {name}" for name, count in legs["search"]["answer"]["outcomes"].items())
    yield from _timed_rows(legs["search"], "answer", {"p50": 4.0, "p95": 8.0}, f"encoding included; {outcomes}")


def _timed_rows(leg: Figures, name: str, budgets: Mapping[str, float], note: str) -> Iterable[Row]:
    for share, budget in budgets.items():
        yield judged(
            f"{name}: {share}",
            leg[name]["cpu_ms"][share],
            limit=_limits(leg).question_ms,
            budget=budget,
            unit="CPU ms",
            n=leg["questions"],
            note=f"{_sizes(leg)}; {note}; wall {leg[name]['wall_ms'][share]} ms",
        )


def _sizes(leg: Figures) -> str:
    return f"{leg['passages']:,} passages of {leg['whole']:,} in the home"


def recall_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The dense leg against exact search."""
    for name, leg in (("made vectors", legs.get("search")), ("real vectors", legs.get("ingest"))):
        if leg is not None:
            yield judged(
                f"dense recall@10: {name}",
                leg["recall_10"],
                limit=1,
                budget=0.99,
                sense=AT_LEAST,
                unit="",
                n=leg["questions"],
                note=f"{leg['passages']:,} passages",
            )


def ingest_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """A real course with the real encoder: taken in, and taken in again with one lesson changed."""
    leg = legs["ingest"]
    first, second = leg["first"], leg["second"]
    yield judged(
        "ingest: new text",
        first["whole_s"],
        limit=first["encoder_s"],
        budget=1.25,
        unit="CPU s",
        n=leg["texts"],
        note=f"{leg['passages']:,} passages, {leg['texts']:,} texts encoded; until it can be searched",
    )
    yield judged(
        "ingest: passages encoded after a change",
        second["encoded"],
        limit=max(second["added"], 1),
        budget=1,
        unit="passages",
        n=leg["passages"],
        note=f"{second['added']} passages changed, {second['texts']} texts",
    )
    yield judged(
        f"ingest: one lesson of {leg['lessons']} changed",
        second["whole_s"],
        limit=first["whole_s"],
        budget=0.03,
        unit="CPU s",
        n=leg["passages"],
        note=f"read {second['read_s']}, taken in {second['ingest_s']}, laid out {second['layout_s']} s",
    )


def themes_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """What was said becomes themes: much at once, and one thing more where there is ten times as much."""
    leg = legs["themes"]
    note = f"{leg['themes']:,} themes; encoding left out; all said of one place"
    yield judged("themes: grouped", leg["group_s"], limit=30, budget=1, unit="CPU s", n=leg["items"], note=note)
    yield judged(
        "themes: a new item joins",
        leg["join_ms"]["p50"],
        limit=50,
        budget=1,
        unit="CPU ms",
        n=leg["single"],
        note=f"p95 {leg['join_ms']['p95']}; among {leg['whole']:,} items; encoding left out",
    )


def console_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The console's pages where much was said, by the slowest and by the one in the middle."""
    leg = legs["console"]
    pages = sorted(leg["pages"].items(), key=lambda page: (page[1]["cpu_ms"], page[0]))
    for name, (path, spent) in (("slowest", pages[-1]), ("middle", pages[len(pages) // 2])):
        yield judged(
            f"console: the {name} page",
            spent["cpu_ms"],
            limit=200,
            budget=1,
            unit="CPU ms",
            n=leg["items"],
            note=f"{path}, of {len(pages)}; {leg['themes']:,} themes; wall {spent['wall_ms']} ms",
        )


def stock_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The stock pipeline on the same files: how many times more it costs."""
    ours, stock = legs["ingest"], legs["stock"]
    if "missing" in stock:
        for name, budget in (("stock pipeline: ingest", 8.0), ("stock pipeline: question p50", 3.0)):
            reason = f"needs {', '.join(stock['missing'])}; `make test` installs them"
            yield not_measured(name, budget=budget, sense=AT_LEAST, reason=reason)
        return
    first = ours["first"]
    yield judged(
        "stock pipeline: ingest",
        stock["whole_s"],
        limit=first["whole_s"],
        budget=8,
        sense=AT_LEAST,
        unit="CPU s",
        n=ours["passages"],
        note=f"{stock['texts']:,} chunks against our {ours['texts']:,} texts (sentences too)",
    )
    yield judged(
        "stock pipeline: ingest, by the clock",
        stock["wall_s"],
        limit=ours["by_clock"]["wall_s"],
        budget=None,
        sense=AT_LEAST,
        unit="s",
        n=ours["passages"],
        note=f"ours with its default {ours['by_clock']['workers']} threads, theirs with the one it has",
    )
    sentences_s = first["encoder_s"] - ours["passage_encoder_s"]
    yield judged(
        "stock pipeline: ingest, a chunk against a passage",
        1000 * stock["whole_s"] / stock["texts"],
        limit=1000 * (first["whole_s"] - sentences_s) / ours["passage_texts"],
        budget=None,
        sense=AT_LEAST,
        unit="CPU ms",
        n=ours["passage_texts"],
        note="our encoding of sentences left out",
    )
    yield judged(
        "stock pipeline: question p50",
        stock["question_ms"]["p50"],
        limit=ours["question_ms"]["p50"],
        budget=3,
        sense=AT_LEAST,
        unit="CPU ms",
        n=ours["questions"],
        note=f"encoding and retrieval, {ours['question_tokens']:.0f} tokens",
    )


def start_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The service until `/readyz`."""
    leg = legs["start"]
    yield judged(
        "start to /readyz",
        leg["ready_s"],
        limit=leg["empty_s"],
        budget=4,
        unit="s",
        n=leg["starts"],
        note=f"{leg['passages']:,} passages; by the clock; CPU {leg['ready_cpu_s']} against {leg['empty_cpu_s']} s",
    )


def memory_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The service after questions to every product."""
    leg = legs["memory"]
    name, budget = "memory of the service", 1.0
    if leg["asked_mb"] is None:
        yield not_measured(name, budget=budget, sense=AT_MOST, reason="this system does not tell")
        return
    note = f"{leg['passages']:,} passages, encoder included; {leg['ready_mb']} MB before the first question"
    yield judged(name, leg["asked_mb"], limit=1000, budget=budget, unit="MB", n=leg["questions"], note=note)


def streaming_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """A chat model's reply, listened to."""
    leg = legs["streaming"]
    note = f"replies of {leg['chunks']['long']} chunks less those of {leg['chunks']['short']}"
    yield judged(
        "streaming: a chunk",
        leg["ours_us"],
        limit=leg["bare_us"],
        budget=2,
        unit="CPU µs",
        n=leg["turns"],
        note=note,
    )


def widget_rows(legs: Mapping[str, Figures]) -> Iterable[Row]:
    """The script that a host page loads."""
    yield judged("widget, gzipped", legs["widget"]["gzipped"] / 1000, limit=20, budget=1, unit="kB", n=1)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are asked for together, and the legs they are made of."""

    name: str
    legs: tuple[str, ...]
    rows: Callable[[Mapping[str, Figures]], Iterable[Row]]


GROUPS = (
    Group("encoder", ("encoder",), encoder_rows),
    Group("search", ("search",), search_rows),
    Group("answer", ("search",), answer_rows),
    Group("ingest", ("ingest",), ingest_rows),
    Group("recall", ("search", "ingest"), recall_rows),
    Group("start", ("start",), start_rows),
    Group("memory", ("memory",), memory_rows),
    Group("streaming", ("streaming",), streaming_rows),
    Group("widget", ("widget",), widget_rows),
    Group("themes", ("themes",), themes_rows),
    Group("console", ("console",), console_rows),
    Group("stock", ("ingest", "stock"), stock_rows),
)
