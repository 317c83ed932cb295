"""Fold-outs of a Notion page that hold answers: as Markdown they are items of a list like any other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.readers.words import mentions_answer, promises_hint

_ITEM = re.compile(r"^( *)- (?:\*\*)?([^\n]{1,120}?)(?:\*\*)?[ ]*\n", re.MULTILINE)
_MOST_WORDS = 6
# Each stretch is read with all that stands before it blanked out: what comes after so many is kept with staff.
_MOST_ANSWERS = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a source, answer or not."""

    start: int
    end: int
    is_answer: bool


def stretches(source: str) -> Iterator[Stretch]:
    """Cut a source at fold-outs whose title promises an answer; everything indented below one belongs to it."""
    position = answers = 0
    for item in _ITEM.finditer(source):
        if item.start() < position or not _promises(item[2]):
            continue
        end = _end_of(source, item.end(), indent=len(item[1]))
        if not source[item.end() : end].strip():
            continue
        if source[position : item.start()].strip():
            yield Stretch(position, item.start(), is_answer=False)
        answers += 1
        if answers >= _MOST_ANSWERS:
            end = len(source)
        yield Stretch(item.start(), end, is_answer=True)
        position = end
    if source[position:].strip():
        yield Stretch(position, len(source), is_answer=False)


def only(source: str, stretch: Stretch) -> str:
    """The source with everything but a stretch blanked out, so that no offset moves."""
    return blank(source[: stretch.start]) + source[stretch.start : stretch.end]


def blank(text: str) -> str:
    """As many characters and lines, and not a word."""
    return re.sub(r"[^\n]", " ", text)


def _promises(title: str) -> bool:
    return len(title.split()) <= _MOST_WORDS and mentions_answer(title) and not promises_hint(title)


def _end_of(source: str, position: int, *, indent: int) -> int:
    """Where what is indented deeper ends; empty lines inside belong to it."""
    inside = re.compile(rf"(?: {{{indent + 1}}}[^\n]*|[ \t]*)(?:\n|$)")
    end = position
    while position < len(source) and (line := inside.match(source, position)) is not None:
        position = line.end()
        if line[0].strip():
            end = position
    return end
