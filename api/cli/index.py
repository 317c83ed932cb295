"""`companion index`: the caches against the truth."""

from typing import Annotated, Any

import typer

from api.cli.show import AsJson

app = typer.Typer(help="Compare the index with the database, or fill it again from there.", no_args_is_help=True)
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


def _run(action: str, product: str | None) -> dict[str, Any]:
    from api.cli.running import ask_service, find_service
    from api.cli.show import check_product
    from companion.upkeep import rebuild_index, verify_index
    from companion.wiring import open_house
    from foundation.errors import Conflict
    from foundation.settings import read_settings

    settings = read_settings()
    with open_house(settings) as house:
        if product is not None:
            check_product(house.database, product)
        if house.owns_lock():
            return verify_index(house, product) if action == "verify" else rebuild_index(house, product)
    owner = find_service(settings.home)
    if owner is None:
        raise Conflict("another command is using the index; try again when it has ended")
    return ask_service(owner, action, product)
