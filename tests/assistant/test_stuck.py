"""What somebody who is stuck is shown."""

import pytest

from assistant.stuck import Foothold, find_foothold
from companion.wiring import House
from foundation.errors import NotFound
from tests.assistant.asking import ask
from tests.conftest import TakeIn

COURSE = {
    "power.md": "# Power\n\nPower is the chance to see an effect that is there.\n",
    "peeking.md": "# Peeking\n\nLooking at a running test every day raises false alarms.\n",
}
CASE = "# Too few visitors\n\nMy test had too few visitors to see any effect, and I waited for weeks.\n"


def _foothold(house: House, text: str = "", *, turn: str | None = None, lesson: str | None = None) -> Foothold:
    return find_foothold(house.database, house.shelves, "course", text=text, turn=turn, lesson=lesson)


def test_the_learners_words_lead_to_a_lesson_and_to_a_like_case(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    take_in({"few.md": CASE}, cases=True)
    foothold = _foothold(house, "too few visitors, I see no effect with this power")
    assert foothold.nearest[0].lesson == "power"
    assert foothold.nearest[0].url == "/p/course/lessons/power"
    assert foothold.case is not None
    assert foothold.case.title == "Too few visitors"
    assert foothold.case.situation in CASE


def test_without_words_the_turns_question_decides(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    done = ask(house, "May I look at a running test every day?", "course")
    assert _foothold(house, " ", turn=done["turn"]).nearest[0].lesson == "peeking"


def test_the_open_lesson_is_among_the_nearest(take_in: TakeIn, house: House) -> None:
    take_in({**COURSE, **{f"other-{n}.md": f"# Other {n}\n\nEffects, effects, number {n}.\n" for n in range(6)}})
    near = [one.lesson for one in _foothold(house, "effects, effects", lesson="peeking").nearest]
    assert near[0] == "peeking"
    assert len(near) == 3
    assert _foothold(house, lesson="power").nearest[0].lesson == "power"


def test_without_anything_to_go_by_nothing_is_shown(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    assert _foothold(house) == Foothold((), None)


def test_a_product_without_cases_shows_none(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    assert _foothold(house, "power").case is None


def test_a_long_case_is_cut_between_words(take_in: TakeIn, house: House) -> None:
    words = " ".join(f"слово{number}" for number in range(300))
    take_in(COURSE)
    take_in({"long.md": f"# Долго\n\n{words}\n"}, cases=True)
    case = _foothold(house, words[:200]).case
    assert case is not None
    assert case.situation.endswith(" …")
    assert len(case.situation) <= 402
    assert case.situation.removesuffix(" …").split()[-1] in words.split()


def test_an_unknown_lesson_or_product_is_not_found(take_in: TakeIn, house: House) -> None:
    take_in(COURSE)
    with pytest.raises(NotFound):
        _foothold(house, lesson="nowhere")
    with pytest.raises(NotFound):
        find_foothold(house.database, house.shelves, "nobody", text="x", turn=None, lesson=None)


WHOLE_CASE = """# The groups were uneven

*This is an invented example: no real person or company stands behind it.*

## Situation

I test a delivery app, and the old screen had two thousand people more than the new one.

## Where I got stuck

I took the difference in the number of people between the groups for chance.

## What I did

I ran the chi-square check for a mismatch of the sample ratio.
"""


@pytest.mark.parametrize(
    "words",
    [
        "the number of people differs between my groups, I took the difference for chance",
        "the chi-square check says my sample ratio does not match",
        "the new screen of my app has fewer people than the old one",
    ],
)
def test_a_case_is_told_by_its_own_situation_whatever_part_was_found(take_in: TakeIn, house: House, words: str) -> None:
    take_in(COURSE)
    take_in({"uneven.md": WHOLE_CASE, "few.md": CASE}, cases=True)
    case = _foothold(house, words).case
    assert case is not None
    assert case.title == "The groups were uneven"
    assert case.situation == "I test a delivery app, and the old screen had two thousand people more than the new one."
    assert case.url == "/p/course/lessons/case-uneven#situation"


def test_a_case_without_that_heading_begins_behind_its_disclaimer(take_in: TakeIn, house: House) -> None:
    told = WHOLE_CASE.replace("## Situation\n\n", "")
    take_in(COURSE)
    take_in({"uneven.md": told}, cases=True)
    case = _foothold(house, "the number of people differs between my groups, I took the difference for chance").case
    assert case is not None
    assert case.situation.startswith("I test a delivery app")


LIKE = {
    "02": "My landing page has few visitors, the calculator tells me to wait for years",
    "03": "After CUPED my difference got smaller, did I pick a wrong covariate?",
    "10": "On the third day it was significant and I wanted to stop the test",
}
UNLIKE = [
    "How do I reset my password?",
    "Who painted the ceiling of the Sistine Chapel?",
    "My dough does not rise, what is wrong with the yeast?",
    "When will I get the certificate?",
    "What does the course cost and can I pay monthly?",
    "How do verbs of motion work in Russian?",
    "help",
]


def _sample_case(house: House, words: str) -> str | None:
    case = find_foothold(house.database, house.shelves, "ab-tests-en", text=words, turn=None, lesson=None).case
    return None if case is None else case.url


@pytest.mark.parametrize("case", LIKE)
def test_who_was_stuck_in_a_similar_place_is_shown(sample_house: House, case: str) -> None:
    url = _sample_case(sample_house, LIKE[case])
    assert url is not None
    assert f"/case-{case}-" in url
    assert url.endswith("#situation")


@pytest.mark.parametrize("words", UNLIKE)
def test_who_is_stuck_elsewhere_is_shown_no_case(sample_house: House, words: str) -> None:
    assert _sample_case(sample_house, words) is None
