"""Has made-up learners use a product: their events are logged, their questions asked, what they say comes in.

Everything goes through the doors there are: the assistant for questions, the inbox for what is said in the widget and
for what was written in a forum or a survey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio
from sqlalchemy.orm import Session

from assistant.answer import Question
from companion.wiring import House
from evals.loop_learners import BEGINS, Came, MadeLoopLearners, Said, Way
from feedback.inbox import ItemKind, NewItem, record_item, take_in
from feedback.item import Source, Voice
from foundation.ids import PersonId, ProductSlug, content_hash
from knowledge.lessons import find_lesson
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import new_learner, person_by_host_id

_KINDS = {
    Way.STUCK: ItemKind.STUCK,
    Way.STUCK_SILENT: ItemKind.STUCK,
    Way.COMMENT: ItemKind.COMMENT,
    Way.THUMB_DOWN: ItemKind.THUMB_DOWN,
    Way.FORUM: ItemKind.FORUM,
    Way.SURVEY: ItemKind.SURVEY,
    Way.PRAISE: ItemKind.PRAISE,
}
_VERBS = {Way.STUCK: Verb.STUCK, Way.STUCK_SILENT: Verb.STUCK, Way.THUMB_DOWN: Verb.RATED}
_BROUGHT = {Way.FORUM, Way.SURVEY}
_HOST = "loop"


class SetClock:
    """A clock that is set, so that what learners did weeks ago is kept as of then."""

    def __init__(self, now: datetime = BEGINS) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def feed(house: House, clock: SetClock, product: ProductSlug, made: MadeLoopLearners) -> None:
    """Live the learners' weeks; the clock stands at their end afterwards."""
    feeding = _Feeding(house, clock, product, made)
    with house.database.write() as session:
        for came in made.came:
            feeding.come(session, came)
    for said in made.said:
        if said.way not in _BROUGHT:
            feeding.say(said)
    clock.now = made.ends
    feeding.bring([said for said in made.said if said.way in _BROUGHT])


@dataclass(frozen=True, slots=True)
class _Somebody:
    id: PersonId
    voice: Voice


class _Feeding:
    def __init__(self, house: House, clock: SetClock, product: ProductSlug, made: MadeLoopLearners) -> None:
        self._house, self._clock, self._product, self._made = house, clock, product, made
        self._people: dict[int, _Somebody] = {}
        self._slugs: dict[str, str] = {}

    def come(self, session: Session, came: Came) -> None:
        """Somebody comes to a lesson, is stuck there or not, completes it or leaves for good."""
        if came.learner not in self._people:
            self._people[came.learner] = self._somebody(session, came)
        lesson = self._slug(session, came.lesson)
        verbs = [Verb.OPENED, *([Verb.STUCK] if came.stuck else []), *([Verb.COMPLETED] if came.completed else [])]
        for verb in verbs:
            name = f"{verb}-{content_hash(self._product, str(came.learner), came.lesson)}"
            who = self._people[came.learner].id
            record_event(
                session, name, product=self._product, verb=verb, actor=who, lesson=lesson, detail={}, at=came.at
            )

    def say(self, said: Said) -> None:
        """Something is asked, or said in the widget."""
        self._clock.now = said.at
        who = self._people[said.learner]
        if said.way is Way.ASKED:
            anyio.run(
                self._house.answerer.reply, Question(self._product, said.text, lesson=said.lesson, learner=who.id)
            )
            return
        with self._house.database.write() as session:
            lesson = None if said.lesson is None else self._slug(session, said.lesson)
            item = NewItem(self._product, _KINDS[said.way], said.text, lesson=lesson, learner=who.id, voice=who.voice)
            kept = record_item(session, item, now=said.at)
            verb = _VERBS.get(said.way, Verb.COMMENTED)
            record_event(
                session,
                f"said-{kept}",
                product=self._product,
                verb=verb,
                actor=who.id,
                lesson=lesson,
                detail={"item": kept},
                at=said.at,
            )

    def bring(self, brought: Sequence[Said]) -> None:
        """What was written elsewhere is imported at the end."""
        items = [
            NewItem(
                self._product,
                _KINDS[said.way],
                said.text,
                source=Source.FILE,
                learner=f"a-{content_hash(self._product, str(said.learner))}",
                voice=Voice.PERSON,
                created=said.at,
            )
            for said in brought
        ]
        with self._house.database.write() as session:
            take_in(session, items, now=self._clock.now)

    def _somebody(self, session: Session, came: Came) -> _Somebody:
        known = came.learner in self._made.vouched_for
        if known:
            person = person_by_host_id(session, _HOST, f"{self._product}-{came.learner}", now=came.at)
        else:
            person = new_learner(session, now=came.at).person
        enrol(session, person, self._product, now=came.at)
        return _Somebody(person, Voice.PERSON if known else Voice.BROWSER)

    def _slug(self, session: Session, lesson: str) -> str:
        if lesson not in self._slugs:
            self._slugs[lesson] = find_lesson(session, self._product, lesson).slug
        return self._slugs[lesson]
