"""Help is offered as often as the learner's dial allows, for what was counted, and never twice for the same thing."""

from datetime import timedelta

import pytest

from companion.wiring import House
from foundation.ids import PersonId, ProductSlug
from learning.enrolments import Dial, end_enrolment, enrol, turn_dial
from learning.events import Verb, record_event
from learning.log import Happened, events_of
from learning.offers import SAME_AGAIN, STANDS, HelpOffer, find_offer, record_offer, worth_offering
from learning.pace import time_compared
from learning.people import new_learner
from learning.stuck_score import Reason, Sign, StuckScore
from tests.conftest import TakeIn
from tests.fakes import FixedClock
from tests.learning.doing import after, did

COURSE = ProductSlug("course")
STUCK = StuckScore("one", 0.9, (Reason(Sign.FAILED_IN_ROW, 4, "a"),))


def offered(days: float, lesson: str = "two") -> Happened:
    return did(Verb.OFFERED, days=days, lesson=lesson)


@pytest.mark.parametrize(
    ("dial", "days", "allowed"),
    [
        (Dial.NEVER, 99, False),
        (Dial.SELDOM, 13.9, False),
        (Dial.SELDOM, 14.1, True),
        (Dial.WEEKLY, 6.9, False),
        (Dial.WEEKLY, 7.1, True),
        (Dial.WHENEVER, 0.5, False),
        (Dial.WHENEVER, 1.1, True),
    ],
)
def test_the_dial_says_how_long_it_is_quiet_after_an_offer(dial: Dial, days: float, allowed: bool) -> None:
    assert worth_offering(STUCK, [offered(0)], dial=dial, now=after(days=days)) is allowed


@pytest.mark.parametrize("verb", [Verb.OFFERED, Verb.HANDED_OVER])
def test_nothing_is_offered_twice_for_a_lesson_in_two_weeks(verb: Verb) -> None:
    past = [did(verb, lesson="one")]
    assert not worth_offering(STUCK, past, dial=Dial.WHENEVER, now=after(days=13))
    assert worth_offering(STUCK, past, dial=Dial.WHENEVER, now=after() + SAME_AGAIN + timedelta(hours=1))


def test_no_offer_without_a_reason_that_can_be_told() -> None:
    for score in (None, StuckScore("one", 0.9, ()), StuckScore("one", 0.2, STUCK.reasons)):
        assert not worth_offering(score, [], dial=Dial.WHENEVER, now=after())


class Learner:
    """Somebody enrolled in a course of two lessons, and what they do there."""

    def __init__(self, house: House, clock: FixedClock) -> None:
        self.house, self.clock, self.did = house, clock, 0
        with house.database.write() as session:
            self.person: PersonId = new_learner(session, now=clock.now).person
            enrol(session, self.person, COURSE, now=clock.now)

    def does(self, verb: Verb, *, block: str | None = None, lesson: str = "one") -> None:
        self.did += 1
        self.clock.move(minutes=1)
        with self.house.database.write() as session:
            record_event(
                session,
                f"{self.person}-{self.did}",
                product=COURSE,
                verb=verb,
                actor=self.person,
                lesson=lesson,
                block=block,
                detail={},
                at=self.clock.now,
            )

    def gets_stuck(self, lesson: str = "one") -> None:
        self.does(Verb.OPENED, lesson=lesson)
        for _ in range(4):
            self.does(Verb.FAILED, block="a", lesson=lesson)

    def looks(self) -> HelpOffer | None:
        """What a page that is opened now would show."""
        with self.house.database.write() as session:
            standing = find_offer(session, COURSE, self.person, now=self.clock.now)
            if standing.is_new and standing.offer is not None:
                record_offer(session, COURSE, self.person, standing.offer)
        return standing.offer

    def turns(self, dial: Dial) -> None:
        with self.house.database.write() as session:
            turn_dial(session, self.person, COURSE, dial)


@pytest.fixture
def learner(house: House, clock: FixedClock, take_in: TakeIn, unmeasured: None) -> Learner:
    take_in({"one.md": "# One\n\nText.\n", "two.md": "# Two\n\nText.\n"})
    return Learner(house, clock)


def test_an_offer_is_made_once_and_stands_until_the_learner_gets_on(learner: Learner, clock: FixedClock) -> None:
    assert learner.looks() is None
    learner.gets_stuck()
    first = learner.looks()
    assert first is not None
    assert (first.lesson, first.reasons[0]) == ("one", Reason(Sign.FAILED_IN_ROW, 4, "a"))
    clock.move(hours=20)
    assert learner.looks() == first
    with learner.house.database.read() as session:
        made = [event for event in events_of(session, COURSE, learner.person) if event.verb is Verb.OFFERED]
    assert [(event.id, event.lesson, event.block) for event in made] == [(first.id, "one", "a")]
    learner.does(Verb.PASSED, block="a")
    assert learner.looks() is None


def test_an_offer_nobody_takes_goes_away_and_is_not_repeated(learner: Learner, clock: FixedClock) -> None:
    learner.gets_stuck()
    assert learner.looks() is not None
    clock.now += STANDS
    assert learner.looks() is None
    clock.move(days=5)
    assert learner.looks() is None, "a week is over, but it is the same lesson"
    learner.gets_stuck("two")
    second = learner.looks()
    assert second is not None
    assert second.lesson == "two"


def test_never_takes_a_standing_offer_away_too(learner: Learner) -> None:
    learner.gets_stuck()
    assert learner.looks() is not None
    learner.turns(Dial.NEVER)
    assert learner.looks() is None


def test_time_is_compared_with_those_who_completed_the_lesson(learner: Learner, clock: FixedClock) -> None:
    def compared() -> float | None:
        with learner.house.database.read() as session:
            return time_compared(session, COURSE, learner.person, lesson="one", now=clock.now)

    learner.does(Verb.OPENED)
    for _ in range(5):
        assert compared() is None
        other = Learner(learner.house, clock)
        for verb in (Verb.OPENED, Verb.PASSED, Verb.COMPLETED):
            other.does(verb)
    clock.move(minutes=3)
    # Eighteen minutes since it was opened, where the others took two.
    assert compared() == 9.0
    clock.move(days=2)
    assert compared() == 15.0


def test_who_left_is_offered_nothing(learner: Learner, clock: FixedClock) -> None:
    learner.gets_stuck()
    with learner.house.database.write() as session:
        end_enrolment(session, learner.person, COURSE, now=clock.now)
    assert learner.looks() is None
