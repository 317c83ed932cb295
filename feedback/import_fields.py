"""Makes values of an imported row's fields: when it was said, how content somebody was, what kind of thing it is."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from feedback.item import ItemKind
from foundation.errors import Invalid

BEST_RATING = 5
_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?\s*")
_DOTTED = re.compile(r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*")
_WORDED = re.compile(
    r"(?:[^\W\d_]+,\s*)?(\d{1,2})\s+([^\W\d_]{3,})\.?\s+(\d{4})(?:\s*г\.?)?(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?"
)
_MONTHS = (
    *("jan янв", "feb фев", "mar мар", "apr апр", "may май мая", "jun июн"),
    *("jul июл", "aug авг", "sep сен", "oct окт", "nov ноя", "dec дек"),
)
_YES = frozenset({"1", "true", "yes", "y", "да", "д", "+", "on", "согласен", "согласна"})
_SAYS_KIND = (
    (re.compile(r"forum|форум|thread|discourse|moodle", re.IGNORECASE), ItemKind.FORUM),
    (re.compile(r"survey|опрос|анкет|form|nps|poll", re.IGNORECASE), ItemKind.SURVEY),
)
# Seconds since 1970 of this century; before that, a number is no date.
_EPOCH = (946_684_800, 4_102_444_800)


def read_day_first(values: Iterable[Any]) -> bool | None:
    """Whether dates like 3/5/2026 begin with the day, by those among them that leave no doubt; None when none does."""
    for value in values:
        found = _SLASHED.fullmatch(str(value))
        if found and int(found[1]) > 12:
            return True
        if found and int(found[2]) > 12:
            return False
    return None


def read_time(value: Any, *, day_first: bool | None) -> datetime:
    """When it was said; UTC where nothing else is said. Raises Invalid."""
    text = str(value).strip()
    try:
        return _time_in(text, day_first)
    except (ValueError, OverflowError, OSError, StopIteration) as err:
        raise Invalid(
            f"the date {text[:40]!r} cannot be read; write it like 2026-03-05 or 2026-03-05T14:30:00Z"
        ) from err


def _time_in(text: str, day_first: bool | None) -> datetime:
    if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        seconds = float(text) / (1000 if len(text.partition(".")[0]) == 13 else 1)
        if not _EPOCH[0] <= seconds <= _EPOCH[1]:
            raise ValueError("no date")
        return datetime.fromtimestamp(seconds, UTC)
    slashed, dotted, worded = _SLASHED.fullmatch(text), _DOTTED.fullmatch(text), _WORDED.match(text)
    if slashed:
        if day_first is None and slashed[1] != slashed[2]:
            raise ValueError("day or month first")
        day, month = (slashed[1], slashed[2]) if day_first else (slashed[2], slashed[1])
        return _at(slashed[3], month, day, slashed[4], slashed[5], slashed[6], slashed[7])
    if dotted:
        return _at(dotted[3], dotted[2], dotted[1], dotted[4], dotted[5], dotted[6])
    if worded:
        return _at(worded[3], _month(worded[2]), worded[1], worded[4], worded[5], worded[6], worded[7])
    found = datetime.fromisoformat(text.removesuffix(" UTC"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _at(
    year: str,
    month: str | int,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    half: str | None = None,
) -> datetime:
    hours = int(hour or 0)
    if half is not None:
        hours = hours % 12 + 12 * (half.lower() == "pm")
    return datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC)


def _month(name: str) -> int:
    return next(number for number, begins in enumerate(_MONTHS, 1) if name.lower()[:3] in begins.split())


def read_rating(value: Any, *, best: int = BEST_RATING) -> float:
    """A rating from 1 to `best`, or "4/5", as a score from -1 to 1. Raises Invalid."""
    given, _, of = str(value).strip().replace(",", ".").partition("/")
    try:
        rating, most = float(given), float(of) if of else float(best)
    except ValueError as err:
        raise Invalid(f"the rating {str(value)[:40]!r} is no number") from err
    if not (1 < most <= 1000 and 1 <= rating <= most):
        raise Invalid(f"the rating is {str(value)[:40]}; it goes from 1 to {most:g}, or write it like 7/10")
    return round(2 * (rating - 1) / (most - 1) - 1, 4)


def read_kind(fields: dict[str, Any], *, default: ItemKind) -> ItemKind:
    """What kind a row says it is, or its source does. Raises Invalid for a kind there is not."""
    given = str(fields.get("kind", "")).strip().lower().replace(" ", "_").replace("-", "_")
    if given:
        if given not in set(ItemKind):
            raise Invalid(f"there is no kind {given[:40]!r}; say one of {', '.join(ItemKind)}, or leave it out")
        return ItemKind(given)
    source = str(fields.get("source", ""))
    return next((kind for pattern, kind in _SAYS_KIND if pattern.search(source)), default)


def read_consent(value: Any) -> bool:
    """Whether somebody agreed to be quoted; what is not clearly a yes is a no."""
    return value is True or str(value).strip().lower() in _YES
