"""Products: what may be said about one, and who may embed it."""

import pytest

from companion.wiring import House
from foundation.errors import Invalid, NotFound
from foundation.ids import ProductSlug
from knowledge.language import language_of
from knowledge.products import (
    ProductKind,
    check_origin,
    check_url_template,
    describe_product,
    find_product,
    list_products,
    register_product,
)
from tests.conftest import TakeIn
from tests.fakes import FixedClock


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://school.example", "https://school.example"),
        ("HTTPS://School.Example/", "https://school.example"),
        (" http://localhost:3000 ", "http://localhost:3000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written: str, kept: str) -> None:
    assert check_origin(written) == kept


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.school.example",
        "school.example",
        "https://school.example/course",
        "https://a@b.example",
        "null",
        "",
    ],
)
def test_anything_else_is_no_origin(origin: str) -> None:
    with pytest.raises(Invalid, match="is not an origin"):
        check_origin(origin)


@pytest.mark.parametrize(
    "template", ["https://lms.example/c/{slug}/{lesson}#{anchor}", "http://lms.example/{external_id}"]
)
def test_a_template_with_known_places_is_taken(template: str) -> None:
    assert check_url_template(template) == template


@pytest.mark.parametrize(
    "template",
    [
        "https://lms.example/{other}",
        "https://lms.example/{",
        "https://lms.example/}",
        "https://lms.example/{}",
        "https://lms.example/{lesson.upper}",
        "https://lms.example/{lesson.nothing}",
        "https://lms.example/{lesson:>9999}",
        "https://lms.example/{lesson!r}",
        "javascript:alert('{lesson}')",
        "/lessons/{lesson}",
        "{lesson}",
    ],
)
def test_a_template_that_cannot_work_is_refused(template: str) -> None:
    with pytest.raises(Invalid, match="url_template"):
        check_url_template(template)


def test_what_is_not_given_stays_as_it_was(take_in: TakeIn, house: House) -> None:
    take_in({"one.md": "# One\n\nText.\n"})
    with house.database.write() as session:
        describe_product(session, "course", title="A course", origins=["https://a.example", "https://a.example/"])
        describe_product(session, "course", description="About it", kind=ProductKind.AUTHOR)
    with house.database.read() as session:
        product = find_product(session, "course")
    assert (product.title, product.description, product.kind) == ("A course", "About it", ProductKind.AUTHOR)
    assert product.origins == ("https://a.example",)
    assert product.lessons == 1


def test_a_product_that_exists_is_registered_once(house: House, clock: FixedClock) -> None:
    slug = ProductSlug("course")
    for title in ("First", "Second"):
        with house.database.write() as session:
            register_product(session, slug, title=title, kind=ProductKind.COURSE, lang="en", now=clock.now)
    with house.database.read() as session:
        assert [product.title for product in list_products(session)] == ["First"]


def test_a_product_nobody_knows_is_not_found(house: House) -> None:
    with house.database.read() as session, pytest.raises(NotFound):
        find_product(session, "nobody")
    with pytest.raises(NotFound), house.database.write() as session:
        describe_product(session, "nobody", title="x")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Что такое p-value?", "ru"),
        ("Как вызвать train_test_split из sklearn?", "ru"),
        ("What is a p-value?", "en"),
        ("The word «метрика» means a measured value in Russian", "en"),
        ("123 !?", "en"),
    ],
)
def test_the_language_of_a_text_is_told_by_its_letters(text: str, lang: str) -> None:
    assert language_of(text) == lang


def test_a_course_hides_spoilers_unless_it_says_otherwise_and_a_wrong_word_is_told(
    house: House, take_in: TakeIn
) -> None:
    lesson = {"a.md": "# A\n\nYeast raises the dough.\n"}
    for slug, card in {"usual": "", "open": "spoilers: shown\n", "wrong": "spoilers: maybe\n"}.items():
        report = take_in({**lesson, **({"product.yml": card} if card else {})}, slug)
        assert any("spoilers must be hidden or shown" in each for each in report.warnings) == (slug == "wrong")
    with house.database.read() as session:
        assert [find_product(session, slug).hides_spoilers for slug in ("usual", "open", "wrong")] == [
            True,
            False,
            True,
        ]
