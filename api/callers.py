"""What handlers ask for: the house, the running turns, and ids in the shape they must have."""

from typing import Annotated, cast

from fastapi import Depends, Header, Path, Request

from api.streams import RunningTurns
from companion.wiring import House
from foundation.ids import ID_PATTERN

# For the schema alone: what is left empty by `clean_text` is refused further in, in words a person understands.
WITH_WORDS = r"[^\s\x00-\x1f\x85\ufeff\ufffe\uffff]"

Slug = Annotated[str, Path(pattern=ID_PATTERN, description="product slug", examples=["ab-tests-en"])]
TurnPath = Annotated[str, Path(pattern=ID_PATTERN, description="turn id")]


def _house(request: Request) -> House:
    return cast(House, request.app.state.house)


def _turns(request: Request) -> RunningTurns:
    return cast(RunningTurns, request.app.state.turns)


def _wants_stream(accept: Annotated[str | None, Header()] = None) -> bool:
    return "text/event-stream" in (accept or "").lower()


TheHouse = Annotated[House, Depends(_house)]
TheTurns = Annotated[RunningTurns, Depends(_turns)]
WantsStream = Annotated[bool, Depends(_wants_stream)]
