"""The append-only event log."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from companion.wiring import House
from foundation.ids import ProductSlug
from learning.events import Verb, lessons_reached, record_event
from learning.tables import EventRow
from tests.conftest import TakeIn
from tests.fakes import FixedClock

COURSE = ProductSlug("course")


@pytest.fixture(autouse=True)
def _a_product(take_in: TakeIn) -> None:
    take_in({"one.md": "# One\n\nText.\n"})


def _record(
    house: House, event_id: str, *, product: ProductSlug = COURSE, verb: Verb = Verb.RATED, **detail: Any
) -> None:
    with house.database.write() as session:
        record_event(
            session, event_id, product=product, verb=verb, actor="a", lesson=None, detail=detail, at=house.clock()
        )


def _events(house: House) -> list[EventRow]:
    with house.database.read() as session:
        return list(session.scalars(select(EventRow).order_by(EventRow.at, EventRow.id)))


def test_the_same_id_again_changes_nothing(house: House, clock: FixedClock) -> None:
    first = clock.now
    _record(house, "e-1", stars=5)
    clock.move(hours=1)
    _record(house, "e-1", verb=Verb.STUCK, stars=1)
    assert [(event.verb, event.detail, event.at) for event in _events(house)] == [("rated", {"stars": 5}, first)]


def test_the_same_id_twice_in_one_transaction_is_one_event(house: House, clock: FixedClock) -> None:
    with house.database.write() as session:
        for _ in range(2):
            record_event(session, "e", product=COURSE, verb=Verb.ASKED, lesson=None, detail={}, at=clock.now)
    assert len(_events(house)) == 1


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_is_kept_as_it_is(house: House, verb: Verb) -> None:
    _record(house, "e-1", verb=verb)
    assert [event.verb for event in _events(house)] == [verb]


def test_events_keep_the_order_in_which_things_happened(house: House, clock: FixedClock) -> None:
    for number in (2, 1, 0):
        _record(house, f"e-{number}")
        clock.now += timedelta(minutes=1)
    assert [event.id for event in _events(house)] == ["e-2", "e-1", "e-0"]


def test_an_event_of_a_product_nobody_knows_is_refused(house: House) -> None:
    with pytest.raises(IntegrityError):
        _record(house, "e-1", product=ProductSlug("nobody"))
    assert _events(house) == []


def test_lessons_are_reached_by_who_opened_them_or_worked_in_them_in_that_product(house: House) -> None:
    verbs = {Verb.OPENED: "a", Verb.COMPLETED: "b", Verb.ASKED: "c", Verb.STUCK: "d", Verb.RATED: "e"}
    with house.database.write() as session:
        for verb, lesson in verbs.items():
            for actor in ("ann", "bob" if verb is Verb.OPENED else "ann"):
                name = f"{verb}-{actor}"
                record_event(
                    session, name, product=COURSE, verb=verb, actor=actor, lesson=lesson, detail={}, at=house.clock()
                )
        record_event(
            session, "asked-nowhere", product=COURSE, verb=Verb.ASKED, actor="ann", lesson=None, detail={},
            at=house.clock(),
        )  # fmt: skip
    with house.database.read() as session:
        assert lessons_reached(session, COURSE, "ann") == {"a", "b", "c", "d"}
        assert lessons_reached(session, COURSE, "bob") == {"a"}
        assert lessons_reached(session, COURSE, "cyd") == frozenset()
        assert lessons_reached(session, ProductSlug("other"), "ann") == frozenset()
