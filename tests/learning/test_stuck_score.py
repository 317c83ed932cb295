"""The stuck score: everything in it is counted and named, and getting on takes it away."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.events import Verb
from learning.log import Happened
from learning.pace import Pace, cohort_pace, time_spent
from learning.stuck_score import Reason, Sign, current_score, read_signs, score_signs, stuck_weights
from learning.wording import reason_words
from tests.learning.doing import after, did

LESSONS = ("one", "two")


def counts(events: list[Happened], *, days: float = 0.5, pace: Pace | None = None) -> dict[Sign, float]:
    return {reason.sign: reason.count for reason in read_signs(events, pace=pace, now=after(days=days))}


def test_who_reads_on_shows_no_sign() -> None:
    assert counts([did(Verb.OPENED), did(Verb.PASSED, 20, block="a")]) == {}


def test_every_sign_is_counted() -> None:
    events = [
        did(Verb.OPENED),
        did(Verb.ASKED, 3),
        did(Verb.OPENED, 50),
        did(Verb.HINTED, 55, rung=1),
        did(Verb.STUCK, 56),
        *(did(Verb.FAILED, 60 + n, block="a") for n in range(3)),
    ]
    assert counts(events, days=4.1, pace=Pace("one", 9, 600.0)) == {
        Sign.FAILED_IN_ROW: 3,
        Sign.SLOW: 4.5,
        Sign.ASKED: 1,
        Sign.PRESSED: 1,
        Sign.HINTED: 1,
        Sign.RETURNED: 1,
        Sign.SILENT: 4,
    }


def test_a_pass_ends_what_led_to_it_and_names_the_exercise_that_is_left() -> None:
    events = [did(Verb.STUCK), *(did(Verb.FAILED, n, block="a") for n in range(1, 4)), did(Verb.PASSED, 9, block="a")]
    assert counts(events) == {}
    (left,) = read_signs([*events, did(Verb.FAILED, 10, block="b")], pace=None, now=after(11))
    assert (left.sign, left.count, left.block) == (Sign.FAILED_IN_ROW, 1, "b")


def test_silence_counts_only_after_trouble() -> None:
    assert counts([did(Verb.OPENED)], days=9) == {}
    assert counts([did(Verb.FAILED, block="a")], days=9)[Sign.SILENT] == 9


def test_a_message_counts_for_what_it_was_taken_for() -> None:
    events = [
        did(Verb.ASKED, n, intent=intent) for n, intent in enumerate(("question", "stuck", "small_talk", "unsafe"))
    ]
    assert counts(events, days=3) == {Sign.ASKED: 1, Sign.PRESSED: 1}


def test_what_was_offered_is_not_what_the_learner_did() -> None:
    events = [did(Verb.FAILED, block="a")]
    assert counts([*events, did(Verb.OFFERED, days=4)], days=5) == counts(events, days=5)


def test_the_score_is_of_the_current_lesson_and_of_what_happened_by_then() -> None:
    stuck = [did(Verb.OPENED), *(did(Verb.FAILED, n, block="a") for n in range(1, 5))]
    there = current_score(stuck, LESSONS, paces={}, now=after(20))
    assert there is not None
    assert there.lesson == "one"
    assert there.score > 0.5
    assert [(reason.sign, reason.count, reason.block) for reason in there.reasons] == [(Sign.FAILED_IN_ROW, 4, "a")]
    earlier = current_score(stuck, LESSONS, paces={}, now=after(1))
    assert earlier is not None
    assert earlier.score < there.score
    onward = current_score(
        [*stuck, did(Verb.COMPLETED, 9), did(Verb.OPENED, 10, lesson="two")], LESSONS, paces={}, now=after(20)
    )
    assert onward is not None
    assert (onward.lesson, onward.reasons) == ("two", ())
    assert onward.score < 0.2
    assert current_score([], LESSONS, paces={}, now=after(20)) is None


@given(st.dictionaries(st.sampled_from([*Sign]), st.floats(0, 50), max_size=7), st.sampled_from([*Sign]))
def test_more_of_a_sign_never_lowers_the_score(signs: dict[Sign, float], more: Sign) -> None:
    least = score_signs("one", [Reason(sign, count) for sign, count in signs.items()])
    raised = signs | {more: signs.get(more, 0) + 1}
    most = score_signs("one", [Reason(sign, count) for sign, count in raised.items()])
    assert 0 < least.score <= most.score < 1


def test_every_sign_has_a_weight_and_words_in_both_languages() -> None:
    assert set(stuck_weights().signs) == set(Sign)
    for sign in Sign:
        for lang in ("ru", "en"):
            told = {reason_words(Reason(sign, count), lang) for count in (1, 2.4, 3, 5, 11, 21, 22)}  # type: ignore[arg-type]
            assert all(words and "{" not in words for words in told)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 неудачная попытка подряд"), (3, "3 неудачные попытки подряд"), (11, "11 неудачных попыток подряд")],
)
def test_russian_words_agree_with_their_number(count: int, words: str) -> None:
    assert reason_words(Reason(Sign.FAILED_IN_ROW, count), "ru") == words
    assert reason_words(Reason(Sign.SLOW, 2.4), "ru").startswith("на этот урок ушло в 2,4 раза")
    assert reason_words(Reason(Sign.SLOW, 2.4), "en").startswith("2.4 times as long")


def test_no_words_speak_of_feelings() -> None:
    texts = Path(__file__).resolve().parents[2] / "learning" / "texts"
    told = " ".join(file.read_text("utf-8").casefold() for file in texts.glob("*.toml"))
    assert len(list(texts.glob("*.toml"))) == 2
    for word in ("feel", "frustrat", "upset", "worried", "struggl", "чувств", "расстро", "трудно", "волну"):
        assert word not in told


def test_time_counts_gaps_up_to_half_an_hour_and_what_a_try_says() -> None:
    assert time_spent([]) == 0
    assert time_spent([did(Verb.OPENED), did(Verb.FAILED, 10), did(Verb.COMPLETED, days=3)]) == 600 + 1800
    assert time_spent([did(Verb.FAILED, duration_s=90)]) == 90
    assert time_spent([did(Verb.OPENED)], until=after(5)) == 300


def test_pace_is_the_median_of_those_who_completed_and_needs_five() -> None:
    def log(minutes: float, *, completed: bool = True) -> list[Happened]:
        last = Verb.COMPLETED if completed else Verb.ASKED
        return [did(Verb.OPENED), did(last, minutes), did(Verb.OPENED, minutes + 9)]

    logs = [log(10), log(12), log(14), log(16), log(1), log(29, completed=False)]
    pace = cohort_pace("one", logs)
    assert pace == Pace("one", 5, 720.0)
    assert cohort_pace("one", logs[1:]) is None
    assert cohort_pace("one", [log(0.1)] * 5) == Pace("one", 5, 60.0), (
        "nobody is slow beside a lesson only clicked through"
    )
