"""The inbox's door: what is taken in, what was there before, and what is refused with what to do."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.inbox import MAX_TEXT_CHARS, ItemKind, NewItem, TakenIn, record_item, take_in, voice_of
from feedback.item import Source, Voice
from feedback.tables import ItemRow
from foundation.ids import ProductSlug
from knowledge.lessons import find_lesson, sources_of_lessons
from learning.people import new_learner, person_by_host_id
from tests.fakes import FixedClock
from tests.feedback.kept_house import emptied, kept_house

COURSE = ProductSlug("course")
SURVEY = "The second example has no numbers"


LESSONS = {"one.md": "# One\n\nText.\n\n## Dough\n\nThe dough rests for an hour.\n", "two.md": "# Two\n\nMore.\n"}


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    with kept_house(tmp_path_factory.mktemp("inbox"), encoder, {COURSE: LESSONS}) as house:
        yield house


@pytest.fixture
def house(_kept: House) -> House:
    return emptied(_kept)


@pytest.fixture
def clock(house: House) -> FixedClock:
    assert isinstance(house.clock, FixedClock)
    return house.clock


def new(text: str = SURVEY, **more: Any) -> NewItem:
    return NewItem(COURSE, ItemKind.SURVEY, text, **{"source": Source.FILE, **more})


def bring(house: House, *items: NewItem) -> TakenIn:
    with house.database.write() as session:
        return take_in(session, items, now=house.clock())


def rows(house: House) -> Sequence[ItemRow]:
    with house.database.read() as session:
        return session.scalars(select(ItemRow).order_by(ItemRow.created, ItemRow.id)).all()


def test_what_is_brought_is_kept_clean_in_its_language_and_bound_to_the_live_lesson(house: House) -> None:
    done = bring(house, new("  Мало\r\nпримеров \x00", lesson="two", score=-0.5, consent=True))
    (row,) = rows(house)
    assert done == TakenIn((row.id,), (), ())
    assert (row.text, row.lang, row.score, row.consent, row.source) == ("Мало\nпримеров", "ru", -0.5, True, "file")
    with house.database.read() as session:
        assert row.revision == find_lesson(session, "course", "two").revision


def test_personal_data_is_gone_before_anything_is_written(house: House) -> None:
    bring(house, new("Write to ann.lee@example.org, Sarah"))
    (row,) = rows(house)
    assert (row.text, row.redacted) == ("Write to […], […]", 2)
    written = house.database.path.parent.glob(f"{house.database.path.name}*")
    assert not any(b"example.org" in file.read_bytes() for file in written)


def test_the_same_thing_again_changes_nothing(house: House, clock: FixedClock) -> None:
    said = clock.now - timedelta(days=2)
    brought = (new(external="17"), new(learner="a-1", created=said), new("Another remark", created=said))
    first = bring(house, *brought)
    clock.move(days=1)
    again = bring(house, *brought)
    assert (len(first.kept), first.repeated) == (3, ())
    assert (again.kept, again.repeated) == ((), first.kept)
    assert len(rows(house)) == 3


def test_the_same_words_of_another_author_day_or_lesson_are_another_thing(house: House, clock: FixedClock) -> None:
    said = clock.now - timedelta(days=2)
    others = ({"learner": "a-2"}, {"created": said}, {"lesson": "one"}, {"external": "9"})
    done = bring(house, new(learner="a-1"), *(new(**{"learner": "a-1", **other}) for other in others))
    assert len(done.kept) == 5


def test_a_press_about_one_answer_counts_once_and_two_presses_about_none_are_two(house: House) -> None:
    about = NewItem(COURSE, ItemKind.THUMB_DOWN, turn="t-1")
    with house.database.write() as session:
        kept = [record_item(session, about, now=house.clock()) for _again in range(2)]
        loose = [record_item(session, NewItem(COURSE, ItemKind.THUMB_DOWN), now=house.clock()) for _again in range(2)]
    assert (len(set(kept)), len(set(loose))) == (1, 2)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": " \n\x00"}, "empty"),
        ({"text": "x" * 100_000}, f"{MAX_TEXT_CHARS} are the most"),
        ({"created": datetime(2031, 1, 1, tzinfo=UTC)}, "still to come"),
        ({"created": datetime(1066, 10, 14, tzinfo=UTC)}, "before there were courses"),
        ({"lesson": "nowhere"}, "there is no lesson 'nowhere' in course"),
        ({"score": 7.0}, "from -1 to 1"),
        ({"external": "x" * 300}, "200 are the most"),
    ],
)
def test_what_is_refused_says_why_and_stops_no_other(house: House, wrong: dict[str, Any], says: str) -> None:
    done = bring(house, new("first"), new(**wrong), new("last"))
    assert [each.position for each in done.refused] == [1]
    assert says in done.refused[0].reason
    assert sorted(row.text for row in rows(house)) == ["first", "last"]


def test_a_clock_that_is_hours_ahead_is_no_date_to_come(house: House, clock: FixedClock) -> None:
    bring(house, new(created=clock.now + timedelta(hours=11)))
    assert rows(house)[0].created == clock.now


def test_an_item_about_a_passage_knows_its_place_unless_the_open_lesson_is_another(house: House) -> None:
    with house.database.write() as session:
        one = find_lesson(session, "course", "one")
        passage = sources_of_lessons(session, [one.id])[-1]
        for lesson in (None, "one", "two"):
            item = NewItem(COURSE, ItemKind.THUMB_DOWN, lesson=lesson, passage=passage.passage)
            record_item(session, item, now=house.clock())
    places = {(row.lesson, row.anchor, row.passage) for row in rows(house)}
    assert places == {("one", passage.anchor, passage.passage), ("two", "", None)}


def test_a_learner_is_vouched_for_by_a_host_and_not_by_a_browser(house: House) -> None:
    now = house.clock()
    with house.database.write() as session:
        person = person_by_host_id(session, "school.example", "u-1", now=now)
        browser = new_learner(session, now=now).person
        voices = [voice_of(session, learner) for learner in (person, browser, None)]
    assert voices == [Voice.PERSON, Voice.BROWSER, Voice.NOBODY]
