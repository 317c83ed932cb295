"""Turns on their way: each runs on its own, whoever listens, and can be listened to again.

A client that vanishes stops nothing; it comes back with the id of the last event it saw and is given the rest, from
memory while the turn runs or was just finished, from the database afterwards. The bytes are the same either way.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from anyio import CancelScope

from api.errors import Stopping, problem_of
from assistant.answer import Answerer, Question
from assistant.reply import Event, EventName

_log = logging.getLogger(__name__)
STREAM = "text/event-stream"
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_KEPT_TURNS = 500
_HEARTBEAT_S = 15.0


class RunningTurn:
    """One turn's events so far; `follow` gives them and waits for more."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.finished = False
        self.failure: Exception | None = None
        self._news = asyncio.Condition()
        # Not the task's own cancel(): that does not wait for a step in a thread, so a turn could be written to the
        # database while its reader is told that it broke off.
        self._scope = CancelScope()

    @property
    def id(self) -> str:
        return str(self.events[0].data["turn"])

    @property
    def conversation(self) -> str:
        return str(self.events[0].data["conversation"])

    @property
    def is_kept(self) -> bool:
        """Whether it ended as it should, and so is in the database."""
        return self.finished and self.failure is None

    async def run(self, answerer: Answerer, question: Question) -> None:
        """Work the turn through; a failure after the first event becomes the stream's `error` event."""
        try:
            with self._scope:
                async with aclosing(answerer.answer(question)) as events:
                    async for event in events:
                        with CancelScope(shield=True):
                            await self._tell(event)
        except Exception as err:
            self.failure = err
        if self._scope.cancelled_caught:
            self.failure = _stopping()
        await self._end()

    def stop(self) -> None:
        """Begin no further step; the one in a thread ends first, and with the last one so does the turn."""
        self._scope.cancel()

    async def _tell(self, event: Event) -> None:
        async with self._news:
            self.events.append(event)
            self._news.notify_all()

    async def _end(self) -> None:
        async with self._news:
            if self.failure is not None and self.events:
                problem = problem_of(self.failure)
                _log.error("turn.failed turn=%s error=%s", self.id, type(self.failure).__name__)
                self.events.append(Event(EventName.ERROR, {"problem": problem.model_dump()}))
            self.finished = True
            self._news.notify_all()

    async def begun(self) -> None:
        """Wait for the first event; raises what kept the turn from beginning."""
        async with self._news:
            await self._news.wait_for(lambda: bool(self.events) or self.finished)
        if not self.events and self.failure is not None:
            raise self.failure

    async def ended(self) -> None:
        """Wait for the last event."""
        async with self._news:
            await self._news.wait_for(lambda: self.finished)

    async def follow(self, *, after: int) -> AsyncGenerator[tuple[int, Event] | None, None]:
        """Numbered events behind `after`; None is a sign of life while nothing happens."""
        number = after + 1
        while True:
            while number < len(self.events):
                yield number, self.events[number]
                number += 1
            if self.finished and number >= len(self.events):
                return
            try:
                async with asyncio.timeout(_HEARTBEAT_S), self._news:
                    while number >= len(self.events) and not self.finished:
                        await self._news.wait()
            except TimeoutError:
                yield None


class RunningTurns:
    """All turns of this process that are running or were just finished."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._turns: dict[str, RunningTurn] = {}
        self._running: dict[asyncio.Task[None], RunningTurn] = {}
        self._stopping = False

    async def start(self, question: Question) -> RunningTurn:
        """Begin a turn. Raises what `Answerer.answer` raises before its first event, and Stopping."""
        if self._stopping:
            raise _stopping()
        turn = RunningTurn()
        task = asyncio.create_task(turn.run(self._answerer, question))
        self._running[task] = turn
        task.add_done_callback(self._running.pop)
        await turn.begun()
        self._turns[turn.id] = turn
        for old in [key for key, kept in self._turns.items() if kept.finished][:-_KEPT_TURNS]:
            del self._turns[old]
        return turn

    def find(self, turn: str) -> RunningTurn | None:
        """A turn that is still in memory."""
        return self._turns.get(turn)

    def asked_products(self) -> set[str]:
        """The products that turns still in memory are about."""
        return {turn.events[0].data["product"] for turn in list(self._turns.values())}

    def stop(self) -> None:
        """End every running turn with `done` where it was just being written, else with an `error` event.

        No listener is left without a last word, and none is told that a turn broke off which was kept.
        """
        self._stopping = True
        for turn in list(self._running.values()):
            turn.stop()


def _stopping() -> Stopping:
    return Stopping("the service is stopping; ask again in a moment")


def encode_event(turn: str, number: int, event: Event) -> bytes:
    """One server-sent event; JSON has no raw line breaks, so one data line carries it."""
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {turn}.{number}\nevent: {event.name}\ndata: {data}\n\n".encode()


async def stream_turn(turn: RunningTurn, *, after: int = -1) -> AsyncIterator[bytes]:
    """A running turn as server-sent events."""
    async with aclosing(turn.follow(after=after)) as events:
        async for numbered in events:
            yield b": still here\n\n" if numbered is None else encode_event(turn.id, *numbered)


def replay_turn(turn: str, events: list[Event], *, after: int) -> bytes:
    """A finished turn's events behind `after`, as they were sent."""
    return b"".join(encode_event(turn, number, event) for number, event in enumerate(events) if number > after)


def last_number(last_event_id: str | None, turn: str) -> int:
    """The number in a `Last-Event-ID` of this turn; -1 when there is none to trust."""
    prefix, _, number = (last_event_id or "").rpartition(".")
    return int(number) if prefix == turn and number.isdecimal() and len(number) < 7 else -1


def done_data(turn: RunningTurn) -> dict[str, Any]:
    """What a finished turn's last event carries; raises the turn's failure."""
    if turn.failure is not None:
        raise turn.failure
    return turn.events[-1].data
