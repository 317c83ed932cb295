"""`companion eval`: measurements on evaluation sets."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.show import AsJson

app = typer.Typer(help="Measure the product on evaluation sets.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `eval` a group while it has one command."""


@app.command("retrieval")
def retrieval(
    folder: Annotated[Path, typer.Argument(help="folder with corpus.jsonl, queries.jsonl and qrels.jsonl")],
    queries: Annotated[Path | None, typer.Option(help="another set's questions over this corpus")] = None,
    split: Annotated[str | None, typer.Option(help="only questions of this split")] = None,
    within_course: Annotated[bool, typer.Option(help="each course is a product of its own")] = False,
    cache: Annotated[Path | None, typer.Option(help="where passage vectors are kept between runs")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every question of a set through the product's own search, over a throw-away home.

    Example: companion eval retrieval sets/xquad_ru --queries sets/xquad_en --json
    """
    import platformdirs

    from api.cli.show import print_json, progress_bars
    from companion.wiring import default_encoder
    from evals.cached_encoder import CachedEncoder
    from evals.retrieval import run_retrieval
    from evals.sets import read_set
    from foundation.settings import read_settings

    evaluation = read_set(folder, queries_folder=queries, split=split, within_course=within_course)
    kept = cache or Path(platformdirs.user_cache_dir("learning-companion")) / "eval-vectors.db"
    settings = read_settings()
    encoder = CachedEncoder(default_encoder(settings.home), kept)
    with progress_bars() as bars:
        figures = run_retrieval(evaluation, settings=settings, encoder=encoder, progress=bars(folder.name))
    encoder.close()
    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        print(f"{name}: {value}")
