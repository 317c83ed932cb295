"""Does it find what learners type: ranks in two columns, and figures that hide no gap."""

from pathlib import Path

import pytest

import evals.shaped
from companion.wiring import House
from evals.shaped import SPLITS, Ranks, ShapedQuestion, ask_shaped, read_shaped, shaped_figures, shaped_lines
from foundation.errors import ContentUnreadable
from foundation.ids import ProductSlug
from tests.cli.conftest import Run, home, run
from tests.conftest import TakeIn
from tests.evals.evaluation_sets import write_rows

__all__ = ["home", "run"]  # fixtures

LESSONS = {
    "tea.md": "# Green tea\n\nGreen tea draws\nfor two minutes.\n",
    "yeast.md": "# Yeast\n\nYeast raises the dough in four hours.\n",
}
TEA = {"gold": ["tea draws for  two minutes"], "lesson": "tea", "lang": "en", "split": "dev"}
LAYOUT = {"id": "q1", "full": "How long does green tea draw?", "shaped": "пкуут еуф вкфцы", "shape": "layout", **TEA}
NOWHERE = {"id": "q2", "full": "How long?", "shaped": "how long", "shape": "short", **TEA, "gold": ["no such words"]}


def asked(shape: str, full: int | None, shaped: int | None) -> Ranks:
    return Ranks(ShapedQuestion("q", "full", "shaped", shape, ("gold",), "dev"), full, shaped)


def test_a_passage_is_right_that_holds_a_snippet_however_lines_are_broken(
    take_in: TakeIn, house: House, tmp_path: Path
) -> None:
    take_in(LESSONS)
    write_rows(tmp_path / "asked.jsonl", [LAYOUT, NOWHERE])
    found = ask_shaped(house, ProductSlug("course"), read_shaped(tmp_path / "asked.jsonl"))
    assert found[0].full == 1
    assert (found[1].full, found[1].shaped) == (None, None)


def test_gap_and_parity_are_told_and_columns_are_never_mixed() -> None:
    russian = [asked("short", 1, 2), asked("short", 1, None), asked("typos", 4, 9), asked("typos", 2, 3)]
    english = [asked("short", 1, 1), asked("short", 3, 10)]
    figures = shaped_figures({"ru": russian, "en": english})
    assert (figures["ru"]["n"], figures["ru"]["full"]["hit@3"], figures["ru"]["shaped"]["hit@3"]) == (4, 0.75, 0.5)
    assert (figures["ru"]["full"]["hit@1"], figures["ru"]["shaped"]["hit@1"]) == (0.5, 0.0)
    assert figures["ru"]["shaped"]["mrr@10"] == pytest.approx((1 / 2 + 1 / 9 + 1 / 3) / 4, abs=1e-4)
    assert figures["ru"]["by_shape"]["typos"] == {"n": 2, "full_hit@3": 0.5, "shaped_hit@3": 0.5}
    assert (figures["ru"]["gap"], figures["en"]["gap"]) == (0.25, 0.5)
    assert figures["parity"] == {"full": 0.25, "shaped": 0.0}
    low, high = figures["ru"]["gap_95"]
    assert low <= 0.25 <= high
    assert set(figures) == {"ru", "en", "parity"}


def test_the_lines_for_people_say_the_gap_and_the_parity() -> None:
    told = "\n".join(
        shaped_lines({"dev": shaped_figures({"ru": [asked("short", 1, None)], "en": [asked("code", 1, 1)]})})
    )
    assert "dev ru, 1 questions" in told
    assert "gap, full - shaped at 3: 1.000" in told
    assert "dev parity, |ru - en| at 3: full 0.000, shaped 1.000" in told


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    write_rows(tmp_path / "asked.jsonl", [LAYOUT, {"id": "q3", "full": "Why?"}])
    with pytest.raises(ContentUnreadable, match=r"asked\.jsonl:2"):
        read_shaped(tmp_path / "asked.jsonl")


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_sets_are_as_large_as_promised_and_half_held_out(lang: str) -> None:
    questions = read_shaped(evals.shaped.QUESTIONS / f"shaped-{lang}.jsonl")
    assert len(questions) >= 150
    assert len({question.id for question in questions}) == len(questions)
    assert {question.split for question in questions} == set(SPLITS)
    halves = [sum(question.split == split for question in questions) for split in SPLITS]
    assert abs(halves[0] - halves[1]) <= 2


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_gold_snippet_stands_in_the_sample_course(lang: str) -> None:
    lessons = (evals.shaped.FOLDER / f"ab-tests-{lang}").glob("*.md")
    text = " ".join(" ".join(path.read_text(encoding="utf-8") for path in lessons).split())
    for question in read_shaped(evals.shaped.QUESTIONS / f"shaped-{lang}.jsonl"):
        assert any(" ".join(snippet.split()) in text for snippet in question.gold), question.id


def test_the_command_measures_both_languages(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("ru", "en"):
        for name, lesson in LESSONS.items():
            (tmp_path / f"ab-tests-{lang}").mkdir(exist_ok=True)
            (tmp_path / f"ab-tests-{lang}" / name).write_text(lesson, encoding="utf-8")
        write_rows(tmp_path / f"shaped-{lang}.jsonl", [LAYOUT, {**NOWHERE, "split": "held-out"}])
    monkeypatch.setattr(evals.shaped, "FOLDER", tmp_path)
    monkeypatch.setattr(evals.shaped, "QUESTIONS", tmp_path)
    cache = ("--cache", str(tmp_path / "vectors.db"))
    figures = run("eval", "shaped", *cache, "--json").json()
    assert [figures[split]["ru"]["full"]["hit@3"] for split in SPLITS] == [1.0, 0.0]
    told = run("eval", "shaped", *cache, "--split", "dev").out
    assert "dev parity" in told
    assert "held-out" not in told
    assert run("eval", "shaped", "--split", "test").code == 2
