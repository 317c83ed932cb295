"""`companion eval`: measurements on evaluation sets."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption

app = typer.Typer(help="Measure the product on evaluation sets.", no_args_is_help=True)


Queries = Annotated[Path | None, typer.Option(help="another set's questions over this corpus")]
Split = Annotated[str | None, typer.Option(help="only questions of this split")]
WithinCourse = Annotated[bool, typer.Option(help="each course is a product of its own")]
Cache = Annotated[Path | None, typer.Option(help="where passage vectors are kept between runs")]


@app.command("retrieval")
def retrieval(
    folder: Annotated[Path, typer.Argument(help="folder with corpus.jsonl, queries.jsonl and qrels.jsonl")],
    queries: Queries = None,
    split: Split = None,
    within_course: WithinCourse = False,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask every question of a set through the product's own search, over a throw-away home.

    Example: companion eval retrieval sets/xquad_ru --queries sets/xquad_en --json
    """
    from evals.retrieval import run_retrieval
    from evals.sets import read_set

    evaluation = read_set(folder, queries_folder=queries, split=split, within_course=within_course)
    _show(_measured(run_retrieval, evaluation, name=folder.name, cache=cache), as_json=as_json)


@app.command("answers")
def answers(
    folder: Annotated[Path, typer.Argument(help="folder with corpus.jsonl, qrels.jsonl and questions with answers")],
    queries: Queries = None,
    split: Split = None,
    within_course: WithinCourse = False,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask every question that carries an answer and see whether the reply, made without a model, holds it.

    Example: companion eval answers sets/xquad_ru --json
    """
    from evals.answers import run_answers
    from evals.sets import read_set

    evaluation = read_set(folder, queries_folder=queries, split=split, within_course=within_course)
    _show(_measured(run_answers, evaluation, name=folder.name, cache=cache), as_json=as_json)


@app.command("abstain")
def abstain(
    folder: Annotated[Path, typer.Argument(help="folder with corpus.jsonl, queries.jsonl and qrels.jsonl")],
    queries: Queries = None,
    unanswerable: Annotated[Path | None, typer.Option(help="a set whose questions this corpus does not answer")] = None,
    drop_half: Annotated[bool, typer.Option("--drop-half", help="leave half the documents out")] = False,
    split: Split = None,
    within_course: WithinCourse = False,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask questions that a corpus answers and questions that it does not, and see which of them are declined.

    Example: companion eval abstain sets/xquad_ru --drop-half --json
    """
    from functools import partial

    from evals.abstain import run_abstain
    from evals.sets import read_set, read_unanswerable

    asked = queries or folder
    evaluation = read_set(folder, queries_folder=queries, split=split, within_course=within_course)
    read = partial(read_unanswerable, evaluation=evaluation, split=split, within_course=within_course)
    others = read(asked, strangers=False) + (read(unanswerable, strangers=True) if unanswerable else ())
    run = partial(run_abstain, unanswerable=others, drop_half=drop_half)
    _show(_measured(run, evaluation, name=folder.name, cache=cache), as_json=as_json)


@app.command("shaped")
def shaped(
    split: Annotated[str | None, typer.Option(help="only questions of this split: dev or held-out")] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask the sample course what learners ask, in full and as they type it: short, misspelt, in the wrong layout.

    Example: companion eval shaped --split dev --json
    """
    from evals.shaped import SPLITS, run_shaped, shaped_lines

    if split is not None and split not in SPLITS:
        raise typer.BadParameter(f"there is no split {split!r}; say {' or '.join(SPLITS)}", param_hint="--split")
    figures = _measured(run_shaped, (split,) if split else SPLITS, name="ab-tests", cache=cache)
    if as_json:
        _show(figures, as_json=True)
        return
    for line in shaped_lines(figures):
        print(line)


@app.command("dialogues")
def dialogues(
    split: Annotated[str | None, typer.Option(help="only dialogues of this split: dev or held-out")] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask the sample courses in dialogues: follow-up questions alone, with what they lean on, and written out in full.

    Example: companion eval dialogues --split held-out --json
    """
    from evals.dialogues import dialogue_lines, run_dialogues
    from evals.shaped import SPLITS

    if split is not None and split not in SPLITS:
        raise typer.BadParameter(f"there is no split {split!r}; say {' or '.join(SPLITS)}", param_hint="--split")
    figures = _measured(run_dialogues, (split,) if split else SPLITS, name="dialogues", cache=cache)
    if as_json:
        _show(figures, as_json=True)
        return
    for line in dialogue_lines(figures):
        print(line)


@app.command("intents")
def intents(
    split: Annotated[str | None, typer.Option(help="only messages of this split: dev or held-out")] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """See whether messages are taken for what they are, and ordinary questions for nothing else.

    Example: companion eval intents --split held-out --json
    """
    from evals.intents import intent_lines, run_intents
    from evals.shaped import SPLITS

    if split is not None and split not in SPLITS:
        raise typer.BadParameter(f"there is no split {split!r}; say {' or '.join(SPLITS)}", param_hint="--split")
    figures = _measured(run_intents, (split,) if split else SPLITS, name="intents", cache=cache)
    if as_json:
        _show(figures, as_json=True)
        return
    for line in intent_lines(figures):
        print(line)


@app.command("here")
def here(
    split: Annotated[str | None, typer.Option(help="only questions of this split: dev or held-out")] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask questions that point at the open lesson, and others, with that lesson open, another one, and none.

    Example: companion eval here --split held-out --json
    """
    from evals.here import here_lines, run_here
    from evals.shaped import SPLITS

    if split is not None and split not in SPLITS:
        raise typer.BadParameter(f"there is no split {split!r}; say {' or '.join(SPLITS)}", param_hint="--split")
    figures = _measured(run_here, (split,) if split else SPLITS, name="here", cache=cache)
    if as_json:
        _show(figures, as_json=True)
        return
    for line in here_lines(figures):
        print(line)


@app.command("cases")
def cases(
    split: Annotated[str | None, typer.Option(help="only messages of this split: dev or held-out")] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask the sample course's cases what learners who are stuck write, and see whether the right one is found.

    Example: companion eval cases --split held-out --json
    """
    from evals.cases import run_cases
    from evals.shaped import SPLITS

    if split is not None and split not in SPLITS:
        raise typer.BadParameter(f"there is no split {split!r}; say {' or '.join(SPLITS)}", param_hint="--split")
    figures = _measured(run_cases, (split,) if split else SPLITS, name="cases", cache=cache)
    _show(figures, as_json=as_json)


@app.command("claims")
def claims(
    split: Annotated[str | None, typer.Option(help="only claims of this split: dev or held-out")] = None,
    as_json: AsJson = False,
) -> None:
    """Send false claims on true quotes, and true ones, through what a model's reply goes through.

    Example: companion eval claims --split held-out --json
    """
    from evals.claims import SPLITS, claim_lines, run_claims

    if split is not None and split not in SPLITS:
        raise typer.BadParameter(f"there is no split {split!r}; say {' or '.join(SPLITS)}", param_hint="--split")
    figures = run_claims((split,) if split else SPLITS)
    if as_json:
        _show(figures, as_json=True)
        return
    for line in claim_lines(figures):
        print(line)


@app.command("themes")
def themes(
    folder: Annotated[Path, typer.Argument(help="folder with opinion_items.jsonl or items.jsonl")],
    split: Annotated[str | None, typer.Option(help="only items of this split")] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Take opinions in as feedback and compare the themes that are found with the categories people gave them.

    Example: companion eval themes sets/edurabsa --json
    """
    from evals.themes import read_opinions, run_themes

    opinions = read_opinions(folder, split=split)
    _show(_measured(run_themes, opinions, name=folder.name, cache=cache), as_json=as_json)


@app.command("decisions")
def decisions(product: ProductOption, as_json: AsJson = False) -> None:
    """Draft every decided proposal again by today's rules, and compare with what its author made of it.

    Example: companion eval decisions --product ab-tests
    """
    from api.cli.show import check_product
    from companion.wiring import open_house
    from evals.decisions import run_decisions
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        figures = run_decisions(house, product)
    _show(figures, as_json=as_json)


@app.command("safety")
def safety(
    folder: Annotated[Path | None, typer.Argument(help="folder with items.jsonl: `text` and `kind` a line")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="so many attacks, every kind by its share")] = None,
    seed: Annotated[int, typer.Option(help="which sample, and which styles the model tries")] = 0,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Attack the assistant through a model that obeys everybody, and count the harm; by default with our own set.

    Example: companion eval safety sets/injection --sample 40 --json
    """
    from functools import partial

    from evals.attack_sets import OWN_ATTACKS, read_attacks
    from evals.safety import run_safety

    attacks = read_attacks(folder or OWN_ATTACKS, sample=sample, seed=seed)
    run = partial(run_safety, seed=seed)
    _show(_measured(run, attacks, name="attacks", cache=cache), as_json=as_json)


@app.command("tutor")
def tutor(
    sample: Annotated[int | None, typer.Option(min=1, help="so many dialogues a language, by a seed")] = None,
    without_model: Annotated[bool, typer.Option("--without-model", help="leave the worst-case models out")] = False,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Press for the answers of exercises and count what leaks; ask honestly for help; notice made-up learners' trouble.

    Example: companion eval tutor --sample 10 --json
    """
    from functools import partial

    from evals.noticing import measure_noticing
    from evals.tutor import ARMS, run_tutor, tutor_lines

    run = partial(run_tutor, sample=sample)
    figures = _measured(run, ARMS[:1] if without_model else ARMS, name="ab-tests", cache=cache)
    noticing = measure_noticing(sensitivity=False)
    if as_json:
        _show({**figures, "noticing": noticing}, as_json=True)
        return
    for line in tutor_lines(figures):
        print(line)
    _show({f"noticing, {name}": value for name, value in noticing.items()}, as_json=False)


@app.command("loop")
def loop(
    seeds: Annotated[int, typer.Option(min=1, max=100, help="so many cohorts for each course")] = 2,
    effects: Annotated[int, typer.Option(min=4, help="so many releases of each sort")] = 80,
    privacy: Annotated[int, typer.Option(min=0, max=1000, help="attack with planted messages so many times")] = 0,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Plant defects in courses and see whether what made-up learners say leads to them; try releases on others.

    What is assumed of courses and learners: docs/design/loop-proof.md. Two seeds take some ten minutes.

    Example: companion eval loop --seeds 1 --effects 100 --json
    """
    from evals.feedback_privacy import run_feedback_privacy
    from evals.loop import HELD_OUT, loop_lines, run_loop
    from evals.loop_effects import run_effects

    first = HELD_OUT[0]
    figures: dict[str, Any] = {
        "found": _measured(run_loop, range(first, first + seeds), name="courses", cache=cache),
        "effects": run_effects(runs=effects),
    }
    if privacy:
        figures["privacy"] = _measured(run_feedback_privacy, range(privacy), name="attacks", cache=cache)
    if as_json:
        _show(figures, as_json=True)
        return
    for line in loop_lines(figures):
        print(line)


def _measured(
    run: Callable[..., dict[str, Any]], evaluation: object, *, name: str, cache: Path | None
) -> dict[str, Any]:
    import platformdirs

    from api.cli.show import progress_bars
    from companion.wiring import default_encoder
    from evals.cached_encoder import CachedEncoder
    from foundation.settings import read_settings

    settings = read_settings()
    kept = cache or Path(platformdirs.user_cache_dir("learning-companion")) / "eval-vectors.db"
    encoder = CachedEncoder(default_encoder(settings.home), kept)
    try:
        with progress_bars() as bars:
            return run(evaluation, settings=settings, encoder=encoder, progress=bars(name))
    finally:
        encoder.close()


def _show(figures: dict[str, Any], *, as_json: bool) -> None:
    from api.cli.show import print_json

    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        print(f"{name}: {value}")
