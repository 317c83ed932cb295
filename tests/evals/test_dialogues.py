"""Dialogues: the sets are what they promise, and figures keep leaning turns, switches and harm apart."""

from collections import Counter
from pathlib import Path

import pytest

import evals.dialogues
import evals.shaped
from companion.samples import FOLDER
from evals.dialogues import Asked, Turn, dialogue_figures, read_dialogues, section_headings
from evals.shaped import QUESTIONS, SPLITS
from foundation.errors import ContentUnreadable
from tests.cli.conftest import Run, home, run
from tests.evals.evaluation_sets import write_rows

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


LESSONS = {
    "en": {
        "01-tea": "# Tea\n\n## Green tea\n\nIt draws for two minutes.\n\n## Black tea\n\nIt draws longer.\n",
        "02-yeast": "# Yeast\n\n## Rising\n\nYeast raises the dough in four hours.\n",
    },
    "ru": {
        "01-tea": "# Чай\n\n## Зелёный чай\n\nЕго заваривают две минуты.\n\n## Чёрный чай\n\nЕго дольше.\n",
        "02-yeast": "# Дрожжи\n\n## Подъём\n\nДрожжи поднимают тесто за четыре часа.\n",
    },
}
ASKED = {
    "en": ("how long does green tea draw", "why?", "why does green tea draw so long", "Green tea"),
    "ru": ("сколько заваривать зелёный чай", "почему?", "почему зелёный чай заваривают столько", "Зелёный чай"),
}


def write_sets(folder: Path) -> None:
    for lang, (first, then, oracle, heading) in ASKED.items():
        (folder / f"ab-tests-{lang}").mkdir()
        for name, lesson in LESSONS[lang].items():
            (folder / f"ab-tests-{lang}" / f"{name}.md").write_text(lesson, encoding="utf-8")
        gold = [{"lesson": "01-tea", "heading": heading}]
        turns = [{"text": first}, {"text": then, "leans": True, "oracle": oracle, "gold": gold}]
        write_rows(folder / f"dialogues-{lang}.jsonl", [{"id": "d1", "lang": lang, "turns": turns}])
        single = {"text": first, "answerable": True, "lesson": "01-tea"}
        write_rows(folder / f"ab-tests-{lang}.jsonl", [{**single, "split": split} for split in SPLITS])


def test_the_command_measures_dialogues_harm_and_spoilers(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sets(tmp_path)
    for module in (evals.shaped, evals.dialogues):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(evals.dialogues, "QUESTIONS", tmp_path)
    cache = ("--cache", str(tmp_path / "vectors.db"))
    figures = run("eval", "dialogues", "--json", *cache).json()
    assert figures.keys() == set(SPLITS)
    here = next(split for split in SPLITS if figures[split]["runs"]["ru"]["n"])
    for name in ("ru", "en", "ru-over-en", "en-over-ru"):
        told = figures[here]["runs"][name]
        assert (told["n"], told["carried"]["hit@3"], told["taken"]["share"]) == (1, 1.0, 1.0)
    assert figures["dev"]["harm"]["en"] == {"n": 1, "share": 1.0, "interval_95": [1.0, 1.0]}
    assert figures["dev"]["spoilers"]["en"]["at_its_lesson"]["n"] == 1
    assert figures["dev"]["spoilers"]["en"]["before_its_lesson"]["n"] == 0
    told = run("eval", "dialogues", "--split", here, *cache).out
    assert f"{here} ru, 1 later turns" in told
    assert run("eval", "dialogues", "--split", "test").code == 2
