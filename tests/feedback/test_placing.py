"""Items find their place: the passage in the lesson they name, or the best of the course where one is sure."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.inbox import NewItem, take_in
from feedback.item import ItemKind, Source
from feedback.placing import count_waiting, input_hash, place_items
from feedback.tables import ItemRow
from foundation.errors import EncoderUnavailable
from foundation.ids import ProductSlug
from knowledge.lessons import find_lesson
from knowledge.vectors import load_vectors
from tests.feedback.kept_house import emptied, kept_house

COURSE = ProductSlug("course")
STARTER = "# Starter\n\n## Feeding\n\nFeed the sourdough starter with rye flour every twelve hours.\n"
OVEN = "# Oven\n\n## Steam\n\nSteam in the oven keeps the crust soft.\n\n## Heat\n\nBake the loaf at 240 degrees.\n"
SURE = "How often is the sourdough starter fed with rye flour?"


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    files = {"starter.md": STARTER, "oven.md": OVEN}
    with kept_house(tmp_path_factory.mktemp("placing"), encoder, {COURSE: files}) as house:
        yield house


@pytest.fixture
def house(_kept: House) -> House:
    return emptied(_kept)


def say(house: House, *said: tuple[str, str | None]) -> None:
    items = [NewItem(COURSE, ItemKind.SURVEY, text, lesson=lesson, source=Source.FILE) for text, lesson in said]
    with house.database.write() as session:
        take_in(session, items, now=house.clock())


def places(house: House) -> dict[str, tuple[str | None, str]]:
    with house.database.read() as session:
        return {row.text: (row.lesson, row.anchor) for row in session.scalars(select(ItemRow))}


def test_an_item_is_bound_to_the_section_of_the_lesson_it_names(house: House) -> None:
    say(house, ("Why does steam in the oven keep the crust soft?", "oven"), ("at how many degrees do I bake", "oven"))
    assert place_items(house.database, house.shelves, COURSE) == 2
    assert sorted(places(house).values()) == [("oven", "heat"), ("oven", "steam")]
    with house.database.read() as session:
        live = find_lesson(session, "course", "oven").revision
        for row in session.scalars(select(ItemRow)):
            assert (row.revision, row.passage is not None) == (live, True)


def test_an_item_without_a_lesson_is_bound_only_where_the_course_surely_speaks_of_it(house: House) -> None:
    say(house, (SURE, None), ("the teacher never answers", None), ("great, thanks", None))
    place_items(house.database, house.shelves, COURSE)
    found = places(house)
    assert found.pop(SURE) == ("starter", "feeding")
    assert set(found.values()) == {(None, "")}


def test_what_was_encoded_is_kept_and_done_once(house: House, encoder: CachedEncoder) -> None:
    say(house, (SURE, None))
    assert (count_waiting(house.database, COURSE), place_items(house.database, house.shelves, COURSE)) == (1, 1)
    assert (count_waiting(house.database, COURSE), place_items(house.database, house.shelves, COURSE)) == (0, 0)
    with house.database.read() as session:
        kept = load_vectors(session, [input_hash(SURE)], encoder_id=encoder.id, dim=encoder.dim)
    assert float(kept[input_hash(SURE)] @ encoder.encode_question(SURE)) > 0.999


def test_only_as_many_as_are_asked_for_are_placed_the_oldest_first(house: House) -> None:
    say(house, ("first remark", None), ("second remark", None), ("third remark", None))
    told: list[tuple[int, int]] = []
    placed = place_items(
        house.database, house.shelves, COURSE, limit=2, progress=lambda done, total: told.append((done, total))
    )
    assert (placed, told, count_waiting(house.database, COURSE)) == (2, [(2, 2)], 1)


def test_what_was_kept_before_there_was_a_door_passes_it_now(house: House) -> None:
    say(house, ("the older remark", "oven"))
    with house.database.write() as session:
        session.execute(update(ItemRow).values(text="write to ann@example.org", lang="", redacted=0))
    place_items(house.database, house.shelves, COURSE)
    with house.database.read() as session:
        row = session.scalars(select(ItemRow)).one()
    assert (row.text, row.redacted, row.lang) == ("write to […]", 1, "en")


def test_an_encoder_that_is_down_loses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_text: str) -> None:
        raise EncoderUnavailable("the encoder is down; start it again")

    say(house, ("words no cache has seen: porridge twilight", "oven"))
    with monkeypatch.context() as broken:
        broken.setattr(house.encoder, "encode_question", down)
        with pytest.raises(EncoderUnavailable):
            place_items(house.database, house.shelves, COURSE)
    assert place_items(house.database, house.shelves, COURSE) == 1
