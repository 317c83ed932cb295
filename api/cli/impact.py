"""`companion impact`: what a draft would change in answers, before anybody sees it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from assistant.impact import Effected, Impact, Side

_OF_A_DRAFT = 500
# Nobody else can write while they are asked.
_OF_A_PROPOSAL = 30
_TITLES = {
    "gains": "would be answered, or answered better",
    "loses": "would lose support",
    "changes": "would be answered from other passages",
    "stays": "would be answered as they are",
}


def impact(
    product: ProductOption,
    release: Annotated[str, typer.Option(help="number of the draft; draft: the only one there is")] = "draft",
    proposal: Annotated[str | None, typer.Option(help="id of a proposal, to ask of it alone")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="how many questions, the most frequent first [default: 500; 30 of a proposal]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask past questions of what is live and of a draft or a proposal, and show what would change. Nothing is written.

    Answers are put together without a chat model on both sides, so that they differ by content alone.

    Example: companion impact --product ab-tests-en --release 4
    """
    from api.cli.show import check_product, progress_bars
    from companion.impact import impact_of, impact_of_proposal
    from companion.wiring import open_house
    from foundation.settings import read_settings
    from knowledge.releases import check_fresh, find_draft

    number = _number(release)
    with open_house(read_settings()) as house:
        check_product(house.database, product)
        if proposal is not None:
            with progress_bars() as bars:
                asked = impact_of_proposal(
                    house, product, proposal, limit=limit or _OF_A_PROPOSAL, progress=bars(product)
                )
            _tell(asked, {"product": product, "proposal": proposal}, f"proposal {proposal} of {product}", as_json)
            return
        with house.database.read() as session:
            draft = find_draft(session, product, number)
            check_fresh(session, draft)
        with progress_bars() as bars:
            measured = impact_of(house, draft, limit=limit or _OF_A_DRAFT, progress=bars(product))
    about = {"product": product, "release": draft.number, "base": draft.base}
    _tell(measured, about, f"draft {draft.number} of {product}, made from release {draft.base or 0}", as_json)


def _tell(measured: "Impact", about: dict[str, Any], title: str, as_json: bool) -> None:
    from dataclasses import asdict

    from api.cli.show import print_json

    if as_json:
        print_json({**about, **asdict(measured)})
        return
    print(title)
    _print(measured)


def _number(release: str) -> int | None:
    if release == "draft":
        return None
    if not release.isdecimal():
        raise typer.BadParameter("must be a draft's number, or draft for the only one", param_hint="--release")
    return int(release)


def _print(measured: "Impact") -> None:
    from assistant.impact import Effect

    if not measured.n:
        print("nobody has asked anything yet, so there is nothing to compare")
        return
    left = f" (the most frequent; {measured.left_out} more, --limit takes them in)" if measured.left_out else ""
    print(f"{measured.n} past questions{left}")
    for effect, title in _TITLES.items():
        print(f"  {measured.counts[Effect(effect)]:>5}  {title}")
    for effect, title in _TITLES.items():
        shown = [each for each in measured.questions if each.effect == effect]
        if effect != "stays" and shown:
            print(f"\n{title}:")
            for each in shown:
                _print_question(each)


def _print_question(each: "Effected") -> None:
    times = f"  (asked {each.times} times)" if each.times > 1 else ""
    print(f"\n  {' '.join(each.question.split())}{times}")
    _print_side("now", each.live)
    _print_side("draft", each.draft)


def _print_side(name: str, side: "Side") -> None:
    print(f"    {name:<6} {side.outcome}, confidence {side.confidence}")
    for cited in side.cited:
        standing = f"  [{cited.standing} in the draft]" if cited.standing != "same" else ""
        print(f"           {cited.title} › {cited.heading}: “{' '.join(cited.quote.split())[:160]}”{standing}")
