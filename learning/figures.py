"""Figures of a product that are tracked over time: do learners come back, does help make them able, is it offered well.

Shares come with their number and a 95 % Wilson interval (Wilson 1927), so that a share of five people looks like one.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from learning.events import Verb
from learning.log import Happened, events_with
from learning.progress import TRIES, Result, result_of

COMES_BACK = timedelta(days=7)
PUBLISHED_RETURN = 0.67
"""A third of those who send a study assistant one message never send a second."""
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the interval in which the share lies; None for both where there is nobody."""

    yes: int
    n: int

    @property
    def share(self) -> float | None:
        """`yes` of `n`."""
        return None if not self.n else round(self.yes / self.n, 4)

    @property
    def interval_95(self) -> tuple[float, float] | None:
        """Wilson's interval."""
        return wilson(self.yes, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Returned:
    """Of those who sent a first message, who sent a second within seven days; `too_new`: their seven days go on."""

    share: Share
    too_new: int


@dataclass(frozen=True, slots=True)
class NextExercise:
    """Passed without a hint: the exercise after one with hints, by the highest rung taken, and after one without."""

    after_hints: Share
    by_rung: Mapping[int, Share]
    without_hints: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """A product's figures; `offers` are those after which something was passed or completed there within seven days."""

    first_turn_return: Returned
    next_exercise: NextExercise
    offers: Share


def read_figures(session: Session, product: str, *, now: datetime) -> Figures:
    """A product's figures, from the events of everybody who is known."""
    verbs = TRIES | {Verb.ASKED, Verb.HINTED, Verb.OFFERED, Verb.COMPLETED}
    people = _by_person(events_with(session, product, verbs))
    return Figures(first_turn_return(people, now=now), next_exercise(people), _followed(people, now=now))


def first_turn_return(people: Iterable[Sequence[Happened]], *, now: datetime) -> Returned:
    """Who comes back with a second message, from each one's events in order."""
    back = n = too_new = 0
    for events in people:
        asked = [event.at for event in events if event.verb is Verb.ASKED]
        if not asked:
            continue
        if asked[0] > now - COMES_BACK:
            too_new += 1
            continue
        n += 1
        back += len(asked) > 1 and asked[1] <= asked[0] + COMES_BACK
    return Returned(Share(back, n), too_new)


def next_exercise(people: Iterable[Sequence[Happened]]) -> NextExercise:
    """What becomes of the exercise after one with hints, and after one without, from each one's events in order."""
    counted: dict[int, list[bool]] = defaultdict(list)
    for events in people:
        for rung, alone in _steps(events):
            counted[rung].append(alone)
    hinted = {rung: found for rung, found in sorted(counted.items()) if rung}
    return NextExercise(
        after_hints=_share(alone for found in hinted.values() for alone in found),
        by_rung={rung: _share(found) for rung, found in hinted.items()},
        without_hints=_share(counted[0]),
    )


def wilson(yes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share; `n` is at least 1."""
    share, squared = yes / n, _Z**2 / n
    middle, half = share + squared / 2, _Z * math.sqrt(share * (1 - share) / n + squared / (4 * n))
    return round(max((middle - half) / (1 + squared), 0.0), 4), round(min((middle + half) / (1 + squared), 1.0), 4)


def _by_person(events: Iterable[Happened]) -> list[list[Happened]]:
    people: dict[str | None, list[Happened]] = defaultdict(list)
    for event in events:
        people[event.actor].append(event)
    return list(people.values())


def _steps(events: Sequence[Happened]) -> Iterator[tuple[int, bool]]:
    """From every exercise to the one begun next: the highest rung taken at the first, 0 for none, and how that went."""
    begun: dict[str, int] = {}
    for place, event in enumerate(events):
        if event.block is not None and event.verb in TRIES | {Verb.HINTED}:
            begun.setdefault(event.block, place)
    order = sorted(begun, key=begun.__getitem__)
    for block, after in pairwise(order):
        alone = _passed_alone(events, after)
        if alone is not None:
            # Hints that came after the next one was begun did not help with it.
            before = [event for event in events[: begun[after]] if event.block == block and event.verb is Verb.HINTED]
            yield max((int(event.detail.get("rung", 1)) for event in before), default=0), alone


def _passed_alone(events: Sequence[Happened], block: str) -> bool | None:
    """Whether an exercise was passed before any hint at it; None where no try at it was judged and no hint taken."""
    told = None
    for event in events:
        if event.block != block:
            continue
        if event.verb is Verb.HINTED:
            return False
        result = result_of(event)
        if result is Result.PASSED:
            return True
        told = False if result is Result.FAILED else told
    return told


def _followed(people: Iterable[Sequence[Happened]], *, now: datetime) -> Share:
    followed = []
    for events in people:
        for place, event in enumerate(events):
            if event.verb is Verb.OFFERED and event.at <= now - COMES_BACK:
                later = [other for other in events[place + 1 :] if other.at <= event.at + COMES_BACK]
                followed.append(any(_gets_on(other) and other.lesson == event.lesson for other in later))
    return _share(followed)


def _gets_on(event: Happened) -> bool:
    return event.verb is Verb.COMPLETED or result_of(event) is Result.PASSED


def _share(values: Iterable[bool]) -> Share:
    told = list(values)
    return Share(sum(told), len(told))
