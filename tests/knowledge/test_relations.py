"""Lessons require, replace and are equivalent to each other; what cannot be followed is left out with a warning."""

import re
from pathlib import Path

import pytest

from companion.wiring import House
from foundation.errors import NotFound
from knowledge.lessons import find_lesson, live_lessons
from knowledge.related import Related, related_lessons
from tests.conftest import TakeIn
from tests.knowledge.releasing import PRODUCT, publish, roll_back, take

pytestmark = pytest.mark.usefixtures("unmeasured")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lessons are written."""
    made = tmp_path / "course"
    made.mkdir()
    return made


def lesson(title: str, **fields: str) -> str:
    told = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\ntitle: {title}\n{told}---\n{title} is about something.\n"


def related(house: House, product: str = PRODUCT) -> dict[str, dict[str, list[str]]]:
    """Titles of related lessons by kind, by the lesson's title."""
    with house.database.read() as session:
        titles = {each.id: each.title for each in live_lessons(session, product)}
        found = related_lessons(session, product, now=house.clock())
    return {titles[each]: _plain(ties) for each, ties in found.items()}


def _plain(ties: Related) -> dict[str, list[str]]:
    kinds = ("requires", "equivalent", "replaces", "replaced_by")
    return {kind: [each.title for each in getattr(ties, kind)] for kind in kinds if getattr(ties, kind)}


def test_relations_of_front_matter_and_of_the_product_file_are_shown(house: House, folder: Path) -> None:
    card = "relations:\n  - {lesson: c, requires: [a, b]}\n"
    files = {"a.md": lesson("A"), "b.md": lesson("B", requires="a"), "c.md": lesson("C"), "product.yml": card}
    assert take(house, folder, files).warnings == []
    assert related(house) == {"B": {"requires": ["A"]}, "C": {"requires": ["A", "B"]}}


def test_to_be_equivalent_is_mutual_across_products(house: House, take_in: TakeIn) -> None:
    take_in({"1.md": lesson("Урок")}, "kurs-ru")
    report = take_in({"1.md": lesson("Lesson", equivalent="kurs-ru:1")}, "course-en")
    assert report.warnings == []
    assert related(house, "course-en") == {"Lesson": {"equivalent": ["Урок"]}}
    assert related(house, "kurs-ru") == {"Урок": {"equivalent": ["Lesson"]}}
    take_in({"2.md": lesson("Другой")}, "kurs-ru", replace=True)
    assert related(house, "course-en") == {"Lesson": {}}


@pytest.mark.parametrize(
    ("files", "warning", "kept"),
    [
        ({"a.md": lesson("A", requires="nothing")}, r"a\.md:3: a requires 'nothing', and there is no such lesson", 0),
        ({"a.md": lesson("A", requires="a")}, r"a\.md:3: a requires itself", 0),
        ({"a.md": lesson("A", replaces="never-here")}, r"a\.md:3: a replaces 'never-here'", 0),
        ({"a.md": lesson("A", equivalent="other:1")}, r"a\.md:3: relations lead to the product other, which is not", 0),
        (
            {"a.md": lesson("A", requires="b"), "b.md": lesson("B", requires="a")},
            r"b\.md:3: b requires a, which closes",
            1,
        ),
        (
            {"a.md": lesson("A"), "product.yml": "relations:\n  - {lesson: z, requires: a}\n"},
            r"product\.yml:2: 'z' is no",
            0,
        ),
        (
            {"a.md": lesson("A"), "product.yml": "relations: [1, {lesson: a}]\n"},
            r"product\.yml:1: a relation has a lesson",
            0,
        ),
        ({"a.md": lesson("A"), "product.yml": "relations: {a: b}\n"}, r"product\.yml: a relation has a lesson", 0),
    ],
)
def test_what_cannot_be_followed_is_left_out_with_its_place(
    house: House, folder: Path, files: dict[str, str], warning: str, kept: int
) -> None:
    report = take(house, folder, files)
    assert re.match(warning, report.warnings[0]), report.warnings
    assert sum(len(ties) for ties in related(house).values()) == kept


def test_a_circle_through_another_product_is_closed_by_nobody(house: House, take_in: TakeIn) -> None:
    take_in({"1.md": lesson("One")}, "first")
    take_in({"1.md": lesson("Two", requires="first:1")}, "second")
    report = take_in({"1.md": lesson("One", requires="second:1")}, "first")
    assert "closes a circle" in report.warnings[0]
    assert related(house, "first") == {}


def test_a_lesson_that_was_replaced_leads_to_the_one_that_replaces_it(house: House, folder: Path) -> None:
    take(house, folder, {"old.md": lesson("Old"), "b.md": lesson("B")})
    take(house, folder, {"new.md": lesson("New", replaces="old"), "b.md": lesson("B")})
    assert related(house) == {"New": {"replaces": ["Old"]}}
    with house.database.read() as session:
        assert find_lesson(session, PRODUCT, "old").title == "New"
        assert find_lesson(session, PRODUCT, "b").title == "B"
        with pytest.raises(NotFound):
            find_lesson(session, PRODUCT, "never")
    take(house, folder, {"newest.md": lesson("Newest", replaces="new"), "b.md": lesson("B")})
    with house.database.read() as session:
        assert find_lesson(session, PRODUCT, "new").title == "Newest"


def test_a_chain_of_replacements_is_followed_while_every_link_is_declared(house: House, folder: Path) -> None:
    take(house, folder, {"a.md": lesson("A")})
    take(house, folder, {"b.md": lesson("B", replaces="a")})
    take(house, folder, {"c.md": lesson("C", replaces="[a, b]")})
    with house.database.read() as session:
        assert find_lesson(session, PRODUCT, "a").title == find_lesson(session, PRODUCT, "b").title == "C"


def test_relations_go_live_and_back_with_their_release(house: House, folder: Path) -> None:
    take(house, folder, {"a.md": lesson("A"), "b.md": lesson("B")})
    report = take(house, folder, {"a.md": lesson("A"), "b.md": lesson("B", requires="a")}, draft=True)
    assert (report.release, related(house)) == (2, {})
    publish(house)
    assert related(house) == {"B": {"requires": ["A"]}}
    roll_back(house)
    assert related(house) == {}
