"""`companion case`: alumni cases from their authors to readers, and back on request."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from companion.cases import Decided, Purge
    from companion.wiring import House

app = typer.Typer(help="Take alumni cases in, decide on them, find them, withdraw them.", no_args_is_help=True)
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="id of the case, as `companion case list` shows it")]
By = Annotated[str, typer.Option("--by", help="name of the moderator who decides")]


@app.command("import")
def import_them(
    path: Annotated[Path, typer.Argument(help="CSV or Markdown file, or a folder of them")],
    product: ProductOption,
    as_json: AsJson = False,
) -> None:
    """Hand in cases from files; each waits for a moderator. What is refused is told with its row, the others land.

    Columns: stuck, did, changed, lesson or block, consent_as (anonymous, named), consent_where (stuck, everyone),
    consent_date; if known title, skill, date, employer, employer_agreed, sector, link, name, person.

    Example: companion case import cases.csv --product ab-tests-en
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json, remark
    from companion.case_files import import_cases
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        imported = import_cases(house, path, product)
    for refused in imported.refused:
        remark(f"refused: {refused['where']}: {refused['reason']}")
    if as_json:
        print_json(asdict(imported))
    else:
        counted = f"{len(imported.submitted)} handed in, {imported.unchanged} here already"
        print(f"{product}: {counted}, {len(imported.refused)} refused")
        for kept in imported.submitted:
            print(f"  {kept.where}: {kept.id}, withdrawal code {kept.code}")
            for seen in kept.remarks:
                print(f"    look at: {seen}")
    if imported.refused and not imported.submitted and not imported.unchanged:
        raise typer.Exit(1)


@app.command("list")
def list_them(
    product: ProductOption,
    state: Annotated[
        str | None, typer.Option(help="only these: submitted, checked, approved, returned, withdrawn")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a product's cases and where each stands.

    Example: companion case list --product ab-tests-en --state submitted
    """
    from api.cli.show import check_product, print_json
    from companion.case_desk import list_for_moderators
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.cases.case import CaseState

    if state is not None and state not in set(CaseState):
        raise typer.BadParameter(f"there is no state {state!r}; say {', '.join(CaseState)}", param_hint="--state")
    settings = read_settings()
    database = open_database(settings.home)
    check_product(database, product)
    cases = list_for_moderators(database, product, k=settings.case_k, state=CaseState(state) if state else None)
    if as_json:
        print_json({"cases": cases})
        return
    for case in cases:
        print(f"{case['id']}  {case['state']}, shown: {case['shown'] or 'no'}  {case['title']}")
        if case["hidden_because"]:
            print(f"  hidden: {case['hidden_because']}")
    if not cases:
        print("no cases: companion case import FILE --product SLUG")


@app.command("show")
def show(case: CaseId, product: ProductOption, as_json: AsJson = False) -> None:
    """Show one case, what a moderator should look at in it, and everything that happened to it.

    Example: companion case show case-0123456789ab --product ab-tests-en
    """
    from api.cli.show import check_product, print_json
    from companion.case_desk import show_to_moderators
    from foundation.database import open_database
    from foundation.settings import read_settings

    settings = read_settings()
    database = open_database(settings.home)
    check_product(database, product)
    found = show_to_moderators(database, product, case, k=settings.case_k)
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if name not in ("remarks", "events") and value not in ("", None):
            print(f"{name}: {value}")
    for seen in found["remarks"]:
        print(f"look at: {seen}")
    for event in found["events"]:
        print(f"{event['at']}  {event['what']} by {event['who']}")


@app.command("check")
def check(case: CaseId, product: ProductOption, by: By, as_json: AsJson = False) -> None:
    """Say that a case was read and names nobody it should not.

    Example: companion case check case-0123456789ab --product ab-tests-en --by "Ann Moderator"
    """
    from companion.cases import check_case

    _decide(product, lambda house, _purge: check_case(house, product, case, by=by), case, as_json=as_json)


@app.command("approve")
def approve(
    case: CaseId,
    product: ProductOption,
    by: By,
    graduates: Annotated[
        int | None, typer.Option(min=1, help="how many graduates it could be of, judged by sector, skill and year")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a checked case be shown, as far as its author agreed and its group is large enough.

    Example: companion case approve case-0123456789ab --product ab-tests-en --by "Ann Moderator" --graduates 40
    """
    from companion.cases import approve_case

    def carry_out(house: "House", purge: "Purge") -> "Decided":
        return approve_case(house, product, case, by=by, graduates=graduates, purge=purge)

    _decide(product, carry_out, case, as_json=as_json)


@app.command("return")
def give_back(
    case: CaseId,
    product: ProductOption,
    by: By,
    reason: Annotated[str, typer.Option(help="what its author should change")],
    as_json: AsJson = False,
) -> None:
    """Return a case with a reason; one that was shown is taken off.

    Example: companion case return case-0123456789ab --product ab-tests-en --by Ann --reason "names a client"
    """
    from companion.cases import return_case

    def carry_out(house: "House", purge: "Purge") -> "Decided":
        return return_case(house, product, case, by=by, reason=reason, purge=purge)

    _decide(product, carry_out, case, as_json=as_json)


@app.command("withdraw")
def withdraw(case: CaseId, product: ProductOption, by: By, as_json: AsJson = False) -> None:
    """Remove a case on its author's wish, everywhere it is served or kept; only ids and times stay on record.

    Example: companion case withdraw case-0123456789ab --product ab-tests-en --by "Ann Moderator"
    """
    from companion import cases

    def carry_out(house: "House", purge: "Purge") -> "Decided":
        cases.withdraw(house, product, case, by=by, purge=purge)
        return cases.Decided("withdrawn", None)

    _decide(product, carry_out, case, as_json=as_json)


@app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="where somebody is stuck, in their own words")],
    product: ProductOption,
    lesson: Annotated[str | None, typer.Option(help="id of the lesson that is open")] = None,
    count: Annotated[int, typer.Option("-k", min=1, max=20, help="how many")] = 3,
    as_json: AsJson = False,
) -> None:
    """Show the cases nearest to where somebody is stuck, and which of them a learner would be shown.

    Example: companion case find "my groups are not of equal size" --product ab-tests-en
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json
    from assistant.stuck import nearest_cases
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        found = nearest_cases(house.database, house.shelves, product, text=text, lesson=lesson, count=count)
    if as_json:
        print_json({"cases": [asdict(case) for case in found]})
        return
    for number, case in enumerate(found, 1):
        print(f"{number}. {case.title}{'' if case.is_alike else '  (too far to be shown)'}")
        print(f"   {case.url}")
    if not found:
        print("no case")


def _decide(product: str, carry_out: Callable[["House", "Purge"], "Decided"], case: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    from api.cli.show import check_product, print_json, remark
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        decided = carry_out(house, _purge_in_service(house))
    if decided.note:
        remark(f"warning: {decided.note}")
    if as_json:
        print_json({"id": case, **asdict(decided)})
    else:
        print(f"{case}: {decided.state}, shown: {decided.shown or 'no'}")


def _purge_in_service(house: "House") -> "Purge":
    def purge(product: str) -> Any:
        from api.cli.running import ask_service, find_service

        owner = find_service(house.settings.home)
        return ask_service(owner, "purge-cases", product) if owner is not None else None

    return purge
