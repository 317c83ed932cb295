"""A chat model that is asked again where that is safe, and left alone while it is down; behind the same port.

Asked again: only before a word of its reply was given out, so that nobody reads a sentence twice, and only for what may
pass: a limit, an outage, a time-out. Never after a refusal, a wrong key or a wrong name.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from foundation.errors import ModelRefused, ModelUnavailable
from prompts.breaker import Breaker
from prompts.chat import ChatModel, Message

# Full jitter (Brooker, "Exponential Backoff and Jitter", 2015): askers that failed together do not return together.
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 8.0


@dataclass(frozen=True, slots=True)
class SteadyChat:
    """`chat`, asked up to `attempts` times within `budget_s` seconds a reply, its waits included."""

    chat: ChatModel
    budget_s: float
    attempts: int = 3
    breaker: Breaker = field(default_factory=Breaker)
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    jitter: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic

    @property
    def name(self) -> str:
        """The model's own name."""
        return self.chat.name

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        """Yield the reply of the first try that gives any; the port says which errors."""
        if not self.breaker.admit():
            wait = max(1, round(self.breaker.rests_s))
            raise ModelUnavailable(f"the model {self.name} failed again and again; it is asked again in {wait} s")
        deadline = self.clock() + self.budget_s
        heard = _Heard(self.breaker)
        try:
            for attempt in range(self.attempts):
                try:
                    async with aclosing(self._one_try(messages, heard, deadline)) as pieces:
                        async for piece in pieces:
                            yield piece
                except ModelUnavailable as err:
                    wait_s = self._wait_s(err, attempt)
                    last = attempt + 1 >= self.attempts or self.clock() + wait_s >= deadline
                    if heard.anything or not err.is_retryable or last:
                        heard.report(err)
                        raise
                    await self.sleep(wait_s)
                else:
                    heard.report(None)
                    return
        finally:
            heard.close()

    async def _one_try(
        self, messages: Sequence[Message], heard: "_Heard", deadline: float
    ) -> AsyncGenerator[str, None]:
        async with aclosing(self.chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
            first = await self._first(pieces, deadline)
            if first is None:
                return
            heard.anything = True
            yield first
            async for piece in pieces:
                yield piece
                if self.clock() > deadline:
                    raise self._too_long()

    async def _first(self, pieces: AsyncIterator[str], deadline: float) -> str | None:
        try:
            async with asyncio.timeout(max(deadline - self.clock(), 0.0)):
                return await anext(pieces, None)
        except TimeoutError as err:
            raise self._too_long() from err

    def _too_long(self) -> ModelUnavailable:
        return ModelUnavailable(
            f"the model {self.name} took longer than {self.budget_s:g} s; raise COMPANION_CHAT_TIMEOUT_S if it needs it"
        )

    def _wait_s(self, err: ModelUnavailable, attempt: int) -> float:
        backing_off = self.jitter(0.0, min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S))
        return backing_off + (err.retry_after_s or 0.0)


@dataclass(slots=True)
class _Heard:
    """What came of one reply, for the breaker: told once, whichever way it ends."""

    breaker: Breaker
    anything: bool = False
    _told: bool = False

    def report(self, err: ModelUnavailable | None) -> None:
        self._told = True
        if err is None:
            self.breaker.succeeded()
        elif isinstance(err, ModelRefused):
            self.breaker.let_go()
        else:
            self.breaker.failed()

    def close(self) -> None:
        if not self._told:
            self.breaker.let_go()
