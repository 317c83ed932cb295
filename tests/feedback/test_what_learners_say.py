"""Feedback items and gaps."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from companion.wiring import House
from feedback.gaps import record_gap
from feedback.inbox import MAX_TEXT_CHARS, ItemKind, NewItem, record_item
from feedback.tables import GapRow, ItemRow
from foundation.errors import Invalid
from foundation.ids import ProductSlug, TurnId
from tests.conftest import TakeIn
from tests.fakes import FixedClock

COURSE = ProductSlug("course")


@pytest.fixture(autouse=True)
def _a_product(take_in: TakeIn) -> None:
    take_in({"one.md": "# One\n\nText.\n"})


def _say(house: House, kind: ItemKind, text: str = "", **more: str) -> str:
    with house.database.write() as session:
        return record_item(session, NewItem(COURSE, kind, text, **more), now=house.clock())


def _items(house: House) -> list[ItemRow]:
    with house.database.read() as session:
        return list(session.scalars(select(ItemRow)))


def _gap(house: House, turn: str, question: str = "Why?", outcome: str = "declined") -> str:
    with house.database.write() as session:
        return record_gap(
            session,
            product=COURSE,
            turn=TurnId(turn),
            question=question,
            outcome=outcome,
            lesson=None,
            now=house.clock(),
        )


def test_an_item_is_kept_with_what_it_is_about(house: House, clock: FixedClock) -> None:
    item = _say(house, ItemKind.COMMENT, "  Спасибо,\r\nно мало примеров \x00 ", turn="t-1", lesson="one")
    row = _items(house)[0]
    assert (row.id, row.kind, row.text) == (item, "comment", "Спасибо,\nно мало примеров")
    assert (row.product, row.turn, row.lesson, row.created) == ("course", "t-1", "one", clock.now)


@pytest.mark.parametrize("kind", [ItemKind.THUMB_UP, ItemKind.THUMB_DOWN, ItemKind.STUCK])
def test_a_thumb_needs_no_words(house: House, kind: ItemKind) -> None:
    _say(house, kind)
    assert [(row.kind, row.text) for row in _items(house)] == [(kind, "")]


def test_the_same_words_twice_are_two_items(house: House) -> None:
    assert _say(house, ItemKind.COMMENT, "more") != _say(house, ItemKind.COMMENT, "more")
    assert len(_items(house)) == 2


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "x" * (MAX_TEXT_CHARS + 1)])
def test_a_comment_without_words_or_without_end_is_refused(house: House, text: str) -> None:
    with pytest.raises(Invalid):
        _say(house, ItemKind.COMMENT, text)
    assert _items(house) == []


def test_the_longest_text_is_counted_without_the_space_around_it(house: House) -> None:
    _say(house, ItemKind.STUCK, f"  {'x' * MAX_TEXT_CHARS}\n")
    assert len(_items(house)[0].text) == MAX_TEXT_CHARS


def test_an_item_of_a_product_nobody_knows_is_refused(house: House) -> None:
    item = NewItem(ProductSlug("nobody"), ItemKind.THUMB_UP)
    with pytest.raises(IntegrityError), house.database.write() as session:
        record_item(session, item, now=house.clock())


def test_a_turn_leaves_one_gap_however_often_it_is_recorded(house: House, clock: FixedClock) -> None:
    first = clock.now
    one = _gap(house, "t-1", "What is it?", "partly")
    clock.move(hours=1)
    assert _gap(house, "t-1", "Something else", "declined") == one
    with house.database.read() as session:
        row = session.scalars(select(GapRow)).one()
    assert (row.id, row.question, row.outcome, row.created) == (one, "What is it?", "partly", first)


def test_the_same_question_in_two_turns_is_two_gaps(house: House) -> None:
    assert _gap(house, "t-1") != _gap(house, "t-2")
    with house.database.read() as session:
        assert len(session.scalars(select(GapRow)).all()) == 2
