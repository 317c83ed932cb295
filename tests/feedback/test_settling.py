"""What was said finds its section from all that was said there."""

from collections import Counter

import numpy as np
import pytest
from sqlalchemy import select

from companion.wiring import House
from feedback.grouping import group_items
from feedback.inbox import NewItem, record_item
from feedback.item import ItemKind
from feedback.likely_sections import SURE, shares_in_course, shares_in_lesson
from feedback.placing import place_items
from feedback.settling import settle_items
from feedback.tables import ItemRow, ThemeRow
from foundation.ids import ProductSlug
from tests.conftest import TakeIn

PRODUCT = ProductSlug("course")
LESSON = """# Bread

## Feeding the starter

A starter is fed every day with as much flour as it weighs. Rye flour makes it rise sooner than wheat flour does.

## Exercise: your oven

Bake the loaf of the picture in your oven and enter its weight in the field. The field turns green when it is right.

## Cooling

A loaf cools for two hours before it is cut, and does not go into a bag while it is warm.
"""
OTHER = "# Tea\n\n## Leaves\n\nGreen tea is steeped for two minutes.\n\n## Water\n\nIt is not boiled for green tea.\n"


def test_what_says_little_goes_where_most_speak_of_and_where_the_like_of_it_went() -> None:
    own = np.array([[0.0, 3.0, 0.0], [0.0, 3.0, 0.0], [0.2, 0.0, 0.1], [6.0, 0.0, 0.0]])
    alike = np.full((4, 4), 0.1)
    alike[0, 2] = alike[2, 0] = 0.6
    told = shares_in_lesson(own, alike)
    assert told.argmax(axis=1).tolist() == [2, 2, 2, 1]
    assert told.sum(axis=1) == pytest.approx(np.ones(4))


def test_the_order_of_what_was_said_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    own, unit = rng.normal(size=(12, 4)), rng.normal(size=(12, 8))
    alike = unit @ unit.T / 8
    order = rng.permutation(12)
    again = shares_in_lesson(own[order], alike[np.ix_(order, order)])
    assert again == pytest.approx(shares_in_lesson(own, alike)[order])


def test_alone_and_about_nothing_in_particular_it_stays_with_the_lesson() -> None:
    assert shares_in_lesson(np.array([[0.1, 0.0, 0.2]]), np.ones((1, 1))).argmax() == 0


def test_what_names_no_lesson_is_sure_of_a_section_only_beside_its_like() -> None:
    settled = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    own = np.array([[1.5, 0.0], [0.0, 0.0]])
    alike = np.array([[0.6, 0.5, 0.0], [0.0, 0.0, 0.0]])
    told = shares_in_course(own, alike, settled).max(axis=1)
    assert told[0] >= SURE > told[1]


def test_a_remark_that_names_nothing_joins_the_exercise_nobody_can_do(
    house: House, take_in: TakeIn, unmeasured: None
) -> None:
    take_in({"bread.md": LESSON, "tea.md": OTHER})
    said = [
        "the field never turns green, whatever weight I enter",
        "there is no picture in the exercise",
        "which loaf, I see no picture",
        "the field does not accept my weight",
        "which picture? I see none",
        "does not work",
    ]
    for text in said:
        _say(house, text, "bread")
    place_items(house.database, house.shelves, PRODUCT)
    group_items(house.database, PRODUCT, encoder_id=house.encoder.id, now=house.clock())
    starter = _say(house, "how much rye flour does the starter get", "bread")
    unnamed = _say(house, "In the task about the oven the field never turns green, there is no picture", None)
    asked = _say(house, "it does not work!", "bread", turn="t-1")
    place_items(house.database, house.shelves, PRODUCT)
    before = _places(house)
    assert settle_items(house.database, house.shelves, PRODUCT, now=house.clock()) > 0
    places = _places(house)
    assert [places[text] for text in (*said, unnamed)] == [("bread", "exercise-your-oven")] * 7
    assert places[starter] == ("bread", "feeding-the-starter")
    assert places[asked] == before[asked]
    with house.database.read() as session:
        themes = {theme.id: theme.size for theme in session.scalars(select(ThemeRow))}
        kept = Counter(item.theme for item in session.scalars(select(ItemRow).where(ItemRow.theme.is_not(None))))
    assert {name: size for name, size in themes.items() if size} == kept
    # What is settled stays so.
    assert settle_items(house.database, house.shelves, PRODUCT, now=house.clock()) == 0
    assert _places(house) == places


def _say(house: House, text: str, lesson: str | None, *, turn: str | None = None) -> str:
    item = NewItem(PRODUCT, ItemKind.COMMENT, text, lesson=lesson, turn=turn)
    with house.database.write() as session:
        record_item(session, item, now=house.clock())
    return text


def _places(house: House) -> dict[str, tuple[str | None, str]]:
    with house.database.read() as session:
        return {row.text: (row.lesson, row.anchor) for row in session.scalars(select(ItemRow))}
