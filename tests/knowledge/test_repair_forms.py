"""The word forms of a shelf: counted right, taken over from an earlier layout, forgotten with their lesson."""

import numpy as np

from companion.wiring import House
from knowledge.shelf import Shelf, ShelfKey
from knowledge.word_forms import WordForms, joined_forms, picked_forms
from tests.conftest import TakeIn
from tests.knowledge.test_shelf_files import COURSE, KEY

TEXTS = ["Ёлка и ёлка, a test", "тест теста", "", "a B-test"]


def _same(one: WordForms, other: WordForms) -> bool:
    mine = (one.rows.first, one.rows.columns["form"], one.keys, one.first, one.letters)
    theirs = (other.rows.first, other.rows.columns["form"], other.keys, other.first, other.letters)
    return all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))


def test_forms_are_counted_by_passage() -> None:
    assert WordForms.of_texts(TEXTS).counted() == {"елка": 1, "test": 2, "тест": 1, "теста": 1}
    assert WordForms.of_texts([]).counted() == {}


def test_parts_make_the_whole() -> None:
    parts = [WordForms.of_texts(TEXTS[:1]), WordForms.of_texts([]), WordForms.of_texts(TEXTS[1:])]
    assert _same(joined_forms(parts), WordForms.of_texts(TEXTS))


def test_what_is_taken_over_equals_what_is_read_anew_and_forgets_what_left() -> None:
    old, new = WordForms.of_texts(TEXTS), WordForms.of_texts(["новый test"])
    picked = picked_forms(old, new, np.asarray([3, -1, 1]))
    assert _same(picked, WordForms.of_texts([TEXTS[3], "новый test", TEXTS[1]]))
    assert "елка" not in picked.counted()


def test_a_shelf_knows_its_words_from_sql_and_from_its_file(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    laid_out = house.shelves.shelf(KEY)
    assert (laid_out.vocabulary.forms["kind"], laid_out.vocabulary.forms["lesson"]) == (8, 8)
    assert house.shelves.differences(KEY) == []
    house.shelves.refill(KEY)
    assert house.shelves.shelf(KEY).vocabulary.forms == laid_out.vocabulary.forms


def test_a_removed_lesson_takes_its_words_with_it(take_in: TakeIn, house: House) -> None:
    take_in({**COURSE, "9.md": "# Quokkas\n\nA quokka smiles.\n"})
    assert "quokka" in _forms(house, KEY)
    take_in(COURSE, replace=True)
    assert "quokka" not in _forms(house, KEY)
    assert _forms(house, KEY)["visitors"] == 8


def _forms(house: House, key: ShelfKey) -> dict[str, int]:
    shelf: Shelf = house.shelves.shelf(key)
    return dict(shelf.vocabulary.forms)
