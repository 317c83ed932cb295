"""`companion feedback`: what learners said is brought in from files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from companion.wiring import House
    from feedback.import_formats import Brought
    from feedback.imports import Imported
    from foundation.ids import ProductSlug

app = typer.Typer(help="Bring in what learners said, and see what it comes to.", no_args_is_help=True)

_REFUSED_SHOWN = 20


class Kind(StrEnum):
    """What rows are that do not say it themselves."""

    COMMENT = "comment"
    STUCK = "stuck"
    SURVEY = "survey"
    FORUM = "forum"
    PRAISE = "praise"


@app.callback()
def _feedback() -> None:
    """Bring in what learners said, and see what it comes to."""


@app.command("import")
def bring(
    file: Annotated[Path, typer.Argument(help="CSV, JSON, JSON lines, or a forum's export (Moodle, Discourse)")],
    product: ProductOption,
    kind: Annotated[Kind, typer.Option(help="what rows are that do not say it")] = Kind.COMMENT,
    host: Annotated[str, typer.Option(help="the host whose learners' ids the authors are, as its token is named")] = "",
    best_rating: Annotated[int, typer.Option(min=2, max=1000, help="ratings go from 1 to this")] = 5,
    keep_unplaced: Annotated[bool, typer.Option(help="keep rows of a lesson that is not there, without one")] = False,
    one_each: Annotated[
        bool, typer.Option("--one-each", help="every row without an author is another learner's: an anonymous survey")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="tell what would become of the rows, and keep none")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring in what learners said elsewhere. Columns: text, and lesson, author, created, source, rating, kind, id.

    Personal data is taken out, authors' names are not kept. The same file again changes nothing: mend the rows that
    were refused and bring it once more.

    Example: companion feedback import survey.csv --product ab-tests --kind survey
    """
    from api.cli.show import check_product, print_json, progress_bars
    from companion.wiring import open_house
    from feedback.import_formats import read_brought
    from feedback.imports import Bringing, import_rows
    from feedback.item import ItemKind
    from foundation.ids import ProductSlug
    from foundation.settings import read_settings

    brought = read_brought(_read(file), name=file.name)
    slug = ProductSlug(product)
    how = Bringing(
        slug, kind=ItemKind(kind), host=host, best=best_rating, keeps_unplaced=keep_unplaced, one_each=one_each
    )
    with open_house(read_settings()) as house, progress_bars() as bars:
        check_product(house.database, product)
        told = import_rows(house.database, brought, how, clock=house.clock, is_dry=dry_run, progress=bars("taking in"))
        placed = 0 if dry_run else _tend(house, slug, bars("finding places"))
    if as_json:
        print_json({"product": product, "form": brought.form, "dry_run": dry_run, **_plain(told), "placed": placed})
    else:
        print("\n".join(_lines(told, brought, product, is_dry=dry_run)))


@app.command("forget")
def forget(
    author: Annotated[str, typer.Option("--author", help="the name or id, as the imported file has it")],
    product: ProductOption,
    as_json: AsJson = False,
) -> None:
    """Erase what an author of imported files said, everywhere, and see that no byte is left. Counts stay.

    A learner who is known here is erased by `companion erase`.

    Example: companion feedback forget --author "Ann Lee" --product ab-tests
    """
    from api.cli.learner import purge_in_service
    from api.cli.show import check_product, print_json
    from companion.learners import erase_author
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        erased = erase_author(house, product, author, purge=purge_in_service(house))
    if as_json:
        print_json({"product": product, "remarks": erased})
    else:
        print(f"erased: {erased} remarks; none is left")


def _read(file: Path) -> bytes:
    from foundation.errors import Invalid, NotFound

    try:
        return file.read_bytes()
    except FileNotFoundError as err:
        raise NotFound(f"there is no file {file}") from err
    except IsADirectoryError as err:
        raise Invalid(f"{file} is a folder; name a file in it") from err
    except PermissionError as err:
        raise Invalid(f"{file} may not be read by this user") from err


def _tend(house: "House", product: "ProductSlug", progress: Any) -> int:
    """Bind and group what came; a running service does that by itself."""
    from api.cli.show import remark
    from companion.tending import tend
    from foundation.errors import EncoderUnavailable, IndexUnavailable

    if not house.owns_lock():
        remark("the running service finds out where each belongs")
        return 0
    try:
        return tend(house, product, progress=progress).placed
    except (EncoderUnavailable, IndexUnavailable) as err:
        remark(f"warning: all is taken in, but where each belongs is not known yet: {err}")
        return 0


def _plain(told: "Imported") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(told)


def _lines(told: "Imported", brought: "Brought", product: str, *, is_dry: bool) -> list[str]:
    """What became of the rows, for a person."""
    would = "would be kept" if is_dry else "kept"
    counts = f"{told.kept} {would}, {told.repeated} known already, {len(told.refused)} refused"
    lines = [f"{product}: {told.rows} rows of {brought.form}: {counts}"]
    if told.left_out:
        lines.append(f"left out: {told.left_out} posts by staff or by the forum itself")
    if told.unplaced:
        lines.append(f"without a place: {told.unplaced} rows name a lesson that is not there")
    lines += [f"  line {each.line}: {each.reason}" for each in told.refused[:_REFUSED_SHOWN]]
    if len(told.refused) > _REFUSED_SHOWN:
        lines.append(f"  and {len(told.refused) - _REFUSED_SHOWN} more; --json shows them all")
    return lines
