"""Lays lessons out over weeks: every lesson once, what is required before what requires it, no week over the hours.

Pure: lessons with their minutes go in, weeks come out, always the same ones. Lessons keep the author's order, except
that one which requires a later lesson waits for it. A lesson longer than a week begins a week of its own and goes on in
the next ones. Where a deadline cannot be met, what serves the goal most comes first together with all it requires, and
the rest stands after the deadline: nothing is left out.
"""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

DAYS_A_WEEK = 7
# Hours are offered in halves; a week has no more than this to give.
_HALF_HOUR, _MOST_MINUTES = 30, 60 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """A lesson to be planned; `requires` are others by name, `likeness` is to the goal, None where there is none."""

    lesson: str
    minutes: int
    requires: frozenset[str] = frozenset()
    likeness: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What of a lesson a week takes: all of it, or the `part`th `of` several."""

    lesson: str
    minutes: int
    part: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class Week:
    """A week's lessons in order; weeks are counted from 1."""

    number: int
    shares: tuple[Share, ...]

    @property
    def minutes(self) -> int:
        """What the week takes."""
        return sum(share.minutes for share in self.shares)


@dataclass(frozen=True, slots=True)
class Plan:
    """Weeks, and how they stand to a deadline.

    `after` are the lessons that end after it, in order. With `minutes_needed` a week all of them would be done by then;
    None where no week has so many, or where nothing is after it. `days` is how many days the plan takes to its end.
    """

    weeks: tuple[Week, ...]
    days: int
    after: tuple[str, ...] = ()
    minutes_needed: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether all is done by the deadline; without one, always."""
        return not self.after


def lay_out(steps: Sequence[Step], *, minutes_a_week: int, days_left: int | None = None) -> Plan:
    """The plan of these lessons, given in course order, when a week gives so many minutes.

    `days_left` counts the days up to the deadline, the first and the last included; None: there is none.
    """
    ordered = in_order(steps)
    ends = _ends(ordered, minutes_a_week)
    left = math.inf if days_left is None else days_left / DAYS_A_WEEK
    if not ends or ends[-1] <= left:
        return Plan(pack(ordered, minutes_a_week), days=_days(ends))
    core = _core(ordered, minutes_a_week, left)
    chosen = [*(step for step in ordered if step.lesson in core), *(s for s in ordered if s.lesson not in core)]
    ends = _ends(chosen, minutes_a_week)
    after = tuple(step.lesson for step, end in zip(chosen, ends, strict=True) if end > left)
    needed = _minutes_needed(ordered, minutes_a_week, left)
    return Plan(pack(chosen, minutes_a_week), days=_days(ends), after=after, minutes_needed=needed)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The author's order, every lesson after those it requires; of the requirements of others nothing is known here.

    Requirements in a circle, which no release holds, leave the order as it is from there on.
    """
    place = {step.lesson: number for number, step in enumerate(steps)}
    waits = {step.lesson: {name for name in step.requires if name in place and name != step.lesson} for step in steps}
    followers: dict[str, list[str]] = {}
    for lesson, required in waits.items():
        for name in required:
            followers.setdefault(name, []).append(lesson)
    ready = [place[lesson] for lesson, required in waits.items() if not required]
    heapq.heapify(ready)
    done: dict[int, None] = {}
    while len(done) < len(steps):
        number = heapq.heappop(ready) if ready else next(n for n in range(len(steps)) if n not in done)
        if number in done:
            continue
        done[number] = None
        for follower in followers.get(steps[number].lesson, ()):
            waits[follower].discard(steps[number].lesson)
            if not waits[follower]:
                heapq.heappush(ready, place[follower])
    return [steps[number] for number in done]


def pack(steps: Sequence[Step], minutes_a_week: int) -> tuple[Week, ...]:
    """Lessons in this order, week by week."""
    weeks: dict[int, list[Share]] = {}
    for step, (first, parts) in zip(steps, _places(steps, minutes_a_week), strict=True):
        for number, minutes in enumerate(parts):
            weeks.setdefault(first + number, []).append(Share(step.lesson, minutes, number + 1, len(parts)))
    return tuple(Week(number, tuple(shares)) for number, shares in sorted(weeks.items()))


def _places(steps: Sequence[Step], minutes_a_week: int) -> list[tuple[int, list[int]]]:
    """For each lesson the week it begins in, and its minutes in that week and the following ones."""
    places = []
    week, used = 1, 0
    for step in steps:
        if used and used + step.minutes > minutes_a_week:
            week, used = week + 1, 0
        whole, rest = divmod(step.minutes, minutes_a_week)
        parts = [minutes_a_week] * whole + [rest] * (rest > 0)
        places.append((week, parts))
        week += len(parts) - 1
        used = parts[-1] if len(parts) > 1 else used + step.minutes
    return places


def _ends(steps: Sequence[Step], minutes_a_week: int) -> list[float]:
    """When each lesson is done, in weeks from the beginning."""
    ends = []
    used: dict[int, int] = {}
    for first, parts in _places(steps, minutes_a_week):
        for number, minutes in enumerate(parts):
            used[first + number] = used.get(first + number, 0) + minutes
        last = first + len(parts) - 1
        ends.append(last - 1 + used[last] / minutes_a_week)
    return ends


def _days(ends: Sequence[float]) -> int:
    return math.ceil(round(ends[-1] * DAYS_A_WEEK, 6)) if ends else 0


def _core(ordered: Sequence[Step], minutes_a_week: int, weeks_left: float) -> Collection[str]:
    """What is done by the deadline: the lessons most like the goal, each with all it requires, as long as they fit."""
    known = {step.lesson: step for step in ordered}
    liked = sorted(range(len(ordered)), key=lambda number: (-(ordered[number].likeness or 0.0), number))
    core: set[str] = set()
    room = weeks_left * minutes_a_week
    for number in liked:
        wanted = core | _with_required(ordered[number].lesson, known)
        chosen = [step for step in ordered if step.lesson in wanted]
        # The sum first: laying out takes longer, and mostly the sum tells.
        if sum(step.minutes for step in chosen) <= room and _ends(chosen, minutes_a_week)[-1] <= weeks_left:
            core = wanted
    return core


def _with_required(lesson: str, known: Mapping[str, Step]) -> set[str]:
    found, waiting = {lesson}, [lesson]
    while waiting:
        fresh = [name for name in known[waiting.pop()].requires if name in known and name not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return found


def _minutes_needed(ordered: Sequence[Step], minutes_a_week: int, weeks_left: float) -> int | None:
    """The fewest half hours a week with which all is done in time, in the author's order."""
    first = (minutes_a_week // _HALF_HOUR + 1) * _HALF_HOUR
    for minutes in range(first, _MOST_MINUTES + 1, _HALF_HOUR):
        if _ends(ordered, minutes)[-1] <= weeks_left:
            return minutes
    return None
