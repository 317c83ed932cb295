"""A chat model that plays a script, for tests of whoever talks to a model; it keeps the same contract as a real one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence

from foundation.errors import ModelUnavailable
from prompts.chat import Message

Step = str | float | Exception


class ScriptedChat:
    """Plays one script a call: text is a delta, a number a wait in seconds, an exception is raised.

    Like a real model it raises ModelUnavailable when a script holds no text, or when no script is left.
    """

    def __init__(self, *scripts: Iterable[Step], name: str = "scripted:model") -> None:
        self._scripts = deque(scripts)
        self._name = name
        self.asked: list[tuple[Message, ...]] = []
        self.open_streams = 0

    @property
    def name(self) -> str:
        return self._name

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        self.asked.append(tuple(messages))
        if not self._scripts:
            raise ModelUnavailable("the scripted model has no script left")
        self.open_streams += 1
        try:
            said_something = False
            for step in self._scripts.popleft():
                # Real deltas arrive with the event loop free in between.
                await asyncio.sleep(step if isinstance(step, int | float) else 0)
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, str) and step:
                    said_something = said_something or not step.isspace()
                    yield step
            if not said_something:
                raise ModelUnavailable("the scripted model sent an empty reply")
        finally:
            self.open_streams -= 1
