"""`companion`: the command line. Commands import what they need when they run, so that help is instant."""

import errno
import os
import sys
from typing import NoReturn

import typer

from api.cli import (
    admin,
    ask,
    bench,
    case,
    doctor,
    evaluate,
    explain,
    figures,
    grouping,
    impact,
    index,
    ingest,
    learner,
    lessons,
    products,
    release_edits,
    search,
    token,
    up,
)
from companion.logs import place_of
from foundation.errors import CompanionError

_INTERRUPTED = 130  # what the command parser makes of Ctrl-C

app = typer.Typer(
    name="companion",
    help="A learning companion beside any course platform: cited answers, honest declines.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(up.up)
app.command("ingest")(ingest.ingest)
app.command("search")(search.search)
app.command("ask")(ask.ask)
app.command("explain")(explain.explain)
app.command("lessons")(lessons.lessons)
app.add_typer(products.app, name="product")
app.add_typer(release_edits.app, name="release")
app.command("impact")(impact.impact)
app.add_typer(case.app, name="case")
app.add_typer(admin.app, name="admin")
app.add_typer(token.app, name="token")
app.add_typer(index.app, name="index")
app.command("figures")(figures.figures)
app.add_typer(grouping.app, name="feedback")
app.command("export")(learner.export)
app.command("erase")(learner.erase)
app.command("doctor")(doctor.doctor)
app.add_typer(evaluate.app, name="eval")
app.command("bench")(bench.bench)


def main() -> NoReturn:
    """Run a command: exit 0 on success, 2 on wrong use, 1 on failure with one line that says what to do."""
    try:
        app()
    except CompanionError as err:
        _fail(str(err))
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            _fail("stopped; nothing is lost, run the same command again to go on")
        raise
    except Exception as err:
        if isinstance(err, OSError) and err.errno in (errno.ENOSPC, errno.EDQUOT):
            _fail("the disk is full; free some space and run the same command again, nothing that was kept is lost")
        if os.environ.get("COMPANION_LOG_LEVEL", "").lower() == "debug":
            raise
        # Not a traceback: its last line may quote what a learner wrote.
        _fail(f"something broke: {type(err).__name__} at {place_of(err)}; COMPANION_LOG_LEVEL=debug shows all of it")
    sys.exit(0)


def _fail(reason: str) -> NoReturn:
    print(f"companion: {' '.join(reason.split())}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
