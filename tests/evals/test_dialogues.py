"""Dialogues: the sets are what they promise, and figures keep leaning turns, switches and harm apart."""

import json
from collections import Counter
from pathlib import Path

import pytest

import evals.dialogues
from companion.samples import FOLDER
from evals.dialogues import Asked, Turn, dialogue_figures, dialogue_lines, read_dialogues, section_headings
from evals.shaped import QUESTIONS, SPLITS
from foundation.errors import ContentUnreadable
from tests.cli.conftest import Run, home, run

__all__ = ["home", "run"]  # fixtures


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_sets_are_as_large_as_promised(lang: str) -> None:
    dialogues = read_dialogues(QUESTIONS / f"dialogues-{lang}.jsonl")
    assert len(dialogues) >= 60
    assert len({each.id for each in dialogues}) == len(dialogues)
    assert {len(each.turns) for each in dialogues} == {2, 3}
    assert sum(any(not turn.leans for turn in each.turns[1:]) for each in dialogues) >= 12
    shares = Counter(each.split for each in dialogues)
    assert min(shares[split] for split in SPLITS) >= len(dialogues) / 3


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_gold_section_stands_in_the_sample_course(lang: str) -> None:
    for dialogue in read_dialogues(QUESTIONS / f"dialogues-{lang}.jsonl"):
        for turn in dialogue.turns[1:]:
            assert turn.gold, dialogue.id
            assert turn.oracle, dialogue.id
            for lesson, heading in turn.gold:
                assert heading in section_headings(lesson, lang), (dialogue.id, heading)


def test_the_courses_are_each_others_translation_heading_by_heading() -> None:
    for path in sorted((FOLDER / "ab-tests-en").glob("*.md")):
        assert len(section_headings(path.stem, "en")) == len(section_headings(path.stem, "ru"))


def asked(*, leans: bool, taken: bool, alone: int | None, carried: int | None, oracle: int | None) -> Asked:
    ranks = {"alone": alone, "carried": carried, "oracle": oracle}
    return Asked(Turn("and why?", leans, "why so", (("a", "b"),)), "dev", ranks, taken)


def test_switches_are_told_apart_from_turns_that_lean() -> None:
    figures = dialogue_figures(
        [
            asked(leans=True, taken=True, alone=None, carried=1, oracle=1),
            asked(leans=True, taken=False, alone=4, carried=4, oracle=2),
            asked(leans=False, taken=False, alone=1, carried=1, oracle=1),
            asked(leans=False, taken=True, alone=1, carried=7, oracle=1),
        ]
    )
    assert figures["n"] == 2
    assert [figures[column]["hit@3"] for column in ("alone", "carried", "oracle")] == [0.0, 0.5, 1.0]
    assert figures["carried"]["hit@1"] == 0.5
    assert figures["carried_of_oracle@3"] == 0.5
    assert figures["taken"]["share"] == 0.5
    assert figures["switches"]["left_alone"]["share"] == 0.5
    assert figures["switches"]["carried"]["hit@3"] == 0.5


def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"id": "d1", "lang": "en", "turns": [{"text": "a"}, {"text": "b"}]}\n')
    with pytest.raises(ContentUnreadable, match=r"d\.jsonl:1"):
        read_dialogues(tmp_path / "d.jsonl")


def test_the_command_measures_dialogues_harm_and_spoilers(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang in ("ru", "en"):
        for name, kept in (("dialogues", 3), ("ab-tests", 4)):
            lines = (QUESTIONS / f"{name}-{lang}.jsonl").read_text(encoding="utf-8").splitlines()
            (tmp_path / f"{name}-{lang}.jsonl").write_text("\n".join(lines[:kept]) + "\n", encoding="utf-8")
    monkeypatch.setattr(evals.dialogues, "QUESTIONS", tmp_path)
    figures = run("eval", "dialogues", "--json", "--cache", str(tmp_path / "vectors.db")).json()
    assert figures.keys() == set(SPLITS)
    runs = [figures[split]["runs"] for split in SPLITS]
    assert all(each.keys() == {"ru", "en", "ru-over-en", "en-over-ru"} for each in runs)
    leaning = sum(each["ru"]["n"] for each in runs)
    told = [json.loads(line) for line in (tmp_path / "dialogues-ru.jsonl").read_text(encoding="utf-8").splitlines()]
    assert leaning == sum(turn["leans"] for each in told for turn in each["turns"][1:])
    assert sum(figures[split]["harm"]["en"]["n"] for split in SPLITS) == 4
    assert sum(figures[split]["spoilers"]["en"]["at_its_lesson"]["n"] for split in SPLITS) == 4
    assert any("left alone" in line for line in dialogue_lines(figures))
