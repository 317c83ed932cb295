"""How commands talk: results on stdout, progress and remarks on stderr."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from knowledge.vectors import Progress

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
ProductOption = Annotated[str, typer.Option("--product", help="slug of the product")]


def check_product(database: Any, slug: str) -> None:
    """Raises NotFound with the command that lists the products there are."""
    from foundation.errors import NotFound
    from knowledge.products import find_product

    try:
        with database.read() as session:
            find_product(session, slug)
    except NotFound as err:
        raise NotFound(f"{err}; `companion product list` shows those there are") from err


def print_json(value: Any) -> None:
    """One JSON object on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def remark(text: str) -> None:
    """A line for the person at the terminal."""
    print(text, file=sys.stderr)


@contextmanager
def progress_bars() -> Iterator[Callable[[str], Progress]]:
    """Bars with rate and remaining time on stderr; `bars(name)` starts one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Bars(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bars:

        def start(name: str) -> Progress:
            task = bars.add_task(name, total=None, rate="")

            def tell(done: int, total: int) -> None:
                speed = bars.tasks[task].speed
                # An ingest that has nothing to encode is complete, not at 0 of 0.
                bars.update(
                    task, completed=done or (not total), total=total or 1, rate=f"{speed:.1f}/s" if speed else ""
                )

            return tell

        yield start
