"""The door to a chat model: messages go in, pieces of text come out.

Deliberately ignorant of vendors, of prompts, and of what the text means: whoever asks checks every sentence.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """Who speaks in a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model; `text` is sent as it is."""

    role: Role
    text: str


class ChatModel(Protocol):
    """A model that answers a list of messages piece by piece."""

    @property
    def name(self) -> str:
        """The model as the operator wrote it, for the turn's trace and for counting tokens."""
        ...

    def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        """Yield the reply as non-empty pieces that join to the whole, in order.

        Raises ModelUnavailable for every failure on the model's side, also in the middle: connection, key, rate
        limit, time-out, unreadable reply, half a reply, no reply at all; ModelMisconfigured, which is one of them, when
        the model is named wrongly or its package is missing. Both are for the operator, and neither carries the key or
        a learner's words.

        Closing the iterator (`aclose`, or leaving `contextlib.aclosing`) closes the connection, so that an answer
        nobody waits for costs nothing more.
        """
        ...
