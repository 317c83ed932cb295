"""A list of boxes in an exercise, some of them checked, as options for the learner and a key for staff."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from knowledge.readers.builder import Piece, Question
from knowledge.readers.lists import Line, as_piece

# The Cyrillic letter looks the same and is typed as often.
_BOX = re.compile(r"\[\s*(?P<check>[xXхХ✓✔])?\s*\](?=\s)\s*")
_BOX_IN_HTML = re.compile(r"\A((?:\s|<[^>]*>)*)\[\s*[xXхХ✓✔]?\s*\]((?:<[^>]*>)*)\s*")


def read_task_list(lines: Sequence[Line]) -> Question | None:
    """Return the list without a single mark, and the marks as a key; None when no item has a box.

    A list without a checked box has an empty key. It loses its boxes too: beside a list that had a checked one, they
    would tell the wrong options.
    """
    boxes = [_BOX.match(line.text) for line in lines]
    if not any(boxes):
        return None
    bare = [line if box is None else _without(line, box) for line, box in zip(lines, boxes, strict=True)]
    options = as_piece(bare)
    if not any(box["check"] for box in boxes if box):
        return Question(options, Piece("", "", options.span))
    key = [_key_line(line, box) for line, box in zip(bare, boxes, strict=True) if box]
    html = "".join(f"<li>{escape(line[2:], quote=False)}</li>" for line in key)
    return Question(options, Piece("\n".join(key), f"<ul>{html}</ul>", options.span))


def _without(line: Line, box: re.Match[str]) -> Line:
    text = line.text[box.end() :]
    html, count = _BOX_IN_HTML.subn(r"\1\2", line.html, count=1)
    return replace(line, text=text, html=html if count else escape(text, quote=False))


def _key_line(line: Line, box: re.Match[str]) -> str:
    return f"- [{'x' if box['check'] else ' '}] {' '.join(line.text.split())}"
