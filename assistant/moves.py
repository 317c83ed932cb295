"""Deciding what to do with a turn beside answering it from the content: hint, hand over, tell the week.

A move is decided by code, from the intent of the message and the product's profile (`profiles/*.toml`), before a word
is written; a model only words it, where a move lets it. What a move said is kept in the turn's trace, so a replay says
it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.at_stake import NOTHING_AT_STAKE, AtStake
from assistant.intents import Intent
from assistant.looking import Looked
from assistant.move import Move
from foundation.database import Database
from foundation.ids import ConversationId, TurnId
from knowledge.language import Lang
from knowledge.products import Product
from knowledge.shelves import Shelves


@dataclass(frozen=True, slots=True)
class Asked:
    """One message, as a move sees it.

    `learner` is the person's id, None for who is not known; `lesson` the slug of the open one; `block` the id of the
    exercise it is about, where the page says so. `looked` is what the content has to say to the words, `at_stake` the
    exercise it is about and whose solutions are kept from the turn.
    """

    turn: TurnId
    conversation: ConversationId
    product: Product
    text: str
    intent: Intent
    locale: Lang
    learner: str | None
    lesson: str | None
    block: str | None
    looked: Looked
    now: datetime
    at_stake: AtStake = NOTHING_AT_STAKE


class Mover(Protocol):
    """Decides one kind of move; None leaves the message to the next one, at last to an answer from the content."""

    def __call__(self, asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
        """Reads only; called in a thread."""
        ...


@dataclass(frozen=True, slots=True)
class Movers:
    """The movers by the names profiles call them."""

    by_name: Mapping[str, Mover]

    def decide(self, names: Sequence[str], asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
        """The first move that one of the named movers decides on."""
        for name in names:
            move = self.by_name[name](asked, database=database, shelves=shelves)
            if move is not None:
                return move
        return None
