"""Whether the content covers a question, as whole turns show it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete

import evals
from companion.wiring import House
from knowledge.tables import CoverageScaleRow
from tests.assistant.asking import ask, kept_turn

QUESTIONS = Path(evals.__file__).parent / "questions"


def _development(name: str, **wanted: object) -> list[str]:
    rows = [json.loads(line) for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["split"] == "dev" and wanted.items() <= row.items()]


@pytest.mark.parametrize("name", ["ab-tests-ru", "ab-tests-en"])
def test_few_covered_and_most_far_questions_are_declined(sample_house: House, name: str) -> None:
    covered = [ask(sample_house, text, name)["outcome"] for text in _development(name, answerable=True)]
    far = [ask(sample_house, text, name)["outcome"] for text in _development(name, kind="far")]
    assert covered.count("declined") <= 0.15 * len(covered)
    assert far.count("declined") >= 0.6 * len(far)


def test_across_languages_too(sample_house: House) -> None:
    covered = [ask(sample_house, text, "ab-tests-ru") for text in _development("ab-tests-en", answerable=True)]
    far = [ask(sample_house, text, "ab-tests-ru") for text in _development("ab-tests-en", kind="far")]
    declined = [[reply for reply in replies if reply["outcome"] == "declined"] for replies in (covered, far)]
    assert len(declined[0]) <= 0.2 * len(covered)
    assert len(declined[1]) >= 0.5 * len(far)
    assert all(reply["confidence"] < 0.5 for replies in declined for reply in replies)


def test_a_turn_keeps_what_it_was_judged_by(sample_house: House) -> None:
    done = ask(sample_house, "What is statistical power?")
    judgement = kept_turn(sample_house, done["turn"]).trace["judgement"]
    assert judgement["scale"]["question_lang"] == judgement["scale"]["passage_lang"] == "en"
    assert judgement["strength"] >= judgement["scale"]["threshold"]


def test_a_shelf_that_was_not_measured_claims_nothing(sample_house: House) -> None:
    with sample_house.database.write() as session:
        session.execute(delete(CoverageScaleRow))
    for text in ("What is statistical power?", "How long do I boil a soft egg?"):
        assert ask(sample_house, text)["outcome"] == "partly"
