"""Events as values, for tests of what is computed from them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from learning.events import Verb
from learning.log import Happened

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = count()


def after(minutes: float = 0, **more: float) -> datetime:
    """A moment after the start."""
    return START + timedelta(minutes=minutes, **more)


def did(
    verb: Verb,
    minutes: float = 0,
    *,
    days: float = 0,
    lesson: str | None = "one",
    block: str | None = None,
    actor: str = "p",
    **detail: Any,
) -> Happened:
    """One thing done so long after the start."""
    return Happened(f"e{next(_numbers)}", verb, after(minutes, days=days), actor, lesson, block, detail)
