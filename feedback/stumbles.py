"""Where in a lesson learners stumble: how many speak of trouble at each of its sections.

A section is told with a number only where enough learners stand behind it (`feedback.floor`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.floor import Said, browsers_that_came_back, voices_in
from feedback.item import ItemKind, Voice
from feedback.tables import ItemRow
from knowledge.outline import read_outlines

TROUBLE = frozenset({ItemKind.THUMB_DOWN, ItemKind.STUCK, ItemKind.UNANSWERED, ItemKind.REPEATED, ItemKind.HANDED_OVER})
"""What learners leave where something is hard; a comment may be about anything."""
# Of browsers the newest are looked at: copies among them do not count, and to see those they must be read.
_MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Stumble:
    """One section; `learners` counts those with trouble there, None for somebody but fewer than the floor."""

    anchor: str
    heading: str
    learners: int | None


@dataclass(frozen=True, slots=True)
class LessonStumbles:
    """A lesson's sections in reading order; `elsewhere` is trouble at sections that are no longer in it."""

    sections: tuple[Stumble, ...]
    elsewhere: int | None


def stumbles_in(
    session: Session, product: str, lesson: str, *, k: int, since: datetime, now: datetime
) -> LessonStumbles:
    """A live lesson's sections with the learners who said since then that they had trouble there."""
    counted = _counted(session, product, lesson, since=since, now=now)
    outline = next(iter(read_outlines(session, product, only=[lesson])), None)
    sections = {section.anchor: section.heading for section in outline.sections} if outline else {}
    shown = tuple(
        Stumble(anchor, heading, _told(counted.get(anchor, frozenset()), k)) for anchor, heading in sections.items()
    )
    gone = (learners for anchor, learners in counted.items() if anchor not in sections)
    return LessonStumbles(shown, _told(frozenset().union(*gone), k))


def _counted(
    session: Session, product: str, lesson: str, *, since: datetime, now: datetime
) -> dict[str, frozenset[str]]:
    """Whose voices count, by section; what nobody known said counts nowhere."""
    here = (
        ItemRow.product == product,
        ItemRow.lesson == lesson,
        ItemRow.created >= since,
        ItemRow.kind.in_(TROUBLE),
        ItemRow.learner.is_not(None),
    )
    found: dict[str, set[str]] = defaultdict(set)
    # Somebody vouched for counts whatever they said, so that their words need not be read.
    known = select(ItemRow.anchor, ItemRow.learner).where(*here, ItemRow.voice == Voice.PERSON).distinct()
    for told in session.execute(known):
        found[told.anchor].add(str(told.learner))
    said: dict[str, list[Said]] = defaultdict(list)
    columns = ItemRow.id, ItemRow.anchor, ItemRow.learner, ItemRow.text, ItemRow.created
    browsers = select(*columns).where(*here, ItemRow.voice == Voice.BROWSER)
    for row in session.execute(browsers.order_by(ItemRow.created.desc(), ItemRow.id).limit(_MOST_ITEMS)):
        said[row.anchor].append(Said(row.id, row.learner, Voice.BROWSER, row.text, row.created))
    back = browsers_that_came_back(session, product, [each for some in said.values() for each in some], until=now)
    for anchor, some in said.items():
        found[anchor] |= voices_in(some, came_back=back).learners
    return {anchor: frozenset(learners) for anchor, learners in found.items()}


def _told(learners: frozenset[str], k: int) -> int | None:
    return len(learners) if not learners or len(learners) >= k else None
