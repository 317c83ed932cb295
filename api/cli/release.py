"""`companion release`: what learners see, what they will, and what they saw before."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.beside import check_service, show_news
from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from companion.wiring import House
    from foundation.ids import PersonId
    from knowledge.changelog import Changes
    from knowledge.put_live import PutLive

app = typer.Typer(help="Show, publish, roll back and discard a product's releases.", no_args_is_help=True)

_ALL = 1_000_000

Number = Annotated[int | None, typer.Argument(min=1, help="number of the release")]
Note = Annotated[str, typer.Option(help="a line for learners in the changelog")]
Who = Annotated[str, typer.Option("--by", help="who answers for it, an author's login or any name; not for learners")]


@app.command("list")
def list_them(product: ProductOption, as_json: AsJson = False) -> None:
    """Show all releases, newest first, and the drafts among them.

    Example: companion release list --product ab-tests-en
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.releases import list_releases, live_release

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        releases, live = list_releases(session, product), live_release(session, product)
    if as_json:
        print_json({"live": live.number if live else None, "releases": [asdict(release) for release in releases]})
        return
    for release in releases:
        at = release.published or release.created
        state = "live" if live and release.number == live.number else release.state
        about = [f"{release.lessons} lessons", *([f"brings back {release.restores}"] if release.restores else [])]
        about += [f"by {release.who}"] if release.who else []
        print(f"{release.number:>4}  {state:<10} {at:%Y-%m-%d %H:%M}  {', '.join(about)}  {release.note}".rstrip())
    if not releases:
        print(f"no releases yet: companion ingest PATH --product {product}")


@app.command()
def show(product: ProductOption, number: Number = None, as_json: AsJson = False) -> None:
    """Show a release, the live one unless named, and what learners read about it; of a draft, what they would.

    Example: companion release show 3 --product ab-tests-en
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.errors import NotFound
    from foundation.settings import read_settings
    from knowledge.changelog import changes_of
    from knowledge.releases import find_release, live_release

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        release = live_release(session, product) if number is None else find_release(session, product, number)
        if release is None:
            raise NotFound(f"{product} has no release yet; `companion ingest PATH --product {product}` makes the first")
        changes = changes_of(session, release, now=utc_now())
    if as_json:
        print_json({**asdict(release), "changes": asdict(changes)})
        return
    base = f", made from release {release.base}" if release.base else ""
    print(f"release {release.number} of {product}: {release.state}{base}, {release.lessons} lessons")
    _print_changes(changes)


@app.command()
def changelog(
    product: ProductOption,
    lang: Annotated[str | None, typer.Option(help="ru or en [default: the product's]")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what learners read about the releases, as Markdown.

    Example: companion release changelog --product ab-tests-en > CHANGES.md
    """
    from api.cli.show import check_product, print_json
    from api.pages.changes import changelog_markdown, tell_entries
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.changelog import read_changelog
    from knowledge.products import find_product

    if lang not in (None, "ru", "en"):
        raise typer.BadParameter("must be ru or en", param_hint="--lang")
    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        found = find_product(session, product)
        entries = tell_entries(session, found, read_changelog(session, product, now=utc_now(), count=_ALL))
    if as_json:
        print_json({"product": product, "releases": entries})
    else:
        print(changelog_markdown(found, entries, lang="ru" if (lang or found.lang) == "ru" else "en"), end="")


@app.command()
def publish(
    product: ProductOption, number: Number = None, note: Note = "", who: Who = "", as_json: AsJson = False
) -> None:
    """Make a draft live, the only one unless named; one with approved changes in it is published by an author's login.

    Example: companion release publish 4 --product ab-tests-en --note "Lesson 6 explains the formula step by step"
    """
    from companion.proposal_desk import publish as put_live

    def go(house: "House", progress: Any) -> "PutLive":
        by = author_named(house, product, who)
        return put_live(house, product, number, by=by, note=note, who=who, progress=progress)

    _put_live(product, go, as_json=as_json)


@app.command()
def rollback(
    product: ProductOption,
    number: Number = None,
    note: Note = "",
    who: Who = "",
    reveal: Annotated[
        bool, typer.Option("--reveal", help="even if learners then see again what is hidden from them now")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an earlier release live again, the one before unless named; nothing is lost, it becomes a new release.

    Example: companion release rollback 2 --product ab-tests-en --note "Lesson 6 as it was"
    """
    from companion.proposal_desk import roll_back

    def go(house: "House", progress: Any) -> "PutLive":
        by = author_named(house, product, who)
        return roll_back(house, product, number, by=by, note=note, who=who, reveal=reveal, progress=progress)

    _put_live(product, go, as_json=as_json)


@app.command()
def discard(
    product: ProductOption,
    number: Annotated[int, typer.Argument(min=1, help="number of the draft")],
    as_json: AsJson = False,
) -> None:
    """Give a draft up. What is live stays as it is.

    Example: companion release discard 4 --product ab-tests-en
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json
    from feedback.release_proposals import discard_release
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.ids import ProductSlug
    from foundation.settings import read_settings

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.write() as session:
        release = discard_release(session, ProductSlug(product), number, by=None, now=utc_now())
    if as_json:
        print_json(asdict(release))
    else:
        print(f"draft {release.number} of {product} is discarded")


def _put_live(product: str, go: Any, *, as_json: bool) -> None:
    """Carry out and tell; a running service is told as well."""
    from dataclasses import asdict

    from api.cli.show import check_product, print_json, progress_bars
    from companion.wiring import open_house
    from foundation.ids import ProductSlug
    from foundation.settings import read_settings
    from knowledge.changelog import changes_of
    from knowledge.products import Collection
    from knowledge.shelf import ShelfKey

    slug = ProductSlug(product)
    with open_house(read_settings()) as house:
        check_product(house.database, slug)
        check_service(house)
        with progress_bars() as bars:
            put: PutLive = go(house, bars(slug))
        with house.database.read() as session:
            changes = changes_of(session, put.release, now=house.clock())
        show_news(house, ShelfKey(slug, Collection.LESSONS))
    if as_json:
        print_json({**asdict(put.release), "texts": put.texts, "changes": asdict(changes)})
        return
    brought = f" and shows what release {put.release.restores} did" if put.release.restores else ""
    print(f"release {put.release.number} of {product} is live{brought}: {put.release.lessons} lessons")
    _print_changes(changes)


def author_named(house: "House", product: str, who: str) -> "PersonId | None":
    """The author of a product whose login this is; None where it is anything else."""
    from feedback.decide import DECIDERS
    from learning.accounts import find_account
    from learning.roles import may, roles_in

    with house.database.read() as session:
        account = find_account(session, who) if who.strip() else None
        is_author = account is not None and may(roles_in(session, account.person, product), DECIDERS)
    return account.person if account is not None and is_author else None


def _print_changes(changes: "Changes") -> None:
    """For the author; learners get the changelog."""
    for name in ("new", "changed", "moved", "removed"):
        for lesson in getattr(changes, name):
            sections = [f"{each.heading or 'above the first heading'} ({each.change})" for each in lesson.sections]
            sections += [f"{lesson.unnamed} more"] if lesson.unnamed else []
            print(f"  {name:<8} {lesson.title}{': ' if sections else ''}{', '.join(sections)}")
    if not changes:
        print("  nothing that learners see changed")
