"""`companion index`: the caches against the truth, and whose vectors they are of."""

from typing import Annotated, Any

import typer

from api.cli.show import AsJson

app = typer.Typer(
    help="Compare the index with the database, fill it again from there, or change the encoder.", no_args_is_help=True
)
_SHOWN = 20
OneProduct = Annotated[str | None, typer.Option("--product", help="only this product")]


@app.command("verify")
def verify(product: OneProduct = None, as_json: AsJson = False) -> None:
    """Exit 1 and list the differences when the index does not agree with the database.

    Example: companion index verify --product ab-tests-en
    """
    from api.cli.show import print_json

    found = _run("verify", product)
    if as_json:
        print_json(found)
    elif found["agrees"]:
        print(f"the index agrees with the database ({found['shelves']} shelves)")
    for shelf, lines in found["differences"].items() if not as_json else ():
        print(f"{shelf}: {len(lines)} differences")
        for line in lines[:_SHOWN]:
            print(f"  {line}")
    if not found["agrees"]:
        typer.echo("companion: the index differs; `companion index rebuild` fills it again", err=True)
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(product: OneProduct = None, as_json: AsJson = False) -> None:
    """Fill the index again from the database, without encoding anything.

    Example: companion index rebuild
    """
    from api.cli.show import print_json

    done = _run("rebuild", product)
    print_json(done) if as_json else print(f"{done['windows']} vectors in {done['shelves']} shelves")


@app.command("fill")
def fill(
    product: OneProduct = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="forget this encoder's vectors first: another model is behind its name")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the vectors of the configured encoder beside those that are there; a running service goes on with its own.

    Stopped anywhere, it goes on when it is run again. Afterwards start the service with the same setting.

    Example: COMPANION_ENCODER=openai:text-embedding-3-small companion index fill
    """
    from api.cli.show import check_product, print_json, progress_bars, remark
    from companion.encoders import fill_index
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        if product is not None:
            check_product(house.database, product)
        with progress_bars() as bars:
            done = fill_index(house, product, bars, anew=anew)
    if as_json:
        print_json(done)
    for filled in done["products"] if not as_json else ():
        print(f"{filled['product']}: {filled['encoded']} of {filled['texts']} texts encoded with {done['encoder']}")
    for refused in done["refused"]:
        remark(f"warning: {refused['reason']}")
    if done["refused"]:
        left = ", ".join(refused["product"] for refused in done["refused"])
        typer.echo(f"companion: not filled: {left}; the warnings say why", err=True)
        raise typer.Exit(1)


@app.command("prune")
def prune(as_json: AsJson = False) -> None:
    """Remove the vectors of every encoder but the configured one, once that one has all that is needed.

    Recordings that no course names any more go too.

    Example: companion index prune
    """
    from api.cli.show import print_json

    done = _run("prune", None)
    others = ", ".join(done["encoders"]) or "no other encoder"
    swept = f", {done['recordings']} recordings" if done["recordings"] else ""
    told = f"{done['removed']} vectors of {others}{swept} removed; {done['encoder']} stays"
    print_json(done) if as_json else print(told)


def _run(action: str, product: str | None) -> dict[str, Any]:
    from api.cli.running import ask_service, check_same_encoder, find_service
    from api.cli.show import check_product
    from companion.encoders import prune_index
    from companion.upkeep import rebuild_index, verify_index
    from companion.wiring import open_house
    from foundation.errors import Conflict
    from foundation.settings import read_settings

    settings = read_settings()
    with open_house(settings) as house:
        if product is not None:
            check_product(house.database, product)
        if house.owns_lock():
            if action == "prune":
                return prune_index(house)
            return verify_index(house, product) if action == "verify" else rebuild_index(house, product)
        encoder_id = house.encoder.id
    owner = find_service(settings.home)
    if owner is None:
        raise Conflict("another command is using the index; try again when it has ended")
    check_same_encoder(owner, encoder_id)
    return ask_service(owner, action, product)
