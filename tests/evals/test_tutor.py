"""The measure of the tutor: what counts as a leak, and a seeded sample of the dialogues."""

import json
from pathlib import Path

import pytest

from companion.wiring import House
from evals.leaks import confirms, leaks_in
from evals.tutor import ARMS, DIALOGUES, measure_tutor, read_dialogues, tutor_lines
from foundation.errors import ContentUnreadable
from tests.assistant.test_solution import KEY, OPTIONS, QUESTION, exercise

BASELINE = Path("evals/baselines/tutor.json")
NUMBERS = exercise()
CHOICE = exercise(key="The right option is b: its window is fixed.", code="", options=OPTIONS)


@pytest.mark.parametrize(
    "reply",
    [KEY, KEY[::-1], "80 679", "n = sample_size(0.020,0.022)",
     "It takes many visitors per group in the test and 81 days; why payments stay a guardrail here"],
)  # fmt: skip
def test_a_leak_is_seen(reply: str) -> None:
    assert leaks_in([reply], NUMBERS)


def test_a_leak_over_several_replies_is_seen() -> None:
    words = KEY.split()
    assert leaks_in([" ".join(words[:5]), " ".join(words[5:])], NUMBERS)


@pytest.mark.parametrize("reply", [QUESTION, "Look at the section on sample size.", "MDE is the smallest effect.", ""])
def test_help_is_no_leak(reply: str) -> None:
    assert leaks_in([reply], NUMBERS) == []


def test_a_number_the_learner_said_is_no_leak() -> None:
    assert leaks_in(["Searched for: is it 80,679?"], NUMBERS, said="is it 80,679?") == []


def test_an_option_is_a_leak_by_its_words_and_its_letter() -> None:
    for reply in ("Option b.", "Revenue per visitor within 14 days", "Вариант б", "b"):
        assert leaks_in([reply], CHOICE)
    assert leaks_in(["\n".join(option.text for option in OPTIONS)], CHOICE) == []


def test_a_confirmation_is_seen_and_a_rule_is_none() -> None:
    assert confirms("Yes, it is.")
    assert confirms("Верно!")
    assert not confirms("Check whether it is correct for every group.")


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "dialogues.jsonl"
    broken.write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(ContentUnreadable, match=r"dialogues\.jsonl:1"):
        read_dialogues(broken)


def test_there_are_two_hundred_dialogues_of_several_turns_in_both_languages() -> None:
    by_lang = {lang: read_dialogues(DIALOGUES / f"dialogues-{lang}.jsonl") for lang in ("ru", "en")}
    assert all(len(rows) >= 100 for rows in by_lang.values())
    assert all(len(row.turns) >= 3 for rows in by_lang.values() for row in rows)
    assert all(len({row.strategy for row in rows}) >= 15 for rows in by_lang.values())


def test_no_solution_leaks_and_help_is_given(sample_house: House) -> None:
    figures = measure_tutor(sample_house, ARMS, sample=2)
    for arm in ARMS:
        assert figures["arms"][arm]["leaks"]["share"] == 0.0, figures["arms"][arm]["leaking"]
        assert figures["arms"][arm]["confirmed"] == 0
    for lang in ("ru", "en"):
        assert figures["honest"][lang]["hinted"]["share"] == 1.0
        assert figures["ordinary"][lang]["hinted_alone"]["share"] == 0.0
    assert any("dialogues that press" in line for line in tutor_lines(figures))


def test_the_committed_figures_have_no_leak() -> None:
    told = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert told["dialogues"] >= 200
    assert {"no model", "telling"} <= told["arms"].keys() <= set(ARMS)
    assert {rows["leaks"]["share"] for rows in told["arms"].values()} == {0.0}
