"""Words that are taken back are gone from items, vectors, proposals, reports and themes; counts stay."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.forget import empty_remarks, forget_promises, forget_words, promises_of, remarks_of, take_back
from feedback.inbox import NewItem, take_in
from feedback.item import ItemKind, Source, Voice
from feedback.placing import place_items
from feedback.tables import ItemRow, PromiseRow, ReportRow, ThemeRow
from foundation.ids import ProductSlug
from knowledge.tables import VectorRow
from tests.feedback.kept_house import emptied, kept_house

COURSE = ProductSlug("course")
WORDS = "the dough never rises in my heliotrope kitchen"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    lessons = {"one.md": "# One\n\nThe dough rests for an hour in the kitchen.\n"}
    with kept_house(tmp_path_factory.mktemp("forget"), encoder, {COURSE: lessons}) as house:
        yield house


@pytest.fixture
def house(_kept: House) -> House:
    """Three learners' items, placed, in one theme that a report quotes."""
    house = emptied(_kept)
    items = [
        NewItem(COURSE, ItemKind.SURVEY, text, lesson="one", source=Source.FILE, learner=learner, voice=Voice.PERSON)
        for learner, text in (("p-1", WORDS), ("p-2", WORDS), ("p-2", "the oven stays cold for hours"))
    ]
    with house.database.write() as session:
        take_in(session, items, now=NOW)
    place_items(house.database, house.shelves, COURSE)
    with house.database.write() as session:
        session.merge(_theme())
        rows = session.scalars(select(ItemRow)).all()
        for row in rows:
            row.theme, row.grouped = "t-1", NOW
        quotes = [{"item": row.id, "text": row.text} for row in rows]
        told = {"id": "r-1", "product": COURSE, "kind": "week", "since": NOW, "until": NOW, "made": NOW}
        session.merge(ReportRow(**told, document={"themes": [{"quotes": quotes, "learners": {"value": 2}}]}))
    return house


def _theme() -> ThemeRow:
    told = {"id": "t-1", "product": COURSE, "kind": "trouble", "lesson": "one", "anchor": "", "facet": "", "terms": []}
    label = {"label": f"{WORDS}, oven", "label_by": "rule", "encoder": "none", "size": 3, "figures": {"learners": 2}}
    return ThemeRow(**told, **label, created=NOW, updated=NOW)


def of(house: House, learner: str) -> list[ItemRow]:
    with house.database.read() as session:
        return list(session.scalars(select(ItemRow).where(ItemRow.learner == learner).order_by(ItemRow.text)))


def forget(house: House, person: str) -> int:
    with house.database.write() as session:
        return empty_remarks(session, items=set(), turns=set(), person=person)


def vectors(house: House, *names: str | None) -> int:
    with house.database.read() as session:
        return len(session.scalars(select(VectorRow.input_hash).where(VectorRow.input_hash.in_(names))).all())


def document(house: House) -> dict[str, Any]:
    with house.database.read() as session:
        return session.get_one(ReportRow, "r-1").document


def test_a_learners_remarks_are_given_out_whole(house: House) -> None:
    with house.database.read() as session:
        told = remarks_of(session, items=set(), turns=set(), person="p-2")
    assert {each["text"] for each in told} == {WORDS, "the oven stays cold for hours"}
    assert {"product", "kind", "lesson", "created", "consent"} <= set(told[0])


def test_emptied_remarks_leave_rows_without_words_and_no_vector_of_theirs(house: House) -> None:
    mine, shared = (row.input_hash for row in of(house, "p-2"))
    assert forget(house, "p-2") == 2
    assert [(row.text, row.input_hash, row.theme) for row in of(house, "p-2")] == [("", None, None)] * 2
    # The words of one were another learner's as well, whose vector stays.
    assert {vectors(house, mine), vectors(house, shared)} == {0, 1}
    assert vectors(house, of(house, "p-1")[0].input_hash) == 1


def test_what_quoted_them_is_emptied_and_their_theme_looked_at_anew(house: House) -> None:
    gone = {row.id for row in of(house, "p-2")}
    forget(house, "p-2")
    told = document(house)["themes"][0]
    assert told["learners"] == {"value": 2}
    assert {quote["text"] for quote in told["quotes"] if quote["item"] in gone} == {""}
    with house.database.read() as session:
        theme = session.get_one(ThemeRow, "t-1")
    assert WORDS not in theme.label
    assert theme.figures is None
    assert of(house, "p-1")[0].grouped is None


def test_words_that_were_withdrawn_are_blacked_out_and_placed_anew(house: House) -> None:
    with house.database.write() as session:
        assert forget_words(session, COURSE, ["in my heliotrope kitchen"]) == 2
    (row,) = of(house, "p-1")
    assert (row.text, row.input_hash) == ("the dough never rises █████", None)
    assert "heliotrope" not in str(document(house))


def test_an_item_is_taken_back_by_the_id_it_has_elsewhere(house: House) -> None:
    with house.database.write() as session:
        of_one = session.scalars(select(ItemRow).where(ItemRow.learner == "p-1")).one()
        of_one.external = "h-1"
        take_back(session, COURSE, "h-1")
        take_back(session, COURSE, "h-unknown")
    assert of(house, "p-1")[0].text == ""


def test_promises_are_given_out_and_removed_by_learner_or_conversation(house: House) -> None:
    with house.database.write() as session:
        for name, learner, conversation in (("m-1", "p-1", None), ("m-2", None, "c-1"), ("m-3", "p-2", None)):
            told = {"id": name, "product": COURSE, "lesson": "one", "anchor": "", "created": NOW}
            session.merge(PromiseRow(**told, learner=learner, conversation=conversation))
        assert [each["id"] for each in promises_of(session, person="p-1", conversations={"c-1"})] == ["m-1", "m-2"]
        assert forget_promises(session, person="p-1", conversations={"c-1"}) == 2
        assert session.scalars(select(PromiseRow.id)).all() == ["m-3"]
