"""What a turn gives back, and the events it is streamed as."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How well the product's content answers a question."""

    ANSWERED = "answered"
    PARTLY = "partly"
    DECLINED = "declined"


class Composer(StrEnum):
    """Who put the sentences together."""

    EXTRACTIVE = "extractive"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a person finds a quote: the `value` of a heading, or the number of a page, slide, cell or second."""

    kind: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands; `number` is the mark `[n]` in the text, `lesson` the lesson's slug."""

    number: int
    passage: str
    lesson: str
    title: str
    quote: str
    locator: Locator


@dataclass(frozen=True, slots=True)
class NearLesson:
    """A lesson close to the question."""

    lesson: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished turn, as the `done` event and the JSON answer carry it. `confidence` is between 0 and 1.

    `intent` is what the message was taken for, `move` what was done instead of answering from the content, `offers`
    what may be done next with one press, `facts` ids and numbers of the move.
    """

    turn: str
    conversation: str
    outcome: Outcome
    text: str
    citations: tuple[Citation, ...]
    nearest: tuple[NearLesson, ...]
    confidence: float
    gap: str | None
    composer: Composer
    timing_ms: dict[str, float]
    intent: str = "question"
    move: str | None = None
    offers: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the wire and for storage."""
        return asdict(self)


class EventName(StrEnum):
    """The events of a turn, in the order they may come."""

    META = "meta"
    DELTA = "delta"
    CITATION = "citation"
    DONE = "done"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a turn's stream."""

    name: EventName
    data: dict[str, Any]
