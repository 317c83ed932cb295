"""`companion ingest`: a course goes in."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.beside import check_service, show_news
from api.cli.show import AsJson

if TYPE_CHECKING:
    from knowledge.ingest import IngestReport, Target


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
    path: Annotated[Path, typer.Argument(help="folder, file or archive with lessons, in any supported format")],
    product: Annotated[str, typer.Option("--product", help="slug of the product", callback=_slug)],
    replace: Annotated[bool, typer.Option(help="put in another course than the one that is there")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="keep it as a draft that no learner sees yet")] = False,
    kind: Annotated[Kind | None, typer.Option(help="what this is [default: as product.yml says, or course]")] = None,
    title: Annotated[str | None, typer.Option(help="the product's title")] = None,
    lang: Annotated[Language | None, typer.Option(help="the product's language")] = None,
    as_json: AsJson = False,
) -> None:
    """Take lessons in, or bring a product up to date with them; only what changed is encoded.

    With --draft it waits for `companion release publish`; `companion impact` tells before what it would change.

    Example: companion ingest lessons/ --product ab-tests --title "A/B tests"
    """
    from foundation.ids import ProductSlug
    from knowledge.ingest import Target
    from knowledge.products import Collection, ProductKind

    slug = ProductSlug(product)
    if kind is Kind.CASES:
        if draft:
            raise typer.BadParameter(
                "alumni cases have no releases, so there is no draft of them", param_hint="--draft"
            )
        _take_in_cases(path, Target(slug, Collection.CASES, None, title, lang, replace), as_json=as_json)
        return
    product_kind = None if kind is None else ProductKind(kind)
    _take_in_lessons(path, Target(slug, Collection.LESSONS, product_kind, title, lang, replace, draft), as_json=as_json)


def _take_in_lessons(path: Path, target: "Target", *, as_json: bool) -> None:
    """Lessons become a release, or a draft of one."""
    from dataclasses import asdict

    from api.cli.show import print_json, progress_bars, remark
    from companion.wiring import open_house
    from foundation.settings import read_settings
    from knowledge.ingest import ingest as take_in
    from knowledge.readers import read_course
    from knowledge.recordings import keep_recordings
    from knowledge.shelf import ShelfKey

    course = read_course(path, lang=target.lang)
    with open_house(read_settings()) as house, progress_bars() as bars:
        check_service(house)
        course, recordings = keep_recordings(course, path, house.settings.home)
        report = take_in(
            course,
            target,
            database=house.database,
            encoder=house.encoder,
            clock=house.clock,
            workers=house.settings.encode_workers,
            progress=bars(target.product),
            shelf_of=house.shelves.shelf,
            recordings=recordings,
        )
        if not target.draft:
            show_news(house, ShelfKey(target.product, target.collection))
    for warning in report.warnings:
        remark(f"warning: {warning}")
    if as_json:
        print_json(asdict(report))
    else:
        print("\n".join(_report_lines(report, target.product)))


def _report_lines(report: "IngestReport", slug: str) -> list[str]:
    """What was done, for a person."""
    done = (
        f"{slug}: {report.lessons} lessons, {report.passages} passages "
        f"({report.added} new, {report.removed} gone), {report.texts} texts encoded, "
        f"{report.answer_keys} answer keys kept from learners, {len(report.warnings)} warnings, "
        f"{report.seconds:.1f} s"
    )
    hidden = [_hidden_line(report, slug)] if report.hidden else []
    return [_understood_line(report), done, *hidden, _release_line(report, slug)]


def _hidden_line(report: "IngestReport", slug: str) -> str:
    """What learners do not see, why, and how its author does."""
    told = {"staff": "for staff", "unpublished": "not published", "not_before": "opening later"}
    counted = ", ".join(f"{count} {told[why]}" for why, count in report.hidden_by.items() if count)
    return f"hidden: {report.hidden} blocks ({counted}); `companion lessons --product {slug}` shows them"


def _understood_line(report: "IngestReport") -> str:
    """What the files were taken for, and what was found in them."""
    from knowledge.readers import format_title

    counted = ", ".join(f"{count} {name}" for name, count in report.found.items())
    return f"understood as {format_title(report.format)}{f': {counted}' if counted else ''}"


def _release_line(report: "IngestReport", slug: str) -> str:
    """What became of it, and what to do next with a draft."""
    if report.release is None:
        return f"no lesson differs from what is live{', so there is no draft' if report.draft else ''}"
    if not report.draft:
        return f"release {report.release} is live"
    return (
        f"draft {report.release}: `companion impact --product {slug}` tells what it would change, "
        f"`companion release publish {report.release} --product {slug}` makes it live"
    )


def _take_in_cases(path: Path, target: "Target", *, as_json: bool) -> None:
    """Invented cases go onto the shelf; a person's are handed in, and wait for a moderator."""
    from dataclasses import asdict

    from api.cli.show import print_json, progress_bars, remark
    from companion.case_files import take_in_cases
    from companion.wiring import open_house
    from foundation.errors import Invalid
    from foundation.settings import read_settings
    from knowledge.shelf import ShelfKey

    slug = target.product
    with open_house(read_settings()) as house, progress_bars() as bars:
        check_service(house)
        report, people = take_in_cases(house, path, target, progress=bars(slug))
        if report is not None:
            show_news(house, ShelfKey(slug, target.collection))
    if report is None and not people.submitted and not people.unchanged:
        first = people.refused[0] if people.refused else {"where": path.name, "reason": "holds no case"}
        raise Invalid(f"no case could be taken in; {first['where']}: {first['reason']}")
    for warning in [] if report is None else report.warnings:
        remark(f"warning: {warning}")
    for refused in people.refused:
        remark(f"refused: {refused['where']}: {refused['reason']}")
    counted = {} if report is None else asdict(report)
    if as_json:
        print_json(counted | asdict(people))
        return
    print(
        f"{slug}: {counted.get('lessons', 0)} invented cases shown; {len(people.submitted)} cases of people handed in "
        f"for moderation, {people.unchanged} here already, {len(people.refused)} refused"
    )
    for handed in people.submitted:
        print(f"  {handed.where}: {handed.id}, withdrawal code {handed.code}")
