"""What a command that changes content owes to a service that may be running on the same home."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companion.wiring import House
    from knowledge.shelf import ShelfKey


def check_service(house: "House") -> None:
    """What another encoder takes in, a running service could not answer from; raises Conflict."""
    from api.cli.running import check_same_encoder, find_service

    owner = None if house.owns_lock() else find_service(house.settings.home)
    if owner is not None:
        check_same_encoder(owner, house.encoder.id)


def show_news(house: "House", key: "ShelfKey") -> None:
    """Lay a shelf out anew, or have the running service do it, which else would at the next question.

    Verified answers that rest on what has changed leave with it.
    """
    from companion.answer_memory import retire_answers

    retire_answers(house, key.product)
    if house.owns_index:
        house.shelves.shelf(key)
    elif not house.owns_lock():
        _tell_service(house, key)


def _tell_service(house: "House", key: "ShelfKey") -> None:
    from api.cli.running import ask_service, find_service
    from api.cli.show import remark
    from foundation.errors import CompanionError

    try:
        owner = find_service(house.settings.home)
        if owner is not None:
            ask_service(owner, "refresh", key.product)
    except CompanionError as err:
        remark(f"warning: all is taken in, but the running service was not told: {err}")
