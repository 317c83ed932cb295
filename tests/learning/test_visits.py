"""When learners first came to lessons."""

import pytest

from companion.wiring import House
from foundation.ids import ProductSlug
from learning.events import Verb, record_event
from learning.visits import count_newcomers, first_visits
from tests.conftest import TakeIn
from tests.learning.doing import after


@pytest.mark.usefixtures("unmeasured")
def test_the_first_thing_done_counts_and_what_is_known_of_nobody_does_not(house: House, take_in: TakeIn) -> None:
    take_in({"one.md": "# One\n\nText.\n", "two.md": "# Two\n\nText.\n"})
    done = [
        ("ann", Verb.STUCK, "one", 5),
        ("ann", Verb.OPENED, "one", 9),
        ("ann", Verb.COMPLETED, "two", 20),
        ("bob", Verb.OPENED, "one", 7),
        ("bob", Verb.RATED, "two", 8),
        (None, Verb.OPENED, "two", 1),
        ("bob", Verb.OPENED, "two", 50),
        ("bob", Verb.OPENED, "gone", 2),
        ("ann", Verb.OPENED, "two", 55),
    ]
    with house.database.write() as session:
        for n, (actor, verb, lesson, minutes) in enumerate(done):
            record_event(
                session,
                f"e-{n}",
                product=ProductSlug("course"),
                verb=verb,
                actor=actor,
                lesson=lesson,
                detail={},
                at=after(minutes),
            )
        told = first_visits(session, "course", until=after(40))
        newcomers = count_newcomers(session, "course", "two", since=after(30), until=after(60))
        everybody = count_newcomers(session, "course", "two", since=after(0), until=after(60))
    assert (newcomers, everybody) == (1, 2)
    assert told == {"one": {"ann": after(5), "bob": after(7)}, "two": {"ann": after(20)}}
