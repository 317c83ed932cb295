"""`companion release` for approved changes: draft them, list them, take them into the author's own files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.release import app, author_named
from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.edit_diff import FileDiff
    from knowledge.edit_states import Edit

__all__ = ["app"]

By = Annotated[str, typer.Option("--by", help="login of the author who answers for it")]


@app.command("draft")
def draft(
    proposals: Annotated[list[str], typer.Argument(metavar="PROPOSAL...", help="ids of approved proposals")],
    product: ProductOption,
    by: By,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="even if learners then read what is hidden from them now")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put approved proposals into one draft release, to look at and to publish. What is live stays as it is.

    Example: companion release draft pr-12ab pr-34cd --product ab-tests-en --by ann
    """
    from dataclasses import asdict

    from api.cli.beside import check_service
    from api.cli.show import check_product, print_json, progress_bars
    from companion.proposal_desk import draft as keep_draft
    from companion.wiring import open_house
    from foundation.errors import NotAllowed
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        check_service(house)
        author = author_named(house, product, by)
        if author is None:
            raise NotAllowed(f"{by!r} is no author of {product}; name the login of one, `companion admin` makes people")
        with progress_bars() as bars:
            made = keep_draft(house, product, proposals, by=author, reveal=reveal, progress=bars(product))
    number = made.release.number
    if as_json:
        print_json({**asdict(made.release), "proposals": made.proposals, "texts": made.texts})
        return
    print(f"draft {number} of {product} has {len(made.proposals)} changes in it; look at it and publish it:")
    print(f"  companion release show {number} --product {product}")
    print(f"  companion impact --product {product} --release {number}")
    print(f"  companion release publish {number} --product {product} --by {by}")


@app.command("edits")
def edits(product: ProductOption, as_json: AsJson = False) -> None:
    """List the approved changes that are not in the author's own files, and those that were.

    Example: companion release edits --product ab-tests-en
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.edit_states import list_edits

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        kept = list_edits(session, product)
    if as_json:
        print_json({"product": product, "edits": [asdict(edit) for edit in kept]})
        return
    for edit in kept:
        kinds = ", ".join(change.kind for change in edit.changes)
        print(f"{edit.id}  {edit.state:<10} release {edit.release}  {edit.slug}: {kinds}")
    if not kept:
        print(f"{product} shows what its files say; nothing was changed here")


@app.command("diff")
def diff(
    product: ProductOption,
    edit: Annotated[str | None, typer.Argument(help="one edit [default: all that are live]")] = None,
    files: Annotated[
        Path | None, typer.Option(exists=True, help="the author's files, to get a diff that applies to them")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print approved changes as a unified diff, of the author's own files where these are given.

    Example: companion release diff --product ab-tests-en --files course/ > edits.patch
    """
    from api.cli.show import check_product, print_json, remark
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.edit_states import find_edit, list_edits
    from knowledge.edits import EditState

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        live = {EditState.LIVE}
        chosen = [find_edit(session, product, edit)] if edit else list_edits(session, product, states=live)
        diffs = _diffs(session, product, chosen, files)
    if as_json:
        told = [{"path": each.path, "diff": each.diff, "problem": each.problem} for each in diffs]
        print_json({"product": product, "files": told})
        return
    for each in diffs:
        if each.problem:
            remark(f"{each.path}: {each.problem}")
        print(each.diff, end="")


def _diffs(session: Any, product: str, edits: "Sequence[Edit]", files: Path | None) -> "list[FileDiff]":
    from foundation.ids import ProductSlug
    from knowledge.edit_diff import diff_as_read, diff_of_files
    from knowledge.readers import course_files, read_course
    from knowledge.readers.decoding import decode
    from knowledge.readers.limits import ReadLimits

    if files is None:
        return diff_as_read(session, edits)
    with course_files(files) as tree:

        def source_of(path: str) -> str:
            return decode(tree.read(path, limit=ReadLimits().max_file_bytes), path=path)

        return diff_of_files(session, ProductSlug(product), edits, read_course(files), source_of)
