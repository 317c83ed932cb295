"""How much personal data is found in what learners write, and how much is taken for it and is not.

Texts are made up, Russian and English, with what is personal in double brackets (`evals/personal`). Rules were made
with `dev`; `held-out` was written after that and before they were run on it. What was added after the first run on it
is told in docs/design/inbox.md, with that run's figures.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from evals.wilson import wilson_interval
from feedback.redaction import find_personal

Span = tuple[int, int]
_MARKED = re.compile(r"\[\[(.+?)\]\]")
LANGS = "ru", "en"
SPLITS = "held-out", "dev"


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text, and where something personal stands in it."""

    text: str
    personal: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """What became of one text: how many of its pieces were `found`, and how many of those `taken` were none."""

    marked: MarkedText
    found: int
    taken: int
    wrong: int


def marked_texts(lang: str, *, split: str = "held-out") -> Iterator[MarkedText]:
    """The made-up texts of a language: those the rules are made with are `dev`."""
    for line in (files("evals") / "personal" / f"{split}-{lang}.jsonl").read_text("utf-8").splitlines():
        yield _read(json.loads(line)["text"])


def _read(line: str) -> MarkedText:
    plain, spans, end = "", [], 0
    for mark in _MARKED.finditer(line):
        plain += line[end : mark.start()]
        spans.append((len(plain), len(plain) + len(mark[1])))
        plain, end = plain + mark[1], mark.end()
    return MarkedText(plain + line[end:], tuple(spans))


def score(marked: MarkedText) -> Scored:
    """A piece is found when no letter or digit of it is left; what was taken is wrong when it touches none."""
    taken = find_personal(marked.text)
    gone = {place for start, end in taken for place in range(start, end)}
    found = sum(
        all(place in gone for place in range(start, end) if marked.text[place].isalnum())
        for start, end in marked.personal
    )
    wrong = sum(not any(start < stop and end > first for first, stop in marked.personal) for start, end in taken)
    return Scored(marked, found, len(taken), wrong)


def figures(scored: Iterable[Scored]) -> dict[str, Any]:
    """Recall of pieces, precision of what was taken, and texts without anything personal that were left alone."""
    rows = list(scored)
    pieces, found = sum(len(row.marked.personal) for row in rows), sum(row.found for row in rows)
    taken, wrong = sum(row.taken for row in rows), sum(row.wrong for row in rows)
    plain = [row for row in rows if not row.marked.personal]
    untouched = sum(row.taken == 0 for row in plain)
    return {
        "n": len(rows),
        "recall": _share(found, pieces),
        "precision": _share(taken - wrong, taken),
        "left_alone": _share(untouched, len(plain)),
    }


def _share(yes: int, of: int) -> dict[str, Any]:
    return {"yes": yes, "n": of, "share": round(yes / of, 4) if of else None, "interval_95": wilson_interval(yes, of)}


def run_redaction() -> dict[str, Any]:
    """Figures of both languages and of both together, held out and of the texts the rules were made with."""
    told: dict[str, Any] = {"source": "made-up texts of evals/personal"}
    for split in SPLITS:
        scored = {lang: [score(each) for each in marked_texts(lang, split=split)] for lang in LANGS}
        each = {lang: figures(rows) for lang, rows in scored.items()}
        told[split] = {**each, "all": figures(row for rows in scored.values() for row in rows)}
    return told
