"""Figures that are tracked: who comes back, how the next exercise goes after help."""

from datetime import timedelta

import pytest

from learning.events import Verb
from learning.figures import Share, first_turn_return, next_exercise, wilson
from learning.log import Happened
from tests.learning.doing import after, did

NOW = after(days=30)


@pytest.mark.parametrize(
    ("yes", "n", "interval"),
    # The second from Newcombe 1998, Statistics in Medicine 17, table I: 15 of 148.
    [(0, 10, (0.0, 0.2775)), (15, 148, (0.0624, 0.1605)), (10, 10, (0.7225, 1.0)), (1, 1, (0.2065, 1.0))],
)
def test_the_interval_is_wilsons(yes: int, n: int, interval: tuple[float, float]) -> None:
    assert wilson(yes, n) == interval


def test_nobody_is_no_share() -> None:
    assert (Share(0, 0).share, Share(0, 0).interval_95) == (None, None)


def test_who_writes_again_within_seven_days_came_back() -> None:
    people = [
        [did(Verb.ASKED), did(Verb.ASKED, days=6)],
        [did(Verb.ASKED), did(Verb.ASKED, days=8), did(Verb.ASKED, days=9)],
        [did(Verb.ASKED)],
        [did(Verb.OPENED), did(Verb.PASSED, 5, block="a")],
        [did(Verb.ASKED, days=25), did(Verb.ASKED, days=26)],
    ]
    found = first_turn_return(people, now=NOW)
    assert (found.share.yes, found.share.n, found.too_new) == (1, 3, 1)


def block(name: str, *verbs: Verb, days: float, rung: int = 1) -> list[Happened]:
    return [
        did(verb, n, days=days, block=name, **({"rung": rung + n} if verb is Verb.HINTED else {}))
        for n, verb in enumerate(verbs)
    ]


def test_the_next_exercise_counts_for_the_hints_of_the_one_before() -> None:
    people = [
        # Two hints (the higher is of rung 2), then alone; after that a failure first, and passed alone all the same.
        [
            *block("a", Verb.HINTED, Verb.HINTED, Verb.PASSED, days=1),
            *block("b", Verb.PASSED, days=2),
            *block("c", Verb.FAILED, Verb.PASSED, days=3),
        ],
        # A hint at the next one as well.
        [*block("a", Verb.FAILED, Verb.HINTED, days=1), *block("b", Verb.HINTED, Verb.PASSED, days=2)],
        # Only looked at the next one: says nothing yet.
        [*block("a", Verb.HINTED, days=1), *block("b", Verb.ATTEMPTED, days=2)],
        # Came back for a hint after the next one was begun.
        [*block("a", Verb.FAILED, days=1), *block("b", Verb.FAILED, days=2), *block("a", Verb.HINTED, days=3)],
    ]
    found = next_exercise(people)
    assert (found.after_hints.yes, found.after_hints.n) == (1, 2)
    assert {rung: (share.yes, share.n) for rung, share in found.by_rung.items()} == {2: (1, 2)}
    assert (found.without_hints.yes, found.without_hints.n) == (1, 2)


def test_days_are_counted_from_each_first_message() -> None:
    late = [did(Verb.ASKED), did(Verb.ASKED, days=7)]
    assert first_turn_return([late], now=NOW).share.yes == 1
    assert first_turn_return([late], now=after() + timedelta(days=6)).share.n == 0
