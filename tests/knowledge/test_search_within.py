"""A search with lessons hidden: nothing of them is found, and what is left keeps its order."""

import pytest

from companion.wiring import House
from foundation.ids import LessonId, ProductSlug
from knowledge.products import Collection
from knowledge.search import search, search_within
from knowledge.shelf import Shelf, ShelfKey
from tests.conftest import TakeIn

LESSONS = {
    f"{number:02}.md": f"# Bread {number}\n\n{text}\n"
    for number, text in enumerate(
        (
            "Rye flour takes up more water than wheat flour.",
            "Water of thirty degrees wakes the yeast.",
            "Knead the dough for ten minutes.",
            "The dough proofs for nine hours in a cold cellar.",
        ),
        1,
    )
}
QUESTION = "How long does the dough proof in the cellar?"


def shelf_of(house: House, take_in: TakeIn) -> Shelf:
    take_in(LESSONS)
    return house.shelves.shelf(ShelfKey(ProductSlug("course"), Collection.LESSONS))


def test_nothing_hidden_is_the_same_search(house: House, take_in: TakeIn) -> None:
    shelf = shelf_of(house, take_in)
    asked = search(QUESTION, shelf, encoder=house.encoder, index=house.shelves.index, count=10)
    assert search_within(asked, shelf, hidden=(), count=10).hits == asked.hits


def test_hidden_lessons_are_not_found_and_the_others_stay_in_order(house: House, take_in: TakeIn) -> None:
    shelf = shelf_of(house, take_in)
    asked = search(QUESTION, shelf, encoder=house.encoder, index=house.shelves.index, count=10)
    best = asked.hits[0].place.lesson
    left = search_within(asked, shelf, hidden={best}, count=10)
    assert best not in {hit.place.lesson for hit in left.hits}
    assert {hit.place.passage for hit in left.hits} == {
        hit.place.passage for hit in asked.hits if hit.place.lesson != best
    }
    untouched = {hit.place.passage: (hit.dense, hit.dense_z, hit.lexical_z, hit.lesson_z) for hit in asked.hits}
    for hit in left.hits:
        scores = (hit.dense, hit.dense_z, hit.lexical_z, hit.lesson_z)
        assert scores == pytest.approx(untouched[hit.place.passage], abs=1e-4)


def test_with_everything_hidden_nothing_is_found(house: House, take_in: TakeIn) -> None:
    shelf = shelf_of(house, take_in)
    asked = search(QUESTION, shelf, encoder=house.encoder, index=house.shelves.index, count=10)
    everything = {LessonId(place.lesson) for place in shelf.places}
    assert search_within(asked, shelf, hidden=everything, count=10).hits == ()
