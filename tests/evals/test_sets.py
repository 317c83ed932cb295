"""Reading evaluation sets: what belongs together, and what is told about a wrong one."""

from pathlib import Path

import pytest

from evals.sets import read_set
from foundation.errors import Invalid
from tests.evals.evaluation_sets import judged, write_rows, write_set

CORPUS = [
    {"id": "d1", "title": "Yeast", "text": "Yeast raises the dough.", "course": "bread"},
    {"id": "d2", "title": "Tea", "text": "Tea draws for two minutes.", "course": "tea"},
]
QUERIES = [
    {"id": "q1", "text": "What raises the dough?", "course": "bread", "split": "dev"},
    {"id": "q2", "text": "How long does tea draw?", "course": "tea", "split": "test"},
    {"id": "q3", "text": "Who asks?", "course": "tea", "split": "test"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set", corpus=CORPUS, queries=QUERIES, qrels=judged(("q1", "d1"), ("q2", "d2")))


def test_a_question_without_a_judged_document_is_left_out(folder: Path) -> None:
    found = read_set(folder)
    assert [(query.id, query.relevant) for query in found.queries] == [("q1", {"d1": 1.0}), ("q2", {"d2": 1.0})]
    assert [document.id for document in found.documents] == ["d1", "d2"]


def test_a_split_chooses_questions_and_keeps_the_corpus(folder: Path) -> None:
    found = read_set(folder, split="test")
    assert [query.id for query in found.queries] == ["q2"]
    assert len(found.documents) == 2


def test_courses_count_only_when_they_are_asked_for(folder: Path) -> None:
    assert {document.course for document in read_set(folder).documents} == {"all"}
    apart = read_set(folder, within_course=True)
    assert [document.course for document in apart.documents] == ["bread", "tea"]
    assert [query.course for query in apart.queries] == ["bread", "tea"]


def test_questions_come_from_another_folder_that_shares_the_documents(folder: Path, tmp_path: Path) -> None:
    russian = [{"id": "в1", "text": "Что поднимает тесто?"}, {"id": "в2", "text": "Что ещё?"}]
    other = write_set(tmp_path / "ru", queries=russian, qrels=judged(("в1", "d1"), ("в2", "d9")))
    assert [query.id for query in read_set(folder, queries_folder=other).queries] == ["в1"]


def test_a_document_judged_irrelevant_is_no_answer(folder: Path) -> None:
    write_rows(folder / "qrels.jsonl", [{"query": "q1", "doc": "d1", "rel": 0}, {"query": "q2", "doc": "d2", "rel": 2}])
    assert [(query.id, query.relevant) for query in read_set(folder).queries] == [("q2", {"d2": 2.0})]


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    rows = [{"id": 1, "title": None, "text": "Yeast."}]
    folder = write_set(
        tmp_path / "set", corpus=rows, queries=[{"id": 7, "text": "Yeast?"}], qrels=[{"query": 7, "doc": 1, "rel": "1"}]
    )
    assert [(query.id, query.relevant) for query in read_set(folder).queries] == [("7", {"1": 1.0})]


@pytest.mark.parametrize("part", ["corpus", "queries", "qrels"])
def test_a_missing_part_is_named(folder: Path, part: str) -> None:
    (folder / f"{part}.jsonl").unlink()
    with pytest.raises(Invalid, match=rf"{part}\.jsonl"):
        read_set(folder)


@pytest.mark.parametrize("line", ["{", "[]", '"q1"', "7"])
def test_a_line_that_is_no_object_is_named_with_its_number(folder: Path, line: str) -> None:
    with (folder / "queries.jsonl").open("a", encoding="utf-8") as rows:
        rows.write(f"\n{line}\n")
    with pytest.raises(Invalid, match=r"queries\.jsonl:5"):
        read_set(folder)


def test_a_set_without_a_judged_question_is_refused(folder: Path) -> None:
    with pytest.raises(Invalid, match="no question"):
        read_set(folder, split="train")


@pytest.mark.parametrize(
    ("part", "row"),
    [
        ("corpus", {"id": "d3"}),
        ("corpus", {"text": "No id."}),
        ("queries", {"id": "q1"}),
        ("qrels", {"query": "q1", "doc": "d1"}),
        ("qrels", {"query": "q1", "doc": "d1", "rel": "much"}),
    ],
)
def test_a_row_without_what_it_needs_is_named_with_its_number(folder: Path, part: str, row: dict[str, str]) -> None:
    write_rows(folder / f"{part}.jsonl", [row])
    with pytest.raises(Invalid, match=rf"{part}\.jsonl:1"):
        read_set(folder)


def test_a_line_separator_inside_a_text_is_part_of_it(folder: Path) -> None:
    write_rows(folder / "corpus.jsonl", [{**CORPUS[0], "text": "Yeast\u2028raises."}, CORPUS[1]])
    assert read_set(folder).documents[0].text == "Yeast\u2028raises."


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    (folder / "corpus.jsonl").write_bytes('{"id": "d1", "text": "дрожжи"}'.encode("cp1251"))
    with pytest.raises(Invalid, match=r"corpus\.jsonl"):
        read_set(folder)
