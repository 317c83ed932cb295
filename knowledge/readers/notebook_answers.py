"""Which parts of a notebook's cells tell the answers: as the tools for graded notebooks and course books mark them.

nbgrader: cell metadata, and `### BEGIN SOLUTION` … `### END SOLUTION` inside a cell. Otter: `# SOLUTION` behind a line,
and raw cells `# BEGIN SOLUTION` … `# END SOLUTION` around cells. Jupyter Book: tags.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.blocks import Visibility

_KEY_TAGS = frozenset({"solution", "solutions", "answer", "answers", "hide-input", "remove-input", "hide-cell"})
_STAFF_TAGS = frozenset({"remove-cell", "instructor", "instructor-only", "teacher", "staff", "hide", "private"})
_WHAT = r"(?:HIDDEN\s+)?(?:SOLUTIONS?|TESTS?)|MARK\s+SCHEME"
_BEGIN = re.compile(rf"^[ \t]*(?:#+|//+|--|%+|<!--)?[ \t]*BEGIN\s+(?:{_WHAT})\b", re.IGNORECASE)
_END = re.compile(rf"^[ \t]*(?:#+|//+|--|%+|<!--)?[ \t]*END\s+(?:{_WHAT})\b", re.IGNORECASE)
_LINE = re.compile(r"(?:#|//|--|%)\s*SOLUTION(?:\s+NO\s+PROMPT)?\s*$")


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of a cell and who may see it; `is_key` says that it answers something."""

    text: str
    visibility: Visibility = Visibility.LEARNER
    is_key: bool = False

    @property
    def is_open(self) -> bool:
        """Whether learners see it."""
        return self.visibility is Visibility.LEARNER and not self.is_key


class AnswerWatch:
    """Looks at the cells of one notebook in order."""

    def __init__(self) -> None:
        self._inside = False

    def tell(self, kind: str, source: str, metadata: Mapping[str, Any]) -> list[Told]:
        """A cell's pieces in order; empty ones are left out."""
        marked = kind == "raw" or (kind == "markdown" and len(source.strip().split("\n")) == 1)
        if marked and _BEGIN.match(source):
            self._inside = True
            return []
        if marked and _END.match(source):
            self._inside = False
            return []
        if self._inside or _is_key(source, metadata):
            return [Told(source, is_key=True)] if source.strip() else []
        if _is_staff(metadata):
            return [Told(source, Visibility.STAFF)] if source.strip() else []
        return [piece for piece in _parts(source) if piece.text.strip()]


def _is_key(source: str, metadata: Mapping[str, Any]) -> bool:
    graded = metadata.get("nbgrader")
    if isinstance(graded, Mapping):
        if graded.get("grade") and not graded.get("solution"):
            return True
        # A solution's cell that marks its solution shows the rest.
        if graded.get("solution") and not any(_BEGIN.match(line) for line in source.split("\n")):
            return True
    jupyter = metadata.get("jupyter")
    return bool(cell_tags(metadata) & _KEY_TAGS) or (
        isinstance(jupyter, Mapping) and jupyter.get("source_hidden") is True
    )


def _is_staff(metadata: Mapping[str, Any]) -> bool:
    show = metadata.get("slideshow")
    notes = isinstance(show, Mapping) and show.get("slide_type") == "notes"
    return notes or bool(cell_tags(metadata) & _STAFF_TAGS)


def cell_tags(metadata: Mapping[str, Any]) -> set[str]:
    """A cell's tags, `_` written as `-`."""
    tags = metadata.get("tags")
    return {str(tag).lower().replace("_", "-") for tag in tags} if isinstance(tags, list) else set()


def _parts(source: str) -> Iterator[Told]:
    """A cell cut where a solution begins and ends; one that never ends takes the rest."""
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        begins, ends = bool(_BEGIN.match(line)), bool(_END.match(line))
        alone = not inside and not begins and bool(_LINE.search(line))
        if begins or ends or alone:
            yield Told("\n".join(lines), is_key=inside)
            lines = []
        if alone:
            yield Told(line, is_key=True)
        elif begins or ends:
            inside = begins
        else:
            lines.append(line)
    yield Told("\n".join(lines), is_key=inside)
