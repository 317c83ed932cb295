"""Progress is a function of what happened, whatever the order and however often it was told."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from learning.events import Verb
from learning.log import Happened
from learning.progress import LessonState, Progress, Result, progress_of

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COURSE = ("one", "two", "three")


def happened(minute: int, verb: Verb, lesson: str | None = "one", block: str | None = None, **detail: Any) -> Happened:
    at = START + timedelta(minutes=minute)
    return Happened(f"{minute}-{verb}-{lesson}-{block}-{detail}", verb, at, "p", lesson, block, detail)


EVENTS = st.lists(
    st.builds(
        happened,
        st.integers(0, 50),
        st.sampled_from([*Verb]),
        st.sampled_from([*COURSE, "gone", None]),
        st.sampled_from(["a", "b", None]),
    ),
    max_size=25,
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(events: list[Happened], random: Any) -> None:
    told = [*events, *events[: len(events) // 2]]
    random.shuffle(told)
    assert progress_of(told, COURSE) == progress_of(events, COURSE)


def _reached(progress: Progress) -> list[tuple[int, int, set[str | None]]]:
    order = [*LessonState]
    return [
        (
            order.index(lesson.state),
            sum(b.attempts for b in lesson.blocks),
            {b.block for b in lesson.blocks if b.passed},
        )
        for lesson in progress.lessons
    ]


@given(EVENTS, EVENTS)
def test_doing_more_never_takes_anything_back(events: list[Happened], more: list[Happened]) -> None:
    before, after = progress_of(events, COURSE), progress_of([*events, *more], COURSE)
    assert after.share_completed >= before.share_completed
    for (state, attempts, passed), (state_then, attempts_then, passed_then) in zip(
        _reached(before), _reached(after), strict=True
    ):
        assert state_then >= state
        assert attempts_then >= attempts
        assert passed_then >= passed


def test_a_learner_who_did_nothing_has_not_started() -> None:
    progress = progress_of([], COURSE)
    assert [lesson.state for lesson in progress.lessons] == [LessonState.NOT_STARTED] * 3
    assert (progress.completed, progress.share_completed, progress.current) == (0, 0.0, None)


def test_a_lesson_is_opened_then_completed_and_says_when() -> None:
    progress = progress_of([happened(7, Verb.COMPLETED), happened(2, Verb.OPENED), happened(9, Verb.OPENED)], COURSE)
    one = progress.lesson("one")
    assert (one.state, one.opened, one.completed) == (
        LessonState.COMPLETED,
        START + timedelta(minutes=2),
        START + timedelta(minutes=7),
    )
    assert one.last_at == START + timedelta(minutes=9)
    assert round(progress.share_completed, 3) == 0.333


def test_the_current_lesson_is_the_last_one_not_completed_or_the_next() -> None:
    opened = [happened(1, Verb.OPENED, "one"), happened(2, Verb.OPENED, "two")]
    assert progress_of(opened, COURSE).current == "two"
    assert progress_of([*opened, happened(3, Verb.COMPLETED, "two")], COURSE).current == "three"
    last = [*opened, happened(3, Verb.COMPLETED, "two"), happened(4, Verb.COMPLETED, "three")]
    assert progress_of(last, COURSE).current == "one"
    assert progress_of([*last, happened(5, Verb.COMPLETED, "one")], COURSE).current is None


def test_failures_in_a_row_end_with_a_pass_which_stays() -> None:
    tries = [happened(minute, Verb.FAILED, block="a") for minute in range(3)]
    block = progress_of(tries, COURSE).lesson("one").block("a")
    assert (block.attempts, block.failures_in_row, block.last, block.passed) == (3, 3, Result.FAILED, False)
    tries += [happened(4, Verb.PASSED, block="a"), happened(5, Verb.FAILED, block="a")]
    block = progress_of(tries, COURSE).lesson("one").block("a")
    assert (block.attempts, block.failures_in_row, block.last, block.passed) == (5, 1, Result.FAILED, True)


def test_a_try_told_as_attempted_and_as_failed_is_one_try() -> None:
    both = [happened(1, Verb.ATTEMPTED, block="a"), happened(2, Verb.FAILED, block="a")]
    assert progress_of(both, COURSE).lesson("one").block("a").attempts == 1
    judged = [happened(minute, Verb.ATTEMPTED, block="a", success=minute == 2) for minute in (1, 2)]
    block = progress_of(judged, COURSE).lesson("one").block("a")
    assert (block.attempts, block.failures_in_row, block.passed) == (2, 0, True)


def test_what_happened_to_somebody_is_no_progress_of_theirs() -> None:
    told = [happened(1, Verb.OFFERED), happened(2, Verb.HINTED), happened(3, Verb.HANDED_OVER), happened(4, Verb.RATED)]
    assert progress_of(told, COURSE).lesson("one").state is LessonState.NOT_STARTED
