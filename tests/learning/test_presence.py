"""Who was here and who came back, and how far learners come."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from foundation.database import Database, open_database
from foundation.ids import PersonId, ProductSlug
from knowledge.products import ProductKind, register_product
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import new_learner, person_by_host_id
from learning.presence import who_came_back, who_was_here
from tests.fakes import FixedClock

COURSE = ProductSlug("course")


@pytest.fixture
def database(tmp_path: Path, clock: FixedClock) -> Iterator[Database]:
    opened = open_database(tmp_path, clock=clock)
    with opened.write() as session:
        register_product(session, COURSE, title="", kind=ProductKind.COURSE, lang="en", now=clock())
    yield opened
    opened.close()


def _come(database: Database, clock: FixedClock, *, again_after_h: float | None = None, host: str = "") -> PersonId:
    now = clock() - timedelta(days=5)
    with database.write() as session:
        known = (
            person_by_host_id(session, "host.example", host, now=now) if host else new_learner(session, now=now).person
        )
        enrol(session, known, COURSE, now=now)
        if again_after_h is not None:
            told = {"product": COURSE, "verb": Verb.OPENED, "lesson": None, "detail": {}}
            record_event(session, f"e-{known}", actor=known, at=now + timedelta(hours=again_after_h), **told)
    return known


def test_a_browser_came_back_when_its_next_visit_is_half_a_day_later(database: Database, clock: FixedClock) -> None:
    late, soon, never = (_come(database, clock, again_after_h=hours) for hours in (12, 11.9, None))
    with database.read() as session:
        assert who_came_back(session, COURSE, [late, soon, never, "p-nobody"], until=clock()) == {late}
        assert who_came_back(session, COURSE, [late], until=clock() - timedelta(days=4.6)) == frozenset()


def test_who_was_here_tells_who_is_vouched_for_and_leaves_out_who_was_not(
    database: Database, clock: FixedClock
) -> None:
    browser, known = _come(database, clock, again_after_h=30), _come(database, clock, again_after_h=1, host="ann")
    with database.read() as session:
        here = who_was_here(session, COURSE, since=None, until=clock())
        later = who_was_here(session, COURSE, since=clock() - timedelta(days=4), until=clock())
    assert {each.person: (each.vouched, each.came_back) for each in here} == {
        browser: (False, True),
        known: (True, False),
    }
    assert [each.person for each in later] == [browser]
