"""What is read for measuring at places of a course: who first came where and when, and what trouble was told there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.item import ItemKind
from feedback.tables import ItemRow
from learning.events import Verb
from learning.log import events_with
from learning.progress import Result, result_of, successor_of
from learning.visits import first_visits


class TroubleKind(StrEnum):
    """What is counted at a place: said to be stuck, asked what is not answered, asked again, needed a person."""

    STUCK = "stuck"
    GAP = "gap"
    REPEATED = "repeated"
    HANDED_OVER = "handed_over"


_KINDS = {
    ItemKind.STUCK: TroubleKind.STUCK,
    ItemKind.UNANSWERED: TroubleKind.GAP,
    ItemKind.REPEATED: TroubleKind.REPEATED,
    ItemKind.HANDED_OVER: TroubleKind.HANDED_OVER,
}
_OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Trouble a known learner had in a lesson; `anchor` is None where it is not known in which section."""

    kind: TroubleKind
    learner: str
    anchor: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CourseLog:
    """Of everybody who is known, by the slug of a live lesson; `setbacks` are by learner, in order: failed, stuck.

    `begun` is in how many lessons a learner had been first when, in order.
    """

    visits: Mapping[str, Mapping[str, datetime]]
    troubles: Mapping[str, Sequence[Trouble]]
    setbacks: Mapping[str, Sequence[datetime]]
    begun: Mapping[str, Sequence[datetime]]

    def troubles_at(self, lesson: str, anchors: Collection[str] | None) -> Iterator[Trouble]:
        """Trouble in sections of a lesson, and that of which nobody knows the section; `anchors` of None are all."""
        for trouble in self.troubles.get(lesson, ()):
            if anchors is None or trouble.anchor is None or trouble.anchor in anchors:
                yield trouble


def read_course_log(session: Session, product: str, *, until: datetime) -> CourseLog:
    """All that was told of a product's live lessons up to a moment."""
    visits = first_visits(session, product, until=until)
    begun: dict[str, list[datetime]] = defaultdict(list)
    for told in visits.values():
        for learner, at in told.items():
            begun[learner].append(at)
    setbacks: dict[str, list[datetime]] = defaultdict(list)
    troubles: dict[str | None, list[Trouble]] = defaultdict(list)
    for lesson, trouble in _of_items(session, product, until):
        troubles[lesson].append(trouble)
    for event in events_with(session, product, [Verb.STUCK, Verb.FAILED, Verb.ATTEMPTED]):
        if event.actor is None or event.at > until:
            continue
        if event.verb is Verb.STUCK or result_of(event) is Result.FAILED:
            setbacks[event.actor].append(event.at)
        # What was said to us is an item as well, which knows the section.
        if event.verb is Verb.STUCK and "item" not in event.detail:
            troubles[event.lesson].append(Trouble(TroubleKind.STUCK, event.actor, None, event.at))
    in_order = {learner: sorted(times) for learner, times in begun.items()}
    return CourseLog(visits, _today(session, product, troubles, frozenset(visits)), setbacks, in_order)


def _of_items(session: Session, product: str, until: datetime) -> Iterator[tuple[str, Trouble]]:
    columns = ItemRow.kind, ItemRow.learner, ItemRow.lesson, ItemRow.anchor, ItemRow.passage, ItemRow.created
    told = (
        select(*columns)
        .where(ItemRow.product == product, ItemRow.kind.in_(_KINDS), ItemRow.created <= until)
        .where(ItemRow.learner.is_not(None), ItemRow.lesson.is_not(None), ItemRow.outcome != _OFF_TOPIC)
        .order_by(ItemRow.created, ItemRow.id)
    )
    for kind, learner, lesson, anchor, passage, created in session.execute(told):
        placed = anchor if anchor or passage else None
        yield str(lesson), Trouble(_KINDS[ItemKind(kind)], str(learner), placed, created)


def _today(
    session: Session, product: str, troubles: Mapping[str | None, Sequence[Trouble]], live: frozenset[str]
) -> dict[str, list[Trouble]]:
    """By the live lesson each belongs to by now."""
    told: dict[str, list[Trouble]] = defaultdict(list)
    for lesson, found in troubles.items():
        if lesson is not None:
            today = lesson if lesson in live else successor_of(session, product, lesson)
            if today is not None:
                told[today].extend(found)
    return told
