"""Evaluation sets: folders of JSONL with a corpus, questions and which documents answer them."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.errors import Invalid

_ONE_COURSE = "all"


@dataclass(frozen=True, slots=True)
class Document:
    """One corpus row; `course` is the product it goes to."""

    id: str
    title: str
    text: str
    course: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question with the documents that answer it; `relevant` maps a document's id to its grade."""

    id: str
    text: str
    course: str
    relevant: dict[str, float]


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Documents and the questions asked over them."""

    documents: tuple[Document, ...]
    queries: tuple[Query, ...]


def read_set(
    folder: Path, *, queries_folder: Path | None = None, split: str | None = None, within_course: bool = False
) -> EvaluationSet:
    """Read a set; questions may come from another folder that shares its document ids.

    Questions without a judged document of this corpus are left out. Raises Invalid naming the file and line.
    """
    documents = tuple(_document(row, within_course) for row in _rows(folder / "corpus.jsonl"))
    known = {document.id for document in documents}
    asked = queries_folder or folder
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(asked / "qrels.jsonl"):
        if str(row["doc"]) in known and float(row["rel"]) > 0:
            judged[str(row["query"])][str(row["doc"])] = float(row["rel"])
    rows = [row for row in _rows(asked / "queries.jsonl") if split is None or row.get("split") == split]
    queries = tuple(_query(row, judged, within_course) for row in rows if str(row["id"]) in judged)
    if not queries:
        raise Invalid(f"{asked.name} has no question with a judged document in {folder.name}")
    return EvaluationSet(documents, queries)


def _document(row: dict[str, Any], within_course: bool) -> Document:
    return Document(str(row["id"]), str(row.get("title") or ""), str(row["text"]), _course(row, within_course))


def _query(row: dict[str, Any], judged: dict[str, dict[str, float]], within_course: bool) -> Query:
    key = str(row["id"])
    return Query(key, str(row["text"]), _course(row, within_course), judged[key])


def _course(row: dict[str, Any], within_course: bool) -> str:
    return str(row.get("course") or _ONE_COURSE) if within_course else _ONE_COURSE


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as err:
        raise Invalid(f"{path.name} cannot be read in {path.parent}: {err.strerror}") from err
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as err:
            raise Invalid(f"{path}:{number}: not a JSON object ({err})") from err
        if not isinstance(row, dict):
            raise Invalid(f"{path}:{number}: not a JSON object")
        yield row
