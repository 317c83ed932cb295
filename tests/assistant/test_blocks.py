"""Blocks that fit: by the goal, by what somebody has, each thing to learn once."""

from assistant.blocks import Block, rank_blocks


def block(name: str, *requires: str, lang: str = "en", same: str = "") -> Block:
    return Block(
        name, "course", "Course", name, lang, (f"{name}-1",), requires=requires, same_as=frozenset({same} - {""})
    )


ONE, TWO, THREE = block("one", same="раз"), block("two", "one"), block("three", "two")
RAZ = block("раз", lang="ru", same="one")
ALL = [ONE, TWO, THREE, RAZ]


def names(fits: list[object]) -> list[str]:
    return [fit.block.id for fit in fits]  # type: ignore[attr-defined]


def test_without_a_goal_what_can_be_begun_comes_first() -> None:
    fits = rank_blocks([THREE, TWO, ONE], have=(), lang="en")
    assert names(fits) == ["one", "two", "three"]
    assert [[other.id for other in fit.missing] for fit in fits] == [[], ["one"], ["one", "two"]]


def test_with_a_goal_the_likest_comes_first_and_says_what_it_needs() -> None:
    fits = rank_blocks(ALL, have=("one",), lang="en", liked={"three": 0.9, "two": 0.5})
    assert names(fits) == ["three", "two"]
    assert [other.id for other in fits[0].missing] == ["two"]
    assert [other.id for other in fits[1].met] == ["one"]


def test_the_same_block_in_two_languages_stands_once_in_the_learners_own() -> None:
    assert names(rank_blocks(ALL, have=(), lang="ru")) == ["раз", "two", "three"]
    assert "раз" not in names(rank_blocks(ALL, have=(), lang="en"))


def test_what_somebody_has_in_one_language_counts_in_the_other() -> None:
    fits = rank_blocks(ALL, have=("раз",), lang="en")
    assert names(fits) == ["two", "three"]
    assert fits[0].missing == ()


def test_what_somebody_touched_counts_as_met_and_is_offered_still() -> None:
    fits = rank_blocks([ONE, TWO], have=(), touched=("one",), lang="en")
    assert names(fits) == ["one", "two"]
    assert [other.id for other in fits[1].met] == ["one"]
    assert fits[1].missing == ()


def test_who_has_everything_is_offered_nothing_and_circles_end() -> None:
    round_trip = [block("a", "b"), block("b", "a")]
    assert rank_blocks(ALL, have=("one", "two", "three"), lang="en") == []
    assert names(rank_blocks(round_trip, have=(), lang="en")) == ["a", "b"]
