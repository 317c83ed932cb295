"""Events as hosts and browsers send them: good rows are kept once, bad ones are told and spoil nothing."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.wiring import House
from foundation.errors import CompanionError, Invalid, NotAllowed
from foundation.ids import ProductSlug
from learning.enrolments import is_enrolled
from learning.events import Verb
from learning.intake import Taken, host_sender, learner_sender, take_events
from learning.log import events_of
from learning.people import known_by_host_id, new_learner
from learning.progress import read_progress
from learning.sent_events import HOSTS_VERBS, LEARNERS_VERBS, read_row
from tests.conftest import TakeIn
from tests.fakes import FixedClock

COURSE = ProductSlug("course")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def row(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "verb": "opened", "lesson": "one", "at": "2026-03-01T10:00:00+03:00"} | fields


def refusal(told: object, verbs: tuple[Verb, ...] = HOSTS_VERBS) -> str:
    with pytest.raises(Invalid) as refused:
        read_row(told, verbs=verbs, now=NOW)
    return str(refused.value)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"id": "a\x00b"}, "id"),
        ({"id": "\ud800"}, "id"),
        ({"verb": "danced"}, "opened, attempted, failed, passed, completed"),
        ({"verb": "offered"}, "not for you to send"),
        ({"verb": ["opened"]}, "verb"),
        ({"lesson": None}, "lesson"),
        ({"lesson": {"id": 1}}, "lesson"),
        ({"block": "I wrote twelve because"}, "block"),
        ({"at": None}, "at is missing"),
        ({"at": "yesterday"}, "at 'yesterday'"),
        ({"at": 1772440000}, "at must be"),
        ({"at": "2026-03-01T10:00:00"}, "offset"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "2026-03-02T09:05:01Z"}, "ahead of our clock"),
        ({"result": "passed"}, "result"),
        ({"result": {"response": "my words"}}, "what a learner wrote is not kept"),
        ({"result": {"success": "yes"}}, "result.success"),
        ({"result": {"score": float("nan")}}, "result.score"),
        ({"result": {"score": 10**400}}, "result.score"),
        ({"result": {"score": True}}, "result.score"),
        ({"result": {"duration_s": -1}}, "result.duration_s"),
        ({"result": {"duration_s": float("inf")}}, "result.duration_s"),
        ({"verb": "passed", "result": {"success": False}}, "contradicts"),
        ({"comment": "too hard"}, "'comment'"),
    ],
)
def test_a_row_that_cannot_be_kept_is_told_what_is_wrong(fields: dict[str, Any], named: str) -> None:
    assert named in refusal(row(**fields))


@pytest.mark.parametrize("told", [None, 7, "opened", [], [row()], True])
def test_what_is_no_object_is_no_event(told: object) -> None:
    assert "object" in refusal(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(row(), JSON) | {"result": JSON, "block": JSON}))
def test_garbage_is_read_or_refused_and_never_breaks(told: dict[str, Any]) -> None:
    try:
        sent = read_row(row() | told, verbs=HOSTS_VERBS, now=NOW)
    except CompanionError:
        return
    assert sent.at.tzinfo is UTC
    assert all(isinstance(value, bool | int | float) for value in sent.result.values())


def test_a_browser_may_not_say_what_only_a_host_knows() -> None:
    assert read_row(row(verb="asked"), verbs=HOSTS_VERBS, now=NOW).verb is Verb.ASKED
    assert "not for you" in refusal(row(verb="asked"), LEARNERS_VERBS)


@pytest.mark.parametrize("at", ["1999-12-31T23:59:59+05:30", "2026-03-02T09:04:59Z", "2026-03-02T12:04:59.5+03:00"])
def test_dates_long_past_and_clocks_a_little_ahead_are_kept(at: str) -> None:
    assert read_row(row(at=at), verbs=HOSTS_VERBS, now=NOW).at == datetime.fromisoformat(at)


@pytest.fixture
def course(take_in: TakeIn, unmeasured: None) -> None:
    take_in({"one.md": "# One\n\nText.\n", "two.md": "# Two\n\nText.\n"})
    take_in({"three.md": "# Three\n\nText.\n"}, "other")


Send = Callable[..., Taken]


@pytest.fixture
def send(house: House, course: None) -> Send:
    def sending(*rows: object, host: str = "school", product: str = "course", learner: str | None = "ann") -> Taken:
        now = house.clock()
        with house.database.write() as session:
            sender = host_sender(session, host, ProductSlug(product), learner=learner, now=now)
            return take_events(session, ProductSlug(product), rows, sender=sender, now=now)

    return sending


def person(house: House, learner: str = "ann", host: str = "school") -> str:
    with house.database.read() as session:
        return str(known_by_host_id(session, host, learner))


def test_a_batch_in_any_order_and_again_gives_the_same_progress(house: House, send: Send) -> None:
    rows = [row(number, at=f"2026-03-01T10:{number:02}:00Z", block="q1") for number in range(8)]
    for number, verb in enumerate(["opened", "failed", "failed", "passed", "completed"]):
        rows[number]["verb"] = verb
    assert send(*rows).kept == 8
    shuffled = random.Random(1).sample(rows, 8)
    for each in shuffled:
        send(each, host="academy")
    again = send(*shuffled)
    assert (again.kept, again.known, again.refused) == (0, 8, ())
    with house.database.read() as session:
        in_order = read_progress(session, "course", person(house))
        mixed = read_progress(session, "course", person(house, host="academy"))
    assert in_order == mixed
    assert in_order.lesson("one").completed is not None


def test_an_id_sent_again_for_another_learner_or_verb_is_refused(send: Send) -> None:
    send(row())
    assert "sent before with something else" in send(row(verb="completed")).refused[0].reason
    assert "sent before with something else" in send(row(), learner="ben").refused[0].reason


def test_ids_of_other_hosts_and_products_are_others(house: House, send: Send) -> None:
    assert send(row()).kept == 1
    assert send(row(), host="academy").kept == 1
    assert send(row(lesson="three"), product="other").kept == 1
    with house.database.read() as session:
        assert len(events_of(session, "course", person(house))) == 2, "enrolled and opened"


def test_a_bad_row_spoils_no_other_and_makes_no_learner(house: House, send: Send) -> None:
    taken = send(
        row(1),
        row(2, lesson="three", learner="eve"),
        7,
        row(3, at="soon"),
        row(4, lesson="two"),
        row(5, learner="\x00"),
    )
    assert taken.kept == 2
    assert [(refused.index, refused.id) for refused in taken.refused] == [(1, "r2"), (2, None), (3, "r3"), (5, "r5")]
    assert "'three'" in taken.refused[0].reason
    with house.database.read() as session:
        assert known_by_host_id(session, "school", "eve") is None


def test_the_same_id_twice_in_a_batch_is_one_event(send: Send) -> None:
    taken = send(row(), row())
    assert (taken.kept, taken.known) == (1, 1)


def test_a_learner_seen_first_is_enrolled(house: House, send: Send) -> None:
    send(row())
    with house.database.read() as session:
        assert is_enrolled(session, person(house), "course")


def test_only_numbers_are_kept_of_a_result(house: House, send: Send) -> None:
    send(row(verb="failed", block="q1", result={"success": False, "score": 0.25, "duration_s": 31}))
    with house.database.read() as session:
        event = events_of(session, "course", person(house))[0]
    assert (event.verb, event.block, dict(event.detail)) == (
        Verb.FAILED,
        "q1",
        {"success": False, "score": 0.25, "duration_s": 31},
    )


def test_a_row_without_a_learner_is_refused_where_nobody_is_named(send: Send) -> None:
    assert "learner is missing" in send(row(), learner=None).refused[0].reason


def test_a_key_speaks_for_its_learner_alone(house: House, clock: FixedClock, course: None) -> None:
    with house.database.write() as session:
        made = new_learner(session, now=clock.now)
        sender = learner_sender(made.person, made.key)
        taken = take_events(session, COURSE, [row(1), row(2, learner="ann")], sender=sender, now=clock.now)
        assert (taken.kept, [refused.index for refused in taken.refused]) == (1, [1])
        with pytest.raises(NotAllowed):
            sender.person_of("somebody")


def test_what_was_done_in_a_lesson_that_is_gone_is_no_progress(
    house: House, send: Send, take_in: TakeIn, clock: FixedClock
) -> None:
    send(row(verb="completed", lesson="two"))
    clock.move(hours=1)
    take_in({"one.md": "# One\n\nText.\n"}, replace=True)
    with house.database.read() as session:
        progress = read_progress(session, "course", person(house))
    assert [lesson.lesson for lesson in progress.lessons] == ["one"]
    assert progress.completed == 0
