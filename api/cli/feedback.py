"""`companion feedback`: what learners said is brought in from files."""

import typer

app = typer.Typer(help="Bring in what learners said, and see what it comes to.", no_args_is_help=True)


@app.callback()
def _feedback() -> None:
    """Bring in what learners said, and see what it comes to."""
