"""Where in a lesson learners stumble: how many speak of trouble at each of its sections.

A section is told with a number only where enough learners stand behind it (`feedback.floor`).
"""

from collections import defaultdict
from collections.abc import Iterable
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
    said = _said(session, product, lesson, since=since)
    back = browsers_that_came_back(session, product, [each for some in said.values() for each in some], until=now)
    counts = {anchor: _told(voices_in(some, came_back=back).learners, k) for anchor, some in said.items()}
    outline = next(iter(read_outlines(session, product, only=[lesson])), None)
    sections = {section.anchor: section.heading for section in outline.sections} if outline else {}
    shown = tuple(Stumble(anchor, heading, counts.get(anchor, 0)) for anchor, heading in sections.items())
    gone = [each for anchor, some in said.items() if anchor not in sections for each in some]
    return LessonStumbles(shown, _told(voices_in(gone, came_back=back).learners, k))


def _said(session: Session, product: str, lesson: str, *, since: datetime) -> dict[str, list[Said]]:
    """Trouble by section; what nobody known said counts nowhere."""
    here = (
        ItemRow.product == product,
        ItemRow.lesson == lesson,
        ItemRow.created >= since,
        ItemRow.kind.in_(TROUBLE),
        ItemRow.learner.is_not(None),
    )
    by_section: dict[str, list[Said]] = defaultdict(list)
    # Somebody vouched for counts whatever they said, so that their words need not be read.
    known = select(ItemRow.anchor, ItemRow.learner).where(*here, ItemRow.voice == Voice.PERSON).distinct()
    for told in session.execute(known):
        by_section[told.anchor].append(Said("", told.learner, Voice.PERSON, "", since))
    columns = ItemRow.id, ItemRow.anchor, ItemRow.learner, ItemRow.text, ItemRow.created
    browsers = select(*columns).where(*here, ItemRow.voice == Voice.BROWSER)
    for row in session.execute(browsers.order_by(ItemRow.created.desc(), ItemRow.id).limit(_MOST_ITEMS)):
        by_section[row.anchor].append(Said(row.id, row.learner, Voice.BROWSER, row.text, row.created))
    return by_section


def _told(learners: Iterable[str], k: int) -> int | None:
    count = len(list(learners))
    return count if count == 0 or count >= k else None
