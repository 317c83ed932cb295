"""The measurement of cases: its messages are honest, and its figures count what they say."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.cases import QUESTIONS, Asked, Message, case_figures, read_messages, write_cases
from evals.shaped import LANGS
from foundation.errors import ContentUnreadable
from knowledge.lexical import terms

FEWEST_CASES, FEWEST_MESSAGES, FEWEST_OTHERS = 30, 60, 30


@pytest.mark.parametrize("lang", LANGS)
def test_there_are_enough_cases_and_messages_and_a_case_is_in_one_half_only(tmp_path: Path, lang: str) -> None:
    cases = {path.stem for path in write_cases(tmp_path / "cases", lang).glob("case-*.md")}
    messages = read_messages(QUESTIONS / f"stuck-{lang}.jsonl")
    assert len(cases) >= FEWEST_CASES
    counted = Counter((one.case is not None, one.split) for one in messages)
    assert counted[True, "held-out"] >= FEWEST_MESSAGES
    assert counted[False, "dev"] + counted[False, "held-out"] >= FEWEST_OTHERS
    assert {one.case for one in messages} - {None} == cases
    halves: dict[str | None, set[str]] = {}
    for one in messages:
        halves.setdefault(one.case, set()).add(one.split)
    assert all(len(split) == 1 for case, split in halves.items() if case)


@pytest.mark.parametrize("lang", LANGS)
def test_no_message_lifts_a_phrase_of_its_case(tmp_path: Path, lang: str) -> None:
    folder = write_cases(tmp_path / "cases", lang)
    told = {path.stem: terms(path.read_text(encoding="utf-8")) for path in folder.glob("case-*.md")}
    lifted = []
    for one in read_messages(QUESTIONS / f"stuck-{lang}.jsonl"):
        words = terms(one.text)
        runs = [words[start : start + 4] for start in range(len(words) - 3)]
        if one.case and any(_holds(told[one.case], run) for run in runs):
            lifted.append(one.text)
    assert lifted == []


def _holds(words: list[str], run: list[str]) -> bool:
    return any(words[start : start + len(run)] == run for start in range(len(words) - len(run) + 1))


def test_figures_are_shares_of_what_they_name() -> None:
    def asked(case: str | None, alone: int | None, *, shown: bool, right: bool = False) -> Asked:
        return Asked(Message("id", "words", case, "lesson", "dev"), alone, alone, 1, shown, right)

    figures = case_figures(
        [
            asked("a", 1, shown=True, right=True),
            asked("b", 3, shown=True),
            asked("c", None, shown=False),
            asked("d", 2, shown=False),
            asked(None, None, shown=True),
            asked(None, None, shown=False),
        ]
    )
    assert (figures["n"], figures["n_other"]) == (4, 2)
    assert (figures["hit@1"], figures["hit@3"], figures["hit@3_with_lesson"]) == (0.25, 0.75, 1.0)
    assert (figures["shown"], figures["shown_right"], figures["shown_wrongly"]) == (0.5, 0.25, 0.5)
    assert figures["intervals_95"]["hit@3"][0] < 0.75


def test_a_row_that_is_no_message_is_named(tmp_path: Path) -> None:
    path = tmp_path / "stuck.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "b"}) + "\n", encoding="utf-8")
    with pytest.raises(ContentUnreadable, match=r"stuck\.jsonl"):
        read_messages(path)
