"""Names and ids, ours and those made from an author's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Invalid
from foundation.ids import content_hash, product_slug, random_id, readable_id

RULE = re.compile(r"[a-z0-9-]{3,64}")


@pytest.mark.parametrize("name", ["intro", "week-1/lesson-2", "ab-tests-101"])
def test_a_name_that_is_an_id_already_stays_as_it_is(name: str) -> None:
    assert readable_id(name, fallback="lesson") == name.replace("/", "-")


def test_a_russian_name_can_still_be_read() -> None:
    made = readable_id("Щука и ёж: урок №1", fallback="lesson")
    assert made.startswith("shhuka-i-yozh-urok-1-")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("урок 1", "урок-1"),
        ("съезд", "сезд"),
        ("C++", "C#"),
        ("数据", "統計"),
        ("x" * 80, "x" * 81),
        ("a_b_c", "a.b.c"),
    ],
)
def test_names_that_lose_something_on_the_way_stay_two(one: str, other: str) -> None:
    assert readable_id(one, fallback="lesson") != readable_id(other, fallback="lesson")


def test_a_name_without_letters_is_named_after_what_it_is() -> None:
    assert readable_id("!!!", fallback="lesson").startswith("lesson-")


@given(st.text())
def test_a_readable_id_always_keeps_the_rule_and_is_the_same_every_time(name: str) -> None:
    made = readable_id(name, fallback="lesson")
    assert RULE.fullmatch(made)
    assert made == readable_id(name, fallback="lesson")


@given(
    st.text(alphabet="абвгдеёжзщъыьэюя -_/.AB12", min_size=1), st.text(alphabet="абвгдеёжзщъыьэюя -_/.AB12", min_size=1)
)
def test_two_russian_names_never_become_one(one: str, other: str) -> None:
    same = one.lower().replace("/", "-") == other.lower().replace("/", "-")
    assert same or readable_id(one, fallback="lesson") != readable_id(other, fallback="lesson")


@pytest.mark.parametrize("slug", ["abc", "a-b", "x" * 64, "---"])
def test_a_product_slug_that_keeps_the_rule_is_taken(slug: str) -> None:
    assert product_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "ab", "x" * 65, "Course", "курс", "a b c", "a/b/c", "../..", "abc\n", "\nabc"])
def test_any_other_product_slug_is_refused_with_the_rule(slug: str) -> None:
    with pytest.raises(Invalid, match="3 to 64 of a-z, 0-9 and -"):
        product_slug(slug)


def test_parts_of_a_hash_do_not_run_into_each_other() -> None:
    assert content_hash("ab", "c") != content_hash("a", "bc")
    assert len(content_hash("ab", size=6)) == 12


@given(st.text(alphabet=st.characters(categories=["Cs", "Lu", "Cc"])))
def test_any_text_can_be_hashed(text: str) -> None:
    assert content_hash(text) == content_hash(text)


def test_a_random_id_is_long_and_never_the_same() -> None:
    made = {random_id("t") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"t-[0-9a-f]{32}", one) for one in made)
