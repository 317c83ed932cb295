"""Evaluation sets: folders of JSONL with a corpus, questions and which documents answer them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from foundation.errors import Invalid

_ONE_COURSE = "all"


@dataclass(frozen=True, slots=True)
class Document:
    """One corpus row; `course` is the product it goes to, `group` what it is left out together with, "" for nothing."""

    id: str
    title: str
    text: str
    course: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One question with the documents that answer it.

    `relevant` maps a document's id to its grade; `answer` is the gold answer in words, "" where the set has none.
    """

    id: str
    text: str
    course: str
    relevant: dict[str, float]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question no document answers, and the course it is asked of."""

    text: str
    course: str


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Documents and the questions asked over them."""

    documents: tuple[Document, ...]
    queries: tuple[Query, ...]


class _Row(BaseModel):
    # Fields a set has beside these are its own matter.
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _CorpusRow(_Row):
    id: str
    text: str
    title: str | None = None
    course: str | None = None
    group: str | None = None


class _QueryRow(_Row):
    id: str
    text: str
    course: str | None = None
    split: str | None = None
    answer: str | None = None


class _UnanswerableRow(_Row):
    id: str
    text: str
    split: str | None = None
    asked_against_course: str | None = None


class _JudgementRow(_Row):
    query: str
    doc: str
    rel: float


_AnyRow = TypeVar("_AnyRow", bound=_Row)


def read_set(
    folder: Path, *, queries_folder: Path | None = None, split: str | None = None, within_course: bool = False
) -> EvaluationSet:
    """Read a set; questions may come from another folder that shares its document ids.

    Questions without a judged document of this corpus are left out. Answers are those of this folder's own questions,
    since an answer is looked for in this corpus's language. Raises Invalid naming the file and line.
    """
    corpus = list(_rows(folder / "corpus.jsonl", _CorpusRow))
    documents = tuple(
        Document(row.id, row.title or "", row.text, _course(row.course, within_course=within_course), row.group or "")
        for row in corpus
    )
    asked = queries_folder or folder
    judged = _judged(asked, known={document.id for document in documents})
    answers = {row.id: row.answer or "" for row in _rows(folder / "queries.jsonl", _QueryRow)}
    rows = [row for row in _rows(asked / "queries.jsonl", _QueryRow) if split in (None, row.split)]
    queries = tuple(
        Query(
            row.id, row.text, _course(row.course, within_course=within_course), judged[row.id], answers.get(row.id, "")
        )
        for row in rows
        if row.id in judged
    )
    if not queries:
        raise Invalid(f"{asked.name} has no question with a judged document in {folder.name}")
    return EvaluationSet(documents, queries)


def read_unanswerable(
    folder: Path, evaluation: EvaluationSet, *, strangers: bool, split: str | None = None, within_course: bool = False
) -> tuple[Unanswerable, ...]:
    """Questions of a folder that a set's documents do not answer: those it says so of and, of `strangers`, all.

    Within courses, one that names no course of the set is asked of every course.
    """
    rows: list[_UnanswerableRow] = []
    if (folder / "unanswerable_queries.jsonl").is_file():
        rows += _rows(folder / "unanswerable_queries.jsonl", _UnanswerableRow)
    if strangers and (folder / "queries.jsonl").is_file():
        rows += _rows(folder / "queries.jsonl", _UnanswerableRow)
    if strangers and not rows:
        raise Invalid(f"{folder.name} has neither unanswerable_queries.jsonl nor queries.jsonl with questions")
    courses = list(dict.fromkeys(document.course for document in evaluation.documents))
    return tuple(
        Unanswerable(row.text, course)
        for row in rows
        if split in (None, row.split)
        for course in ([row.asked_against_course] if within_course and row.asked_against_course in courses else courses)
    )


def _judged(folder: Path, *, known: set[str]) -> dict[str, dict[str, float]]:
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(folder / "qrels.jsonl", _JudgementRow):
        if row.doc in known and row.rel > 0:
            judged[row.query][row.doc] = row.rel
    return dict(judged)


def _course(course: str | None, *, within_course: bool) -> str:
    return course or _ONE_COURSE if within_course else _ONE_COURSE


def _rows(path: Path, shape: type[_AnyRow]) -> Iterator[_AnyRow]:
    try:
        # Only "\n" ends a row: JSON may hold other line separators as they are.
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as err:
        raise Invalid(f"{path.name} cannot be read in {path.parent}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise Invalid(f"{path.name} in {path.parent} is not UTF-8; save it as UTF-8") from err
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield shape.model_validate_json(line)
        except ValidationError as err:
            first = err.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "row"
            raise Invalid(f"{path}:{number}: {field}: {first['msg']}") from err
