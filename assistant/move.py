"""A decided move: what the assistant says with a turn instead of answering it from the content."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from assistant.compose import Draft
from assistant.reply import NearLesson, Outcome


class Offer(StrEnum):
    """What a reader may do next with one press."""

    HINT = "hint"
    PERSON = "person"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Move:
    """A decided move: what it says, what may be done next, and what it leaves behind.

    `facts` go into the reply (ids and numbers, such as `{"rung": 2}`), `writes` runs in the transaction that keeps the
    turn. `links` are the pages to go to next; None leaves them, where not all was answered,
    to what the search found. `task` is what a model is told that may word the quotes of the drafts, "" where none may.
    """

    name: str
    drafts: tuple[Draft, ...]
    outcome: Outcome = Outcome.ANSWERED
    offers: tuple[Offer, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[NearLesson, ...] | None = None
    writes: Callable[[Session], None] | None = None
    task: str = ""
