"""Evaluation sets that a test writes for itself."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_set(
    folder: Path, *, corpus: Sequence[Row] = (), queries: Sequence[Row] = (), qrels: Sequence[Row] = ()
) -> Path:
    """A folder with the parts that are given."""
    for name, rows in (("corpus", corpus), ("queries", queries), ("qrels", qrels)):
        if rows:
            write_rows(folder / f"{name}.jsonl", rows)
    return folder


def judged(*pairs: tuple[str, str]) -> list[Row]:
    return [{"query": query, "doc": document, "rel": 1} for query, document in pairs]
