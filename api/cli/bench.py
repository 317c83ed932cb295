"""`companion bench`: the budget table, measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.show import AsJson

if TYPE_CHECKING:
    from evals.bench.row import Row

_MARKS = {True: "ok", False: "OVER", None: "–"}


def _rows(names: list[str] | None) -> list[str] | None:
    from evals.bench.run import groups_named
    from foundation.errors import Invalid

    try:
        groups_named(names or [])
    except Invalid as err:
        raise typer.BadParameter(str(err)) from err
    return names


def bench(
    passages_folder: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="real course for the ingest rows [default: the samples]"),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="2,000 and 5,000 made passages instead of 20,000…100,000")] = (
        False
    ),
    only: Annotated[
        list[str] | None, typer.Option(help="only these rows: search, start, memory … (repeat)", callback=_rows)
    ] = None,
    made_home: Annotated[Path | None, typer.Option(help="keep the made home here and use it again")] = None,
    chart: Annotated[Path | None, typer.Option(dir_okay=False, help="write a picture of the table (SVG) here")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure every row of the budget table, as ratios within one run; takes a while.

    Example: companion bench --quick --only search --only start
    """
    from api.cli.show import print_json, remark
    from api.widget.bundle import join_widget
    from evals.bench.chart import draw_chart
    from evals.bench.run import FULL, QUICK, Plan, groups_named, run_bench
    from foundation.errors import CompanionError

    plan = Plan(
        sizes=QUICK if quick else FULL, folder=passages_folder, kept_home=made_home, groups=groups_named(only or [])
    )
    report = run_bench(plan, widget=join_widget, say=remark)
    if chart is not None:
        chart.write_text(draw_chart(report.rows), encoding="utf-8")
    if as_json:
        print_json(report.to_json())
    else:
        _print_table(report.rows)
    over = [row.name for row in report.rows if row.ok is False]
    remark(f"over budget: {'; '.join(over)}" if over else "no row that was measured is over its budget")
    if report.failed:
        raise CompanionError(f"not measured: {', '.join(report.failed)}; what went wrong stands above")


def _print_table(rows: "tuple[Row, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("row", "measured", "limit", "ratio", "budget", "", "n", "note")
    for row in rows:
        budget = "" if row.budget is None else f"{'≤' if row.sense == 'at most' else '≥'} {row.budget:g} ×"
        table.add_row(
            row.name,
            "" if row.measured is None else f"{row.measured:.4g} {row.unit}",
            "" if row.limit is None else f"{row.limit:.4g}",
            "" if row.ratio is None else f"{row.ratio:.3g} ×",
            budget,
            _MARKS[row.ok],
            "" if row.n is None else f"{row.n:,}",
            row.note,
        )
    Console().print(table)
