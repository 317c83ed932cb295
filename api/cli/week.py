"""`companion feedback` for what it comes to: themes with their figures, the author's week, and counting that again."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.proposals import app
from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from feedback.check_report import Checked
    from foundation.database import Database
    from foundation.settings import Settings
    from knowledge.language import Lang

__all__ = ["app"]

_MOST_DIFFERENCES = 20
Days = Annotated[int, typer.Option(min=1, max=3650, help="how many days it is of")]
Language = Annotated[str | None, typer.Option(help="ru or en [default: as chosen in the console, else the product's]")]


@app.command("themes")
def themes(
    product: ProductOption,
    since: Annotated[str | None, typer.Option(help="only what was said from this day on, like 2026-03-05")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what learners speak of: how many, how surely, whether it grows, and in their words.

    What fewer learners speak of than the floor is only counted.

    Example: companion feedback themes --product ab-tests-en --since 2026-03-01
    """
    from api.cli.show import check_product, print_json
    from feedback.figures import figures_of
    from feedback.plain_figures import plain_figures
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings

    begin = _day(since)
    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        told = plain_figures(figures_of(session, product, since=begin, now=utc_now()))
    if as_json:
        print_json(told)
        return
    for theme in (*told["themes"], *told["gaps"]):
        print("\n".join(_theme_lines(theme)))
    if not told["themes"] and not told["gaps"]:
        print(f"{product}: nothing that {told['floor']} or more learners speak of")
    if told["hidden"]:
        print(f"not shown: {told['hidden']} of fewer than {told['floor']} learners")


@app.command("summary")
def summary(
    product: ProductOption,
    days: Days = 7,
    lang: Language = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="print Markdown")] = False,
    mail: Annotated[bool, typer.Option("--mail", help="mail it; print the mail where no mail server is set")] = False,
    to: Annotated[
        list[str] | None, typer.Option(help="address to mail to [default: those chosen in the console]")
    ] = None,
    prose: Annotated[bool, typer.Option("--prose", help="let the chat model say it in a few sentences first")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the author's week: what hurts most and where, what is new, what got better, and what waits.

    Example: companion feedback summary --product ab-tests-en --markdown > week.md
    """
    from api.cli.show import check_product, print_json
    from companion.author_week import author_week
    from feedback.week_text import MARKDOWN, PLAIN, week_text
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings

    if markdown + mail + as_json > 1:
        raise typer.BadParameter("choose one of --markdown, --mail and --json")
    settings = read_settings()
    database = open_database(settings.home)
    check_product(database, product)
    spoken = _language(database, product, lang)
    week = author_week(database, product, clock=utc_now, days=days)
    said = _prose(settings, week, lang=spoken) if prose else []
    if as_json:
        print_json({**week, "prose": said} if prose else week)
    elif mail:
        _mail(database, settings, week, lang=spoken, prose=said, to=to or [])
    else:
        print(week_text(week, lang=spoken, style=MARKDOWN if markdown else PLAIN, prose=said), end="")


@app.command("check")
def check(
    product: ProductOption,
    report: Annotated[
        Path | None, typer.Argument(help="a summary as JSON, - for standard input [default: one made now]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count every number of a summary again from the rows; exit 1 where one differs.

    Example: companion feedback summary --product ab-tests-en --json | companion feedback check - --product ab-tests-en
    """
    from api.cli.show import check_product, print_json
    from companion.author_week import author_week, check_week
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.errors import Conflict, Invalid
    from foundation.settings import read_settings

    document = None if report is None else _read(report)
    database = open_database(read_settings().home)
    check_product(database, product)
    week = author_week(database, product, clock=utc_now) if document is None else document
    if week.get("product") != product:
        raise Invalid(f"this is no summary of {product}")
    checked = check_week(database, week)
    if as_json:
        print_json(_plain(checked))
    else:
        print(f"{product}: {checked.numbers} numbers and {checked.quotes} quotes looked at")
        for found in checked.differences[:_MOST_DIFFERENCES]:
            print(f"  {found.path}: {found.told!r} is told, {found.counted!r} is what the rows say")
    if checked.differences:
        raise Conflict(f"{len(checked.differences)} differ from the rows; make the summary anew, or look into why")


def _day(text: str | None) -> datetime | None:
    from datetime import UTC

    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text)
    except ValueError as err:
        raise typer.BadParameter("write a day like 2026-03-05", param_hint="--since") from err
    return day if day.tzinfo else day.replace(tzinfo=UTC)


