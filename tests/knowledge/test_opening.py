"""What opens at a moment: there from then on, by itself, and nowhere before."""

from datetime import UTC, datetime, timedelta

import pytest

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.errors import NotFound
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.lessons import find_lesson, lesson_heads, live_lessons, load_sources, read_lesson
from knowledge.products import Collection, find_product, list_products
from knowledge.search import search
from knowledge.shelf import ShelfKey
from tests.fakes import FixedClock

BREAD = ShelfKey(ProductSlug("bread"), Collection.LESSONS)
OPENS = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
LATER = OPENS + timedelta(days=2)


def block(text: str, visibility: Visibility = Visibility.LEARNER, opens: datetime | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, f"<p>{text}</p>", 0, len(text), visibility=visibility, not_before=opens)


def lesson(name: str, *blocks: Block) -> SourceLesson:
    return SourceLesson(name, f"{name}.md", name.title(), "", blocks)


COURSE = SourceCourse(
    (
        lesson(
            "kneading",
            block("Knead the dough for ten minutes by hand."),
            block("Teachers bring the spare scales.", Visibility.STAFF),
            block("Stretch the dough every half an hour.", Visibility.NOT_BEFORE, OPENS),
        ),
        lesson("baking", block("Bake the loaf at two hundred degrees.", Visibility.NOT_BEFORE, OPENS)),
        lesson("selling", block("Sell the loaves on the market.", Visibility.NOT_BEFORE, LATER)),
        lesson("notes", block("Invoice the mill in April.", Visibility.UNPUBLISHED)),
    )
)
NOW = ["Knead the dough for ten minutes by hand."]
THEN = [*NOW, "Stretch the dough every half an hour.", "Bake the loaf at two hundred degrees."]
AT_LAST = [*THEN, "Sell the loaves on the market."]


def take_in(house: House, course: SourceCourse = COURSE) -> IngestReport:
    target = Target(ProductSlug("bread"), lang="en")
    return ingest(course, target, database=house.database, encoder=house.encoder, clock=house.clock)


def shown(house: House) -> list[str]:
    """The passages on the shelf, in order."""
    shelf = house.shelves.shelf(BREAD)
    with house.database.read() as session:
        sources = load_sources(session, [place.passage for place in shelf.places])
    return [sources[place.passage].text for place in shelf.places]


def found(house: House, text: str) -> list[str]:
    ranking = search(text, house.shelves.shelf(BREAD), encoder=house.encoder, index=house.shelves.index, count=5)
    with house.database.read() as session:
        return [source.text for source in load_sources(session, [hit.place.passage for hit in ranking.hits]).values()]


def titles(house: House) -> list[str]:
    with house.database.read() as session:
        return [head.title for head in live_lessons(session, "bread")]


def test_a_passage_is_on_the_shelf_from_its_moment_on_without_a_new_ingest(house: House, clock: FixedClock) -> None:
    take_in(house)
    assert shown(house) == NOW
    clock.now = OPENS - timedelta(seconds=1)
    assert shown(house) == NOW
    clock.now = OPENS
    assert shown(house) == THEN
    clock.now = LATER
    assert shown(house) == AT_LAST
    clock.now = OPENS
    assert shown(house) == THEN


def test_search_finds_it_from_then_on_and_the_index_is_told(house: House, clock: FixedClock) -> None:
    take_in(house)
    told = "Bake the loaf at two hundred degrees."
    assert told not in found(house, "At how many degrees is a loaf baked?")
    clock.now = OPENS
    assert told in found(house, "At how many degrees is a loaf baked?")
    assert house.shelves.differences(BREAD) == []


def test_a_lesson_has_no_title_name_or_page_before_it_opens(house: House, clock: FixedClock) -> None:
    take_in(house)
    assert titles(house) == ["Kneading"]
    with house.database.read() as session:
        assert (find_product(session, "bread").lessons, list_products(session)[0].lessons) == (1, 1)
        for name in ("baking", "selling", "notes"):
            with pytest.raises(NotFound):
                find_lesson(session, "bread", name)
            with pytest.raises(NotFound):
                read_lesson(session, "bread", name)
    clock.now = OPENS
    assert titles(house) == ["Kneading", "Baking"]
    with house.database.read() as session:
        assert (find_product(session, "bread").lessons, list_products(session)[0].lessons) == (2, 2)
        head = find_lesson(session, "bread", "baking")
        assert lesson_heads(session, [head.id]) == {head.id: head}


def test_a_page_shows_the_blocks_that_are_open(house: House, clock: FixedClock) -> None:
    take_in(house)

    def page() -> str:
        with house.database.read() as session:
            return str(read_lesson(session, "bread", "kneading"))

    assert "ten minutes" in page()
    assert "half an hour" not in page()
    clock.now = OPENS
    assert "half an hour" in page()
    assert "spare scales" not in page()


def test_a_shelf_kept_in_a_file_is_not_shown_at_another_time(
    settings: Settings, encoder: CachedEncoder, clock: FixedClock
) -> None:
    with open_house(settings, clock=clock, encoder=encoder) as house:
        take_in(house)
        assert shown(house) == NOW
    clock.now = OPENS
    with open_house(settings, clock=clock, encoder=encoder) as house:
        assert shown(house) == THEN
    clock.now = OPENS - timedelta(hours=1)
    with open_house(settings, clock=clock, encoder=encoder) as house:
        assert shown(house) == NOW


def test_taking_the_course_in_again_after_it_opened_encodes_nothing(house: House, clock: FixedClock) -> None:
    first = take_in(house)
    assert first.hidden_by == {"staff": 1, "unpublished": 1, "not_before": 3}
    assert first.hidden == 5
    clock.now = OPENS
    again = take_in(house)
    assert (again.added, again.removed, again.texts) == (0, 0, 0)
    assert again.hidden_by == {"staff": 1, "unpublished": 1, "not_before": 1}


def test_a_course_that_has_not_begun_answers_nothing_and_then_does(house: House, clock: FixedClock) -> None:
    take_in(house, SourceCourse(COURSE.lessons[1:3]))
    assert shown(house) == []
    assert found(house, "At how many degrees is a loaf baked?") == []
    clock.now = OPENS
    assert found(house, "At how many degrees is a loaf baked?") == ["Bake the loaf at two hundred degrees."]


def test_a_question_does_not_lay_the_shelf_out_again_before_the_next_opening(house: House, clock: FixedClock) -> None:
    take_in(house)
    first = house.shelves.shelf(BREAD)
    clock.now = OPENS - timedelta(seconds=1)
    assert house.shelves.shelf(BREAD) is first
    clock.now = OPENS
    second = house.shelves.shelf(BREAD)
    assert second is not first
    assert house.shelves.shelf(BREAD) is second


def test_what_a_later_revision_hides_is_no_source_any_more(house: House) -> None:
    take_in(house)
    passages = [place.passage for place in house.shelves.shelf(BREAD).places]
    hidden = lesson("kneading", block("Knead the dough for ten minutes by hand.", Visibility.UNPUBLISHED))
    take_in(house, SourceCourse((hidden, *COURSE.lessons[1:])))
    with house.database.read() as session:
        assert load_sources(session, passages) == {}
