"""Does it decline what is not there: the figures of made-up trials, and a tiny set asked for real."""

import math
from pathlib import Path

import pytest

from assistant.reply import Outcome
from evals.abstain import Trial, auroc, figures, is_dropped, risk_coverage, run_abstain
from evals.cached_encoder import CachedEncoder
from evals.sets import Document, EvaluationSet, read_set, read_unanswerable
from foundation.errors import Invalid
from foundation.settings import Settings
from knowledge.background import read_texts
from tests.evals.evaluation_sets import judged, write_rows, write_set

CORPUS = [
    {"id": f"d{number}", "title": text.subject, "text": text.passage, "course": "one" if number % 2 else "two"}
    for number, text in enumerate(read_texts("en")[::3])
]
ASKED = {
    "d0": "Does browning a steak really seal in the juices?",
    "d9": "Which side do liabilities and income go on in double entry?",
    "d36": "What causes the phases of the Moon?",
}
QUERIES = [{"id": f"q-{document}", "text": text} for document, text in ASKED.items()]
GOLD = judged(*((f"q-{document}", document) for document in ASKED))
FAR = [
    {"id": "u1", "text": "Who won the regional chess championship in 1987?", "asked_against_course": "one"},
    {"id": "u2", "text": "Where can I renew my library card?"},
]


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def _trial(covered: bool, above: float) -> Trial:
    return Trial(covered, above, Outcome.ANSWERED if above >= 0 else Outcome.DECLINED, 1.5)


TRIALS = [_trial(True, 2.0), _trial(True, 1.0), _trial(True, -0.5), _trial(False, 0.5), _trial(False, -1.0)]


def test_refusals_are_the_products_own_decisions() -> None:
    found = figures(TRIALS)
    assert found["false_refusal"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["correct_refusal"] == 0.5
    assert (found["n"], found["answerable"], found["unanswerable"]) == (5, 3, 2)
    assert found["threshold"] == 1.5
    assert found["auroc"] == pytest.approx(5 / 6, abs=1e-4)
    assert set(found["intervals_95"]) == {"auroc", "false_refusal", "correct_refusal"}


def test_a_tie_counts_half_and_nothing_found_ranks_last() -> None:
    assert auroc([1.0, 2.0], [1.0, 0.0]) == 0.875
    assert auroc([1.0], [-math.inf]) == 1.0


def test_the_risk_grows_as_less_sure_questions_are_answered() -> None:
    curve = risk_coverage(TRIALS)
    assert curve[0] == {"coverage": 0.2, "risk": 0.0, "kept": pytest.approx(1 / 3, abs=1e-4)}
    assert curve[-1] == {"coverage": 1.0, "risk": 0.4, "kept": 1.0}


def test_one_kind_of_questions_alone_is_refused_with_advice() -> None:
    with pytest.raises(Invalid, match="--drop-half"):
        figures([_trial(True, 1.0)])


def test_documents_of_one_group_are_left_out_together() -> None:
    grouped = [Document(f"d{number}", "", "", "all", group="chapter 7") for number in range(20)]
    alone = [Document(f"d{number}", "", "", "all") for number in range(200)]
    assert len({is_dropped(document) for document in grouped}) == 1
    assert 70 < sum(is_dropped(document) for document in alone) < 130


def test_a_far_question_is_declined_and_a_covered_one_answered(
    tmp_path: Path, settings: Settings, encoder: CachedEncoder
) -> None:
    folder = write_set(tmp_path, corpus=CORPUS, queries=QUERIES, qrels=GOLD)
    write_rows(folder / "unanswerable_queries.jsonl", FAR)
    evaluation = read_set(folder)
    others = read_unanswerable(folder, evaluation, strangers=False)
    found = run_abstain(evaluation, others, drop_half=False, settings=settings, encoder=encoder, progress=_quiet)
    assert (found["answerable"], found["unanswerable"]) == (3, 2)
    assert found["false_refusal"] == 0.0
    assert found["correct_refusal"] == 1.0
    assert found["auroc"] == 1.0


def test_questions_of_dropped_documents_count_as_unanswerable(
    tmp_path: Path, settings: Settings, encoder: CachedEncoder
) -> None:
    queries = [{"id": f"q{row['id']}", "text": f"What is said about {row['title']}?"} for row in CORPUS]
    gold = judged(*((f"q{row['id']}", str(row["id"])) for row in CORPUS))
    evaluation = read_set(write_set(tmp_path, corpus=CORPUS, queries=queries, qrels=gold))
    found = run_abstain(evaluation, (), drop_half=True, settings=settings, encoder=encoder, progress=_quiet)
    dropped = sum(is_dropped(document) for document in evaluation.documents)
    assert (found["unanswerable"], found["answerable"]) == (dropped, len(CORPUS) - dropped)


def test_within_courses_a_question_is_asked_of_the_course_it_names_or_of_each(tmp_path: Path) -> None:
    folder = write_set(tmp_path, corpus=CORPUS, queries=QUERIES, qrels=GOLD)
    write_rows(folder / "unanswerable_queries.jsonl", FAR)
    evaluation = read_set(folder, within_course=True)
    others = read_unanswerable(folder, evaluation, strangers=False, within_course=True)
    assert [(question.text, question.course) for question in others] == [
        (FAR[0]["text"], "one"),
        (FAR[1]["text"], "two"),
        (FAR[1]["text"], "one"),
    ]


def test_another_sets_questions_count_when_they_are_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "own", corpus=CORPUS, queries=QUERIES, qrels=GOLD)
    other = write_set(tmp_path / "other", queries=[{"id": "x", "text": "Where is the harbour?"}])
    evaluation = read_set(folder)
    assert read_unanswerable(folder, evaluation, strangers=False) == ()
    assert [question.text for question in read_unanswerable(other, evaluation, strangers=True)] == [
        "Where is the harbour?"
    ]
    with pytest.raises(Invalid, match=r"unanswerable_queries\.jsonl"):
        read_unanswerable(tmp_path, EvaluationSet(evaluation.documents, ()), strangers=True)
