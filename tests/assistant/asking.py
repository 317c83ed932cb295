"""Asking a house, and looking at what it kept."""

from dataclasses import replace
from typing import Any

import anyio
from sqlalchemy import select

from assistant.answer import Answerer, Question
from assistant.reply import Event
from assistant.tables import TurnRow
from companion.wiring import House
from feedback.tables import GapRow
from foundation.ids import PassageId, ProductSlug
from knowledge.lessons import Source, load_sources
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from prompts.chat import ChatModel


def ask(house: House, text: str, product: str = "ab-tests-en", **more: Any) -> dict[str, Any]:
    """The reply to one question."""
    return anyio.run(house.answerer.reply, Question(product, text, **more))


def events_of(answerer: Answerer, text: str, product: str = "ab-tests-en", **more: Any) -> list[Event]:
    """The events of one turn, in order."""

    async def collect() -> list[Event]:
        return [event async for event in answerer.answer(Question(product, text, **more))]

    return anyio.run(collect)


def with_model(house: House, chat: ChatModel, *, budget_tokens: int | None = None) -> Answerer:
    """The house's answerer with a chat model."""
    answerer = replace(house.answerer, chat=chat)
    if budget_tokens is None:
        return answerer
    return replace(answerer, limits=replace(answerer.limits, budget_tokens=budget_tokens))


def sources_of(house: House, reply: dict[str, Any]) -> list[Source]:
    """The passage of each citation of a reply, in the order they are cited."""
    ids = [PassageId(citation["passage"]) for citation in reply["citations"]]
    with house.database.read() as session:
        found = load_sources(session, ids)
    return [found[passage] for passage in ids]


def places_of(house: House, product: str) -> dict[str, int]:
    """Where each passage stands in its course."""
    shelf = house.shelves.shelf(ShelfKey(ProductSlug(product), Collection.LESSONS))
    return {place.passage: place.order for place in shelf.places}


def kept_turn(house: House, turn: str) -> TurnRow:
    """The row of a turn."""
    with house.database.read() as session:
        return session.get_one(TurnRow, turn)


def kept_gaps(house: House) -> list[GapRow]:
    """Every gap there is."""
    with house.database.read() as session:
        return list(session.scalars(select(GapRow)))