def _language(database: "Database", product: str, lang: str | None) -> "Lang":
    from companion.author_week import week_language

    if lang not in (None, "ru", "en"):
        raise typer.BadParameter("must be ru or en", param_hint="--lang")
    if lang is not None:
        return "ru" if lang == "ru" else "en"
    with database.read() as session:
        return week_language(session, product)


def _prose(settings: "Settings", week: dict[str, Any], *, lang: "Lang") -> list[str]:
    """The model's sentences as one paragraph; nothing, and why, where it failed or said a number of its own."""
    import anyio

    from api.cli.show import remark
    from companion.author_week import week_prose
    from companion.wiring import open_house
    from foundation.errors import ModelUnavailable

    try:
        with open_house(settings) as house:
            told = anyio.run(lambda: week_prose(house, week, lang=lang))
    except ModelUnavailable as err:
        remark(f"without prose: {err}")
        return []
    if told.rejected:
        remark(f"without prose: what the model wrote was rejected, {told.rejected}")
    return [" ".join(told.sentences)] if told.sentences else []


def _mail(
    database: "Database",
    settings: "Settings",
    week: dict[str, Any],
    *,
    lang: "Lang",
    prose: list[str],
    to: list[str],
) -> None:
    """Send the week, or print the mail where there is no server to send it by."""
    from api.cli.show import remark
    from companion.mail import send_mail, sender_of, sends_mail
    from feedback.settings import checked_addresses, loop_settings
    from feedback.week_mail import week_mail
    from foundation.errors import Invalid

    with database.read() as session:
        addresses = checked_addresses(to) or loop_settings(session, week["product"]).mail_to
    if not sends_mail(settings):
        remark("no mail server is set (COMPANION_SMTP_HOST); this is the mail")
        mail = week_mail(week, lang=lang, sender=settings.smtp_from or "companion@localhost", to=addresses, prose=prose)
        print(f"Subject: {mail['Subject']}\nTo: {mail['To']}\n\n{mail.get_content()}", end="")
        return
    if not addresses:
        raise Invalid("there is nobody to mail to; name an address with --to, or choose some in the console's settings")
    send_mail(settings, week_mail(week, lang=lang, sender=sender_of(settings), to=addresses, prose=prose))
    print(f"mailed to {len(addresses)}")


def _read(report: Path) -> dict[str, Any]:
    import json

    from foundation.errors import Invalid, NotFound

    try:
        text = sys.stdin.read() if str(report) == "-" else report.read_text(encoding="utf-8")
        told = json.loads(text)
    except FileNotFoundError as err:
        raise NotFound(f"there is no file {report}") from err
    except (OSError, ValueError, RecursionError) as err:
        raise Invalid(f"{report} cannot be read as JSON; `companion feedback summary --json` writes it") from err
    if not isinstance(told, dict):
        raise Invalid(f"{report} holds no summary; `companion feedback summary --json` writes one")
    return told


def _plain(checked: "Checked") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(checked)


def _theme_lines(theme: dict[str, Any]) -> list[str]:
    low, high = theme["interval"]
    where = f"{theme['lesson']}#{theme['anchor']}" if theme["lesson"] else "the whole course"
    counts = f"{theme['learners']} of {theme['active']} learners ({theme['share']:.0%}, {low:.0%} to {high:.0%})"
    trend = {"up": ", more than before", "down": ", fewer than before"}.get(theme["trend"]["direction"], "")
    head = f"{theme['kind']}: {theme['label']}  [{theme['id']}]"
    return [
        head,
        f"  {where}: {counts}{trend}",
        *(f"  « {quote['text']} »  {quote['item']}" for quote in theme["quotes"]),
    ]
