"""`companion feedback` for proposals: list them, decide on them, let a model draft, take the decisions out as cases."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.feedback import app
from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from companion.wiring import House
    from feedback.proposal import Proposal
    from foundation.ids import PersonId
    from knowledge.edits import Change

__all__ = ["app"]

By = Annotated[str, typer.Option("--by", help="login of the author who answers for it")]
ProposalId = Annotated[str, typer.Argument(metavar="PROPOSAL", help="id, as `companion feedback proposals` shows it")]


class State(StrEnum):
    """Which proposals are listed."""

    OPEN = "open"
    POSTPONED = "postponed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    ROLLED_BACK = "rolled_back"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What an author may do with a proposal."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    POSTPONE = "postpone"
    REOPEN = "reopen"


@app.command("proposals")
def proposals(
    product: ProductOption,
    proposal: Annotated[str | None, typer.Argument(help="show this one whole [default: list them]")] = None,
    state: Annotated[State | None, typer.Option(help="only those in this state")] = None,
    as_json: AsJson = False,
) -> None:
    """List proposed changes, what matters most first, or show one with its text and what happened to it.

    Example: companion feedback proposals --product ab-tests --state open
    """
    from api.cli.show import check_product
    from feedback.proposal import ProposalState
    from feedback.proposals import find_proposal, history_of, list_proposals
    from foundation.database import open_database
    from foundation.settings import read_settings

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        if proposal is not None:
            found = find_proposal(session, product, proposal)
            _show_one(found, history_of(session, product, proposal), as_json=as_json)
            return
        states = None if state is None else {ProposalState(state)}
        _show_all(product, list_proposals(session, product, states=states), as_json=as_json)


@app.command("decide")
def decide(
    proposal: ProposalId,
    decision: Annotated[Decision, typer.Argument(help="what to do with it")],
    product: ProductOption,
    by: By,
    version: Annotated[
        int | None, typer.Option(min=1, help="the version you looked at [default: as it is now]")
    ] = None,
    reason: Annotated[str, typer.Option(help="why not, or a note for yourself")] = "",
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="when it is open again, to postpone")] = "",
    changes: Annotated[
        Path | None, typer.Option(help="JSON list of changes in place of the proposed ones, to edit")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Approve, edit, reject with a reason, postpone or reopen a proposal. What is approved waits for a release.

    To edit, take `changes` out of `companion feedback proposals PROPOSAL --json`, rewrite their `markdown`, and give
    the file here.

    Example: companion feedback decide pr-12ab reject --product ab-tests --by ann --reason "explained in lesson 3"
    """
    from api.cli.show import check_product, print_json
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        author = _author(house, product, by)
        done = _decided(house, product, proposal, decision, author, version, (reason, until, changes))
    if as_json:
        print_json(_plain(done))
    else:
        print(f"{done.id} is {done.state}, version {done.version}")


@app.command("draft")
def draft(proposal: ProposalId, product: ProductOption, by: By, as_json: AsJson = False) -> None:
    """Let the chat model draft a proposal's text from the course; it waits for an author like any other.

    Example: companion feedback draft pr-12ab --product ab-tests --by ann
    """
    import anyio

    from api.cli.show import check_product, print_json
    from companion.model_drafts import draft_proposal
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        check_product(house.database, product)
        author = _author(house, product, by)

        async def drafting() -> "Proposal":
            return await draft_proposal(house, product, proposal, by=author)

        done = anyio.run(drafting)
    if as_json:
        print_json(_plain(done))
    else:
        print("\n\n".join(change.markdown for change in done.changes))


@app.command("decisions")
def decisions(product: ProductOption) -> None:
    """Print every decision as one JSON line: what was said and drafted, what the author made of it, what it did.

    Learners' words are in it, without names; keep it where their other words are.

    Example: companion feedback decisions --product ab-tests > decisions.jsonl
    """
    import json

    from api.cli.show import check_product
    from feedback.decisions import as_plain, decision_cases
    from foundation.database import open_database
    from foundation.settings import read_settings

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        for case in as_plain(decision_cases(session, product)):
            print(json.dumps(case, ensure_ascii=False))


