"""`companion ingest`: a course goes in."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.show import AsJson


class Language(StrEnum):
    """What the companion speaks."""

    RU = "ru"
    EN = "en"


class Kind(StrEnum):
    """What is taken in."""

    COURSE = "course"
    AUTHOR = "author"
    TEAM = "team"
    COMMUNITY = "community"
    PLATFORM = "platform"
    CASES = "cases"


def _slug(product: str) -> str:
    from foundation.errors import Invalid
    from foundation.ids import product_slug

    try:
        return product_slug(product)
    except Invalid as err:
        raise typer.BadParameter(str(err)) from err


def ingest(
    path: Annotated[Path, typer.Argument(help="folder or file with lessons: Markdown, MDX, HTML")],
    product: Annotated[str, typer.Option("--product", help="slug of the product", callback=_slug)],
    replace: Annotated[bool, typer.Option(help="put in another course than the one that is there")] = False,
    kind: Annotated[Kind | None, typer.Option(help="what this is [default: as product.yml says, or course]")] = None,
    title: Annotated[str | None, typer.Option(help="the product's title")] = None,
    lang: Annotated[Language | None, typer.Option(help="the product's language")] = None,
    as_json: AsJson = False,
) -> None:
    """Take lessons in, or bring a product up to date with them; only what changed is encoded.

    Example: companion ingest lessons/ --product ab-tests --title "A/B tests"
    """
    from dataclasses import asdict

    from api.cli.show import print_json, progress_bars, remark
    from companion.wiring import open_house
    from foundation.ids import ProductSlug
    from foundation.settings import read_settings
    from knowledge.ingest import Target
    from knowledge.ingest import ingest as take_in
    from knowledge.products import Collection, ProductKind
    from knowledge.readers import read_course
    from knowledge.shelf import ShelfKey

    slug = ProductSlug(product)
    collection = Collection.CASES if kind is Kind.CASES else Collection.LESSONS
    product_kind = ProductKind(kind) if kind not in (None, Kind.CASES) else None
    course = read_course(path)
    with open_house(read_settings()) as house, progress_bars() as bars:
        if not house.owns_lock():
            _check_encoder(house.settings.home, house.encoder.id)
        report = take_in(
            course,
            Target(slug, collection, product_kind, title, lang, replace),
            database=house.database,
            encoder=house.encoder,
            clock=house.clock,
            workers=house.settings.encode_workers,
            progress=bars(slug),
            shelf_of=house.shelves.shelf,
        )
        if house.owns_index:
            house.shelves.shelf(ShelfKey(slug, collection))
        elif not house.owns_lock():
            _tell_service(house.settings.home, slug)
    for warning in report.warnings:
        remark(f"warning: {warning}")
    if as_json:
        print_json(asdict(report))
    else:
        print(
            f"{slug}: {report.lessons} lessons, {report.passages} passages "
            f"({report.added} new, {report.removed} gone), {report.texts} texts encoded, "
            f"{report.answer_keys} answer keys kept from learners, {len(report.warnings)} warnings, "
            f"{report.seconds:.1f} s"
        )


def _check_encoder(home: Path, encoder_id: str) -> None:
    """What another encoder takes in, a running service could not answer from."""
    from api.cli.running import check_same_encoder, find_service

    owner = find_service(home)
    if owner is not None:
        check_same_encoder(owner, encoder_id)


def _tell_service(home: Path, product: str) -> None:
    """Have a running service read the news now; it would at the next question, and until then its index lags."""
    from api.cli.running import ask_service, find_service
    from api.cli.show import remark
    from foundation.errors import CompanionError

    try:
        owner = find_service(home)
        if owner is not None:
            ask_service(owner, "refresh", product)
    except CompanionError as err:
        remark(f"warning: all is taken in, but the running service was not told: {err}")
