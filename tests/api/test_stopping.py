"""A service that stops leaves no reader without a last word."""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

import anyio
import pytest

from api.errors import Stopping
from api.streams import RunningTurn, RunningTurns, stream_turn
from assistant.answer import Question
from assistant.conversations import read_turn
from companion.wiring import House, open_house
from foundation.clock import utc_now
from foundation.errors import NotFound
from foundation.settings import Settings
from knowledge.encoder import Encoder
from tests.api.serving import COVERED, NOT_COVERED, events_of
from tests.prompts.scripted import ScriptedChat

LONG = 600.0


@pytest.fixture
def thinking(bakery: House, settings: Settings, encoder: Encoder) -> Iterator[House]:
    """The bakery with a chat model that begins a sentence and then thinks for ever."""
    chat = ScriptedChat(["The dough ", LONG], ["The dough ", LONG])
    with open_house(settings, encoder=encoder, chat=chat) as opened:
        yield opened


async def listen(turn: RunningTurn) -> list[Any]:
    async with aclosing(stream_turn(turn)) as pieces:
        return events_of(b"".join([piece async for piece in pieces]))


def test_every_running_turn_ends_with_an_error_event(thinking: House) -> None:
    heard: list[list[Any]] = []

    async def hear(turn: RunningTurn) -> None:
        heard.append(await listen(turn))

    async def scenario() -> None:
        turns = RunningTurns(thinking.answerer)
        running = [await turns.start(Question("bread", COVERED)) for _ in range(2)]
        async with anyio.create_task_group() as listeners:
            for turn in running:
                listeners.start_soon(hear, turn)
            await anyio.sleep(0.05)
            turns.stop()
            turns.stop()

    anyio.run(scenario)
    assert len(heard) == 2
    for events in heard:
        assert [event.name for event in events] == ["meta", "error"]
        assert events[-1].data["problem"]["status"] == 503
        assert "ask again" in events[-1].data["problem"]["detail"]


def test_a_stopping_service_begins_no_turn(thinking: House) -> None:
    async def scenario() -> None:
        turns = RunningTurns(thinking.answerer)
        turns.stop()
        with pytest.raises(Stopping):
            await turns.start(Question("bread", COVERED))

    anyio.run(scenario)


def test_a_turn_that_had_ended_keeps_its_end(bakery: House) -> None:
    async def scenario() -> list[Any]:
        turns = RunningTurns(bakery.answerer)
        turn = await turns.start(Question("bread", NOT_COVERED))
        await turn.ended()
        turns.stop()
        return await listen(turn)

    assert anyio.run(scenario)[-1].name == "done"


def test_only_the_last_finished_turns_stay_in_memory(bakery: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.streams._KEPT_TURNS", 2)

    async def scenario() -> list[bool]:
        turns = RunningTurns(bakery.answerer)
        ids = []
        for _ in range(4):
            turn = await turns.start(Question("bread", NOT_COVERED))
            await turn.ended()
            ids.append(turn.id)
        return [turns.find(key) is not None for key in ids]

    # The newest was not finished yet when the others were counted.
    assert anyio.run(scenario) == [False, True, True, True]


class HeldClock:
    """A clock that keeps whoever asks waiting: a turn asks while it is written."""

    def __init__(self) -> None:
        self.reached = Event()
        self.go_on = Event()

    def __call__(self) -> datetime:
        self.reached.set()
        assert self.go_on.wait(timeout=60)
        return utc_now()


def test_a_turn_that_is_being_written_ends_as_it_is_kept(bakery: House, settings: Settings, encoder: Encoder) -> None:
    clock = HeldClock()

    async def scenario(house: House) -> tuple[RunningTurn, list[Any]]:
        # Sessions ask the time as well, before anything is written: theirs goes on.
        turns = RunningTurns(replace(house.answerer, clock=clock))
        turn = await turns.start(Question("bread", COVERED))
        assert await anyio.to_thread.run_sync(clock.reached.wait, 60)
        turns.stop()
        await anyio.sleep(0.05)
        clock.go_on.set()
        return turn, await listen(turn)

    with open_house(settings, encoder=encoder) as opened:
        turn, events = anyio.run(scenario, opened)
        with opened.database.read() as session:
            kept = read_turn(session, "bread", turn.id, conversation=turn.conversation)
    assert events[-1].name == "done"
    assert [event.name for event in events] == [event.name for event in kept]


def test_a_turn_that_is_told_to_have_broken_off_is_not_kept(thinking: House) -> None:
    async def scenario() -> tuple[RunningTurn, list[Any]]:
        turns = RunningTurns(thinking.answerer)
        turn = await turns.start(Question("bread", COVERED))
        turns.stop()
        return turn, await listen(turn)

    turn, events = anyio.run(scenario)
    assert events[-1].name == "error"
    with thinking.database.read() as session, pytest.raises(NotFound):
        read_turn(session, "bread", turn.id, conversation=turn.conversation)
