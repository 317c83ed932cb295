"""Who may see a part of an Open edX course, by its own attributes; a container's restriction holds for all in it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from knowledge.blocks import Seen, Visibility
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF

_OLD_DATE = re.compile(
    r"(?P<month>[A-Z][a-z]{2,8}) (?P<day>\d{1,2}),? *(?P<time>\d{1,2}:\d\d)? *(?P<zone>[A-Z]{3,4})?,? *(?P<year>\d{4})"
)
_YES = frozenset({"true", "1", "yes", "on"})
# What a learner sees or not by rules this reader cannot follow: kept from all of them, and said.
_UNFOLLOWED = {
    "hide_after_due": "is hidden after its due date",
    "hide_from_toc": "is hidden from the course's outline",
    "is_time_limited": "is an exam with a time limit",
    "is_proctored_enabled": "is a proctored exam",
    "is_entrance_exam": "is an entrance exam",
}
_UNFOLLOWED_TAGS = {
    "split_test": "is an experiment in which each group sees something else",
    "conditional": "opens only to who met its condition",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a part's attributes say of who may see it; `reasons` are for its author."""

    seen: Seen
    reasons: tuple[str, ...] = ()


def told_access(tag: str, attributes: Mapping[str, str]) -> Told:
    """Read who may see a part by its own attributes, without what it stands in."""
    reasons = tuple(_reasons(tag, attributes))
    if reasons or is_yes(attributes.get("visible_to_staff_only", "")):
        return Told(FOR_STAFF, tuple(f"{reason}: kept from learners" for reason in reasons))
    start = plain_value(attributes.get("start", ""))
    if not start:
        return Told(FOR_LEARNERS)
    opens = _moment(start)
    if opens is None:
        return Told(FOR_STAFF, (f'starts at "{start}", which is no date: kept from learners',))
    return Told(Seen(Visibility.NOT_BEFORE, opens))


def plain_value(value: str) -> str:
    """An attribute's text without the JSON quotes exports put around some; "" for null."""
    text = value.strip()
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        try:
            inner = json.loads(text)
        except ValueError:
            return text.strip('"')
        return inner.strip() if isinstance(inner, str) else text
    return "" if text == "null" else text


def is_yes(value: str) -> bool:
    """Whether an attribute says yes."""
    return plain_value(value).lower() in _YES


def _reasons(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    if tag in _UNFOLLOWED_TAGS:
        yield _UNFOLLOWED_TAGS[tag]
    for name, reason in _UNFOLLOWED.items():
        if is_yes(attributes.get(name, "")):
            yield reason
    if _is_for_groups(attributes.get("group_access", "")):
        yield "is for some groups of learners only"


def _is_for_groups(value: str) -> bool:
    text = plain_value(value)
    if not text:
        return False
    try:
        groups = json.loads(text)
    except (ValueError, RecursionError):
        return True
    return any(groups.values()) if isinstance(groups, dict) else bool(groups)


def _moment(text: str) -> datetime | None:
    """A moment as exports write it: ISO 8601, milliseconds, or, in old courses, "Oct 30 23:00 EST 2012"."""
    old = _OLD_DATE.fullmatch(text)
    try:
        if old is not None:
            told = f"{old['day']} {old['month'][:3]} {old['year']} {old['time'] or '00:00'}:00 {old['zone'] or 'UTC'}"
            moment = parsedate_to_datetime(told)
        elif text.isdigit():
            moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        else:
            moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
