"""`companion export` and `companion erase`: what is kept of one learner, given out or erased."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.show import AsJson

if TYPE_CHECKING:
    from companion.wiring import House

LearnerOption = Annotated[
    str, typer.Option("--learner", help="a learner's key (l-…), an id of ours (p-…), or a host's own id")
]
HostOption = Annotated[str | None, typer.Option(help="the host whose id it is; without it, who `ask --learner` named")]


def export(learner: LearnerOption, host: HostOption = None) -> None:
    """Print everything kept about a learner as one JSON object: turns, memory, plans, hand-overs, events, remarks.

    Example: companion export --learner ann > ann.json
    """
    from api.cli.show import print_json
    from companion.learners import export_learner, named_learner
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        print_json(export_learner(house, named_learner(house, learner, host=host)))


def erase(learner: LearnerOption, host: HostOption = None, as_json: AsJson = False) -> None:
    """Erase a learner everywhere and see that no byte is left. Events stay, under nobody's name, so that counts do.

    Works beside a running service; takes as long as copying the database does.

    Example: companion erase --learner ann
    """
    from dataclasses import asdict

    from api.cli.show import print_json
    from companion.learners import erase_learner, named_learner
    from companion.wiring import open_house
    from foundation.settings import read_settings

    with open_house(read_settings()) as house:
        erased = erase_learner(house, named_learner(house, learner, host=host), purge=purge_in_service(house))
    if as_json:
        print_json(asdict(erased))
        return
    counts = f"{erased.turns} turns, {erased.memory} remembered, {erased.plans} plans, {erased.hand_overs} hand-overs"
    print(f"erased: {counts}, {erased.remarks} remarks; looked for {erased.searched} texts and ids, none is left")


def purge_in_service(house: "House") -> Callable[[], None] | None:
    """Has the service that owns the home make its index anew; None where none runs."""
    from api.cli.running import ask_service, find_service

    owner = None if house.owns_lock() else find_service(house.settings.home)
    if owner is None:
        return None

    def purge() -> None:
        ask_service(owner, "purge", None)

    return purge
