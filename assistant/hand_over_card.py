"""What a person sees of a question that was handed over, as it is kept with it.

Everything stands on the card as it was at that moment, so that whoever answers sees what the learner saw. Who asks is
on it only as what they want to be called.
"""

from dataclasses import asdict, dataclass
from typing import Any

from knowledge.language import Lang


@dataclass(frozen=True, slots=True)
class Place:
    """Where the learner was, or where the evidence stands: a heading, page, slide, cell or second of a lesson.

    `kind` and `value` are a locator's; both are "" where only the lesson is known.
    """

    lesson: str
    title: str
    block_title: str
    url: str
    kind: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A stretch of a lesson: `cited` was shown to the learner, the others are near and were not."""

    passage: str
    lesson: str
    title: str
    kind: str
    value: str
    url: str
    quote: str
    cited: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """How the exercise, or the exercises of the lesson, went: `last` is passed, failed or "" for no result."""

    block: str
    title: str
    text: str
    attempts: int
    failures_in_row: int
    last: str


@dataclass(frozen=True, slots=True)
class Known:
    """A verified answer to a question like this one."""

    id: str
    question: str
    text: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Card:
    """The card as it is kept; `answer` and `outcome` are what the assistant said, "" where it was not asked."""

    question: str
    notes: tuple[str, ...]
    called: str
    locale: Lang
    earlier: tuple[str, ...]
    answer: str
    outcome: str
    where: Place | None
    tried: tuple[Tried, ...]
    rungs: tuple[int, ...]
    evidence: tuple[Shown, ...]
    known: tuple[Known, ...]
    draft: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self, dict_factory=_with_lists)


def _with_lists(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """As JSON gives it back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in pairs}