def _author(house: "House", product: str, login: str) -> "PersonId":
    from api.cli.release import author_named
    from foundation.errors import NotAllowed

    author = author_named(house, product, login)
    if author is None:
        raise NotAllowed(f"{login!r} is no author of {product}; name the login of one, `companion admin` makes people")
    return author


def _decided(
    house: "House",
    product: str,
    proposal: str,
    decision: Decision,
    author: "PersonId",
    version: int | None,
    told: tuple[str, str, Path | None],
) -> "Proposal":
    from feedback.decide import approve, edit, postpone, reject, reopen
    from feedback.proposals import find_proposal

    reason, until, file = told
    # Read before the transaction: a file that cannot be read holds nobody up.
    changes = _changes(file) if decision is Decision.EDIT else []
    with house.database.write() as session:
        seen = find_proposal(session, product, proposal).version if version is None else version
        now = house.clock()
        match decision:
            case Decision.APPROVE:
                return approve(session, product, proposal, by=author, version=seen, note=reason, now=now)
            case Decision.EDIT:
                return edit(session, product, proposal, by=author, version=seen, changes=changes, note=reason, now=now)
            case Decision.REJECT:
                return reject(session, product, proposal, by=author, version=seen, reason=reason, now=now)
            case Decision.POSTPONE:
                day = _day(until)
                return postpone(session, product, proposal, by=author, version=seen, until=day, note=reason, now=now)
            case Decision.REOPEN:
                return reopen(session, product, proposal, by=author, version=seen, now=now)


def _day(told: str) -> Any:
    from datetime import UTC, datetime

    from foundation.errors import Invalid

    try:
        return datetime.strptime(told, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as err:
        raise Invalid("say with --until on which day it is to be open again, as in 2027-01-31") from err


def _changes(file: Path | None) -> "list[Change]":
    import json

    from foundation.errors import Invalid
    from knowledge.edits import change_from_plain

    if file is None:
        raise Invalid("name the file with your changes: --changes FILE")
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        return [change_from_plain(change) for change in plain]
    except OSError as err:
        raise Invalid(f"{file} cannot be read: {err.strerror}") from err
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise Invalid(
            f"{file} holds no list of changes as `companion feedback proposals PROPOSAL --json` has it"
        ) from err


def _show_all(product: str, found: "list[Proposal]", *, as_json: bool) -> None:
    from api.cli.show import print_json

    if as_json:
        print_json({"product": product, "proposals": [_plain(each) for each in found]})
        return
    for each in found:
        place = f"{each.place.lesson}#{each.place.anchor}" if each.place.anchor else each.place.lesson
        empty = "" if each.changes else ", no text yet"
        print(f"{each.id}  {each.state}, severity {each.severity:.1f}, {each.kind} at {place}{empty}")
        print(f"  {each.reason}")
    if not found:
        print(f"no proposals: nothing that {product}'s learners said needs one")


def _show_one(found: "Proposal", history: "list[Any]", *, as_json: bool) -> None:
    from dataclasses import asdict

    from api.cli.show import print_json

    if as_json:
        print_json({**_plain(found), "history": [asdict(event) for event in history]})
        return
    _show_all(found.product, [found], as_json=False)
    for change in found.changes:
        stretch = f"{change.first}" if change.first == change.last else f"{change.first} to {change.last}"
        print(f"\n{change.kind} at block {stretch} of revision {found.base}:\n{change.markdown or change.before}")
    print()
    for event in history:
        print(f"{event.at:%Y-%m-%d %H:%M}  {event.what}{f' by {event.who}' if event.who else ''}")


def _plain(found: "Proposal") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found)
