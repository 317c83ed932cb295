"""The work on one exercise as a hint has to know it: tries, results, hints already given, and how it went before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.events import Verb
from learning.log import Happened, events_of
from learning.progress import BlockProgress, Result, block_progress, result_of, tries_of


@dataclass(frozen=True, slots=True)
class Work:
    """One learner's work on one exercise.

    `rungs` are those of the hints given for it since it was last passed, oldest first, `tried_since` the tries since
    the last of them. `unaided` counts the exercises before it, in a row, that were passed without a hint.
    """

    progress: BlockProgress
    rungs: tuple[int, ...]
    tried_since: int
    unaided: int


def work_on(session: Session, product: str, person: str, *, block: str | None, lesson: str | None) -> Work:
    """What the log tells of a learner's work on an exercise, or, with None, on a lesson as a whole."""
    return work_of(events_of(session, product, person), block=block, lesson=lesson)


def work_of(events: Sequence[Happened], *, block: str | None, lesson: str | None) -> Work:
    """The same from a learner's events, in order."""
    tries = tries_of(events).get(block, []) if block is not None else []
    passed_at = max((event.at for event in tries if result_of(event) is Result.PASSED), default=None)
    mine = (event for event in events if event.verb is Verb.HINTED and event.block == block and event.lesson == lesson)
    hints = [event for event in mine if passed_at is None or event.at > passed_at]
    last_hint = hints[-1].at if hints else None
    return Work(
        progress=block_progress(block, tries),
        rungs=tuple(int(event.detail.get("rung", 1)) for event in hints),
        tried_since=sum(last_hint is not None and event.at > last_hint for event in tries),
        unaided=_unaided(events, besides=block),
    )


def _unaided(events: Sequence[Happened], *, besides: str | None) -> int:
    """Exercises passed without a hint, counted back from the last passed one to the first that took a hint."""
    hinted = {event.block for event in events if event.verb is Verb.HINTED}
    passed = [event.block for event in events if event.block is not None and result_of(event) is Result.PASSED]
    count = 0
    for block in dict.fromkeys(reversed([each for each in passed if each != besides])):
        if block in hinted:
            break
        count += 1
    return count
