"""The rule of the hint ladder."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant.ladder import Rung, Signals, choose_rung
from learning.progress import Result

RUNGS = st.sampled_from(list(Rung))
SIGNALS = st.builds(
    Signals,
    attempts=st.integers(0, 12),
    failures=st.integers(0, 8),
    time_ratio=st.one_of(st.none(), st.floats(0, 9)),
    last=st.sampled_from([None, Result.FAILED]),
    given=st.lists(RUNGS, max_size=6).map(tuple),
    tried_since=st.integers(0, 4),
    unaided=st.integers(0, 4),
    top=RUNGS,
)


@given(SIGNALS, st.integers(1, 5))
def test_more_attempts_never_give_a_lower_rung(signals: Signals, more: int) -> None:
    after = replace(signals, attempts=signals.attempts + more)
    assert choose_rung(after) >= choose_rung(signals)
    assert choose_rung(replace(after, tried_since=signals.tried_since + more)) >= choose_rung(signals)


@given(SIGNALS)
def test_more_failures_and_more_time_never_give_a_lower_rung(signals: Signals) -> None:
    assert choose_rung(replace(signals, failures=signals.failures + 1)) >= choose_rung(signals)
    assert choose_rung(replace(signals, time_ratio=(signals.time_ratio or 0) + 3)) >= choose_rung(signals)


@given(SIGNALS)
def test_nothing_is_above_the_authors_ceiling(signals: Signals) -> None:
    assert choose_rung(signals) <= signals.top


@given(SIGNALS)
def test_a_person_is_one_press_away_at_any_time(signals: Signals) -> None:
    assert choose_rung(replace(signals, wants_person=True)) is Rung.PERSON


@given(SIGNALS, st.integers(1, 3))
def test_success_before_never_raises_the_start(signals: Signals, more: int) -> None:
    fresh = replace(signals, given=(), tried_since=0)
    assert choose_rung(replace(fresh, unaided=fresh.unaided + more)) <= choose_rung(fresh)


def test_success_lowers_the_start_of_the_next_exercise() -> None:
    working = Signals(attempts=4)
    assert choose_rung(working) is Rung.ANALOGUE
    assert choose_rung(replace(working, unaided=1)) is Rung.CONCEPT
    assert choose_rung(replace(working, unaided=2)) is Rung.WHERE


@given(SIGNALS.filter(lambda signals: signals.given))
def test_no_rung_is_skipped_and_none_is_taken_back(signals: Signals) -> None:
    rung, reached = choose_rung(signals), max(signals.given)
    assert rung <= reached + 1
    assert rung >= min(reached, signals.top)


@given(SIGNALS)
def test_whoever_passed_begins_below_again(signals: Signals) -> None:
    assert choose_rung(replace(signals, last=Result.PASSED)) is Rung.WHERE


def test_asking_alone_climbs_slowly_and_trying_at_once() -> None:
    given: tuple[Rung, ...] = ()
    climbed = []
    for _ in range(8):
        given = (*given, choose_rung(Signals(given=given)))
        climbed.append(int(given[-1]))
    assert climbed == [1, 2, 2, 3, 3, 4, 4, 5]
    assert choose_rung(Signals(attempts=1, given=(Rung.WHERE, Rung.CONCEPT), tried_since=1)) is Rung.ANALOGUE
