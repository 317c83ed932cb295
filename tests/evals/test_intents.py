"""Figures of intents and of pointing questions: classes kept apart, nothing averaged away, sets as promised."""

import pytest

from assistant.intents import Intent
from evals.dialogues import section_headings
from evals.here import here_lines, read_pointing
from evals.intents import Labelled, Taken, intent_figures, intent_lines, ordinary_figures
from evals.shaped import LANGS, QUESTIONS


def taken(label: Intent, read: Intent, lang: str = "en") -> Taken:
    return Taken(Labelled("x", "words", lang, label), read)


def test_a_class_has_its_own_precision_and_recall() -> None:
    rows = [
        taken(Intent.STUCK, Intent.STUCK),
        taken(Intent.STUCK, Intent.QUESTION),
        taken(Intent.QUESTION, Intent.QUESTION),
        taken(Intent.QUESTION, Intent.QUESTION, "ru"),
    ]
    figures = intent_figures(rows)
    stuck, question = figures["en"]["by_class"]["stuck"], figures["en"]["by_class"]["question"]
    assert (stuck["precision"]["share"], stuck["recall"]["share"]) == (1.0, 0.5)
    assert (question["precision"]["share"], question["recall"]["n"]) == (0.5, 1)
    assert figures["en"]["by_class"]["unsafe"]["recall"] == {"n": 0, "share": None, "interval_95": None}
    assert figures["en"]["mistaken"] == {"stuck taken for question": 1}
    assert (figures["ru"]["n"], figures["ru"]["mistaken"]) == (1, {})


def test_ordinary_questions_are_counted_by_what_they_were_taken_for() -> None:
    told = ordinary_figures(["what is a p-value", "thanks", "I'm stuck"])
    assert (told["n"], told["taken_for_something_else"]) == (3, 2)
    assert told["for"] == {"small_talk": 1, "stuck": 1}
    lines = list(intent_lines({"dev": intent_figures([taken(Intent.STUCK, Intent.STUCK)]), "ordinary_questions": told}))
    assert any("stuck: precision 1.000" in line for line in lines)
    assert lines[-1].startswith("ordinary questions taken for something else: 2 of 3")


@pytest.mark.parametrize("lang", LANGS)
def test_every_pointing_question_has_its_section_in_the_sample_course(lang: str) -> None:
    rows = read_pointing(QUESTIONS / f"here-{lang}.jsonl")
    assert len(rows) >= 20
    for row in rows:
        assert row.heading in section_headings(row.lesson, lang), row.id


def test_pointing_figures_are_told_by_language() -> None:
    share = {"share": 0.5, "interval_95": (0.0, 1.0)}
    both = {"its_lesson": share, "its_section": share}
    pointing = {"n": 2, "nothing_open": both, "its_lesson_open": both}
    ordinary = {"n": 2, "nothing_open": share, "another_open": share, "its_lesson_open": share}
    lines = list(here_lines({"dev": {"en": {"pointing": pointing, "ordinary": ordinary}}}))
    assert lines[0].startswith("dev en, 2 questions that point at a page")
    assert len(lines) == 7
