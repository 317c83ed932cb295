"""Who may see a section or an activity of a Moodle course: its switches, and the conditions it is under."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

from knowledge.blocks import Seen, Visibility
from knowledge.readers.moodle_text import field, number
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, least_strict, stricter

_MAX_DEPTH = 20
_LAST_SECOND = 253_402_300_799  # the end of the year 9999


def access_of(element: Element) -> tuple[Seen, tuple[str, ...]]:
    """Who sees what this `module` or `section` describes, and what its author should know about that.

    A condition other than a date of opening (a group, a grade, a profile, an end) depends on the learner or the day:
    what stands under it stays with staff.
    """
    # Old backups lack one of the switches; anything but "on" in one that is there counts as off.
    rules = [FOR_LEARNERS if field(element, name).strip() in ("", "1") else UNPUBLISHED for name in _SWITCHES]
    condition = field(element, "availability") or field(element, "availabilityjson")
    rules.append(_under(condition) if condition.strip() else FOR_LEARNERS)
    rules.append(_under_old_conditions(element))
    if rules[-1].visibility is Visibility.STAFF or rules[-2].visibility is Visibility.STAFF:
        return stricter(*rules), (_KEPT,)
    return stricter(*rules), ()


def opens_at(seconds: int) -> Seen:
    """For learners from a moment on, in seconds since 1970; at once for 0 or less."""
    if seconds <= 0:
        return FOR_LEARNERS
    return Seen(Visibility.NOT_BEFORE, datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC))


_SWITCHES = ("visible", "visibleoncoursepage")
_KEPT = "is open to some learners only (a group, a grade, a profile, an end date or the like): kept with staff"


def _under(condition: str) -> Seen:
    try:
        tree = json.loads(condition)
    except (ValueError, RecursionError):
        return FOR_STAFF
    return _judged(tree, depth=0, negated=False)


def _judged(tree: Any, *, depth: int, negated: bool) -> Seen:
    if not isinstance(tree, dict) or depth > _MAX_DEPTH:
        return FOR_STAFF
    if "op" not in tree:
        return _of_date(tree, negated=negated)
    operator, children = str(tree["op"]), tree.get("c")
    if not isinstance(children, list):
        return FOR_STAFF
    negated ^= operator.startswith("!")
    found = [_judged(child, depth=depth + 1, negated=negated) for child in children]
    if not found:
        return FOR_LEARNERS
    # Not all of them is the same as one of them not; and the other way round.
    one_is_enough = operator.endswith("|") ^ negated
    return least_strict(*found) if one_is_enough else stricter(*found)


def _of_date(tree: dict[str, Any], *, negated: bool) -> Seen:
    direction, moment = tree.get("d"), tree.get("t")
    opens = direction == ("<" if negated else ">=")
    if tree.get("type") != "date" or not opens or not isinstance(moment, int):
        return FOR_STAFF
    return opens_at(moment)


def _under_old_conditions(element: Element) -> Seen:
    """Before Moodle 2.7 dates and conditions had fields of their own."""
    info = element.find("availability_info")
    has_conditions = info is not None and len(info) > 0
    if has_conditions or number(element, "availableuntil") > 0 or number(element, "groupmembersonly") > 0:
        return FOR_STAFF
    return opens_at(number(element, "availablefrom"))
