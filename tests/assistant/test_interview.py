"""Five questions: each may be skipped, none is lost, and what cannot be an answer is refused with a reason."""

from datetime import date

import pytest

from assistant.interview import (
    MAX_GOAL_CHARS,
    AnswerRefused,
    Answers,
    Asking,
    Level,
    next_question,
    read_answers,
    take_answers,
)
from feedback.redaction import TAKEN_OUT, without_contacts
from foundation.errors import Invalid

TODAY = date(2026, 3, 2)


def take(given: dict[str, object], kept: dict[str, object] | None = None) -> dict[str, object]:
    return take_answers(kept or {}, given, parts=("Week 1", "Week 2"), today=TODAY)


def test_questions_come_one_by_one_and_end() -> None:
    kept: dict[str, object] = {}
    asked = []
    while (asking := next_question(kept)) is not None:
        asked.append(asking)
        kept = take({asking: None}, kept)
    assert asked == list(Asking)


def test_who_skips_everything_gets_the_defaults() -> None:
    kept = take(dict.fromkeys(Asking))
    assert read_answers(kept) == Answers() == read_answers({})
    assert Answers().minutes_a_week == 180


def test_answers_are_kept_as_they_were_meant() -> None:
    kept = take(
        {
            "goal": "  Read\n p-values ",
            "experience": {"level": "some", "words": "means", "known": ["Week 2", "Week 2"]},
            "hours": "2,5",
            "deadline": "2026-04-01",
            "lang": "ru",
        }
    )
    read = read_answers(kept)
    assert read == Answers("Read p-values", Level.SOME, "means", ("Week 2",), 2.5, date(2026, 4, 1), "ru")
    assert read.minutes_a_week == 150


def test_a_later_answer_takes_the_place_of_an_earlier_one_and_the_others_stay() -> None:
    kept = take({"hours": 1, "goal": "one"})
    assert read_answers(take({"hours": 4}, kept)) == Answers(goal="one", hours=4.0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"goal": "x" * (MAX_GOAL_CHARS + 1)}, "long"),
        ({"goal": 7}, "no_text"),
        ({"experience": "a lot"}, "unknown"),
        ({"experience": {"level": "master"}}, "unknown"),
        ({"experience": {"level": "new", "known": ["Week 9"]}}, "unknown_part"),
        ({"experience": {"level": "new", "known": "Week 1"}}, "unknown_part"),
        ({"experience": {"level": "new", "words": "x" * 501}}, "long"),
        *(({"hours": hours}, "no_number") for hours in ("", "many", [], "1e", "1 2")),
        *(({"hours": hours}, "out_of_range") for hours in (0, 0.4, 61, -3, "nan", "inf", 1e9, "1e400")),
        *(({"deadline": day}, "no_date") for day in ("tomorrow", "2026-13-01", 20260401, "01.04.2026")),
        ({"deadline": "2026-03-01"}, "past"),
        ({"deadline": "2126-03-01"}, "far"),
        ({"lang": "de"}, "unknown"),
    ],
)
def test_what_is_no_answer_is_refused_and_loses_nothing(given: dict[str, object], code: str) -> None:
    kept = take({"goal": "one", "hours": 1, "lang": "en"})
    before = dict(kept)
    with pytest.raises(AnswerRefused) as refused:
        take(given, kept)
    assert refused.value.code == code
    assert refused.value.ask in tuple(given)
    assert kept == before


def test_a_question_nobody_asked_is_refused() -> None:
    with pytest.raises(Invalid, match="goal, experience, hours, deadline, lang"):
        take({"salary": 5})


def test_today_is_a_deadline_and_an_empty_one_is_none() -> None:
    assert read_answers(take({"deadline": "2026-03-02"})).deadline == TODAY
    assert read_answers(take({"deadline": " "})).deadline is None


@pytest.mark.parametrize(
    "contact",
    [
        "ann@example.org",
        "@ann_example",
        "https://example.org/ann",
        "www.example.org",
        "t.me/ann",
        "+7 (900) 123-45-67",
        "8 900 123 45 67",
        "+44 20 7946 0958",
    ],
)
def test_what_somebody_can_be_reached_by_is_not_kept(contact: str) -> None:
    kept = take({"goal": f"Learn tests, write to {contact} please", "experience": {"level": "new", "words": contact}})
    assert kept["goal"] == f"Learn tests, write to {TAKEN_OUT} please"
    assert contact not in str(kept)


@pytest.mark.parametrize("text", ["from 2024 to 2026, 12,206 visitors", "8.0% to 9.0%", "100 000 users", "p = 0.0312"])
def test_numbers_that_reach_nobody_stay(text: str) -> None:
    assert without_contacts(text) == text
