"""Where learners stumble in a lesson: counted in learners, and told only of enough of them."""

from datetime import datetime, timedelta

from feedback.item import ItemKind, Voice
from feedback.stumbles import LessonStumbles, stumbles_in
from foundation.database import Database
from tests.feedback.saying import COURSE, Sayings


def told(database: Database, now: datetime, *, days: int = 28) -> LessonStumbles:
    with database.read() as session:
        return stumbles_in(session, COURSE, "02-dough", k=5, since=now - timedelta(days=days), now=now)


def test_only_voices_that_count_are_counted_and_only_enough_of_them_are_told(
    sayings: Sayings,
) -> None:
    said, database, clock = sayings, sayings.database, sayings.clock
    stuck = {"kind": ItemKind.STUCK, "lesson": "02-dough", "theme": None}
    assert told(database, clock()).elsewhere == 0
    for place in range(3):
        for _ in range(2):
            said.say("stuck", f"a-{place}", **stuck)
    fresh = [said.browser(days_ago=1) for _ in range(9)]
    for place, learner in enumerate([*fresh, None, None]):
        voice = Voice.NOBODY if learner is None else Voice.BROWSER
        said.say(f"stuck too {place}", learner, voice=voice, **stuck)
    said.say("a comment is about anything", "a-8", kind=ItemKind.COMMENT, lesson="02-dough", theme=None)
    said.say("another lesson", "a-9", kind=ItemKind.STUCK, lesson="03-oven", theme=None)
    assert told(database, clock()).elsewhere is None
    for place in range(2):
        back = said.browser(days_ago=3, back_days_ago=1)
        said.say(f"I came back and am stuck {place}", back, voice=Voice.BROWSER, **stuck)
    assert told(database, clock()).elsewhere == 5
    clock.move(days=40)
    assert told(database, clock()).elsewhere == 0
