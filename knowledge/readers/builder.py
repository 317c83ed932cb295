"""Puts blocks together: heading path, anchor, and who may see each piece.

All formats share it, so an exercise or an answer key means the same in each of them. A lesson that is put together from
several files or pieces of markup is one builder with a `part` for each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from knowledge.blocks import Block, BlockKind, Spot, Visibility
from knowledge.readers.anchors import Anchors
from knowledge.readers.guard import ComponentGuard
from knowledge.readers.sanitise import sanitise
from knowledge.readers.words import HeadingRole, heading_role, opens_answer

_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST)
_OPEN_END = -1


@dataclass(frozen=True, slots=True)
class Span:
    """Where a piece stands in the source; `end` is None when only the next piece's start can tell."""

    start: int
    end: int | None = None

    def to(self, other: "Span") -> "Span":
        """Return the span from the start of this one to the end of the other, whichever comes first."""
        end = None if self.end is None or other.end is None else max(self.end, other.end)
        return Span(min(self.start, other.start), end)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block before its place in the lesson is known."""

    text: str
    html: str
    span: Span


@dataclass(frozen=True, slots=True)
class Question:
    """A multiple-choice question: what a learner may see of it, and what only staff may."""

    options: Piece
    key: Piece


@dataclass(frozen=True, slots=True)
class PartOf:
    """What all blocks of a part have in common; `kind`, where it is set, is what its prose is.

    A visibility other than LEARNER holds for everything in the part, whatever stands there.
    """

    path: str = ""
    visibility: Visibility = Visibility.LEARNER
    not_before: datetime | None = None
    lang: str = ""
    spot: Spot | None = None
    kind: BlockKind | None = None


@dataclass(frozen=True, slots=True)
class _Section:
    level: int
    title: str
    anchor: str
    role: HeadingRole
    has_question: bool = False


class LessonBuilder:
    """Collects the blocks of one lesson in order."""

    def __init__(self) -> None:
        self.title = ""
        self._blocks: list[Block] = []
        self._sections: list[_Section] = []
        self._anchors = Anchors()
        self._staff_depth = 0
        self._exercise_seen = False
        self._has_question_above_headings = False
        self._guard = ComponentGuard()
        self._part = PartOf()
        self._closed: list[Block] = []

    @property
    def sets_exercise(self) -> bool:
        """Whether what is read now stands in an exercise, or below a question in its section."""
        asked = self._sections[-1].has_question if self._sections else self._has_question_above_headings
        return (asked or self._in(HeadingRole.EXERCISE)) and not self._is_answer()

    @property
    def withheld(self) -> tuple[int, ...]:
        """Where text was kept from learners because it looked like a component with answers."""
        return tuple(self._guard.starts)

    def heading(self, level: int, piece: Piece, *, wanted_id: str = "") -> None:
        """Open a section; it lasts until the next heading of the same or a higher level (a smaller number)."""
        while self._sections and self._sections[-1].level >= level:
            self._sections.pop()
        if not self._is_answer() and self._guard.withholds(piece.text, html=piece.html, start=piece.span.start):
            # Never a section: its words would reach learners as the heading path of what follows.
            with self.staff_only():
                self._append(BlockKind.ANSWER_KEY, piece)
            return
        role = heading_role(piece.text, after_exercise=self._exercise_seen)
        self._exercise_seen |= role is HeadingRole.EXERCISE
        anchor = self._anchors.claim(piece.text, wanted=wanted_id)
        self._sections.append(_Section(level, piece.text, anchor, role))
        shown = self._part.visibility is Visibility.LEARNER and not self._is_answer()
        if level == 1 and not self.title and shown:
            self.title = piece.text
        html = f'<h{level} id="{escape(anchor)}">{piece.html}</h{level}>'
        self._append(BlockKind.HEADING, replace(piece, html=html))

    def add(self, kind: BlockKind, piece: Piece) -> None:
        """Add a piece unless it is empty; prose of an exercise becomes EXERCISE, anything of an answer ANSWER_KEY."""
        if not piece.text.strip():
            return
        if kind in _PROSE and self._in(HeadingRole.EXERCISE) and not self._is_answer():
            if opens_answer(piece.text):
                self._sections[-1] = replace(self._sections[-1], role=HeadingRole.ANSWERS)
            kind = BlockKind.EXERCISE
        if not self._is_answer() and self._withholds(kind, piece):
            with self.staff_only():
                self._append(kind, piece)
        else:
            self._append(kind, piece)

    def question(self, question: Question) -> None:
        """Add a multiple-choice question: its options for the learner, its key for staff; either may be empty."""
        self._exercise_seen = True
        if self._sections:
            self._sections[-1] = replace(self._sections[-1], has_question=True)
        else:
            self._has_question_above_headings = True
        self._mark_lead_as_exercise()
        if question.options.text:
            self._append(BlockKind.EXERCISE, question.options)
        if question.key.text:
            with self.staff_only():
                self._append(BlockKind.ANSWER_KEY, question.key)

    @contextmanager
    def staff_only(self) -> Iterator[None]:
        """Everything added inside is ANSWER_KEY and for staff."""
        self._staff_depth += 1
        try:
            with self.scoped():
                yield
        finally:
            self._staff_depth -= 1

    @contextmanager
    def part(self, told: PartOf, *, length: int, keeps_headings: bool = False) -> Iterator[None]:
        """Everything added inside stands in one file or piece of `length` characters; its offsets count from there.

        Parts do not nest. Headings met inside do not reach beyond it unless `keeps_headings`, and never those of a part
        that is hidden: its titles would be the path of what follows.
        """
        self._close_part(None)
        before, self._part = self._part, told
        sections = list(self._sections)
        try:
            yield
        finally:
            self._close_part(length)
            self._part = before
            if not keeps_headings or told.visibility is not Visibility.LEARNER:
                self._sections = sections

    @contextmanager
    def at(self, spot: Spot) -> Iterator[None]:
        """Everything added inside stands at one page, slide, cell or second of the part."""
        before, self._part = self._part, replace(self._part, spot=spot)
        try:
            yield
        finally:
            self._part = before

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """Headings met inside (a quotation, a fold-out) do not reach beyond it."""
        sections = list(self._sections)
        try:
            yield
        finally:
            self._sections = sections

    def finish(self, source_length: int) -> tuple[Block, ...]:
        """Return the blocks in source order; one whose end is not known reaches to the next block's start."""
        self._close_part(source_length)
        return tuple(self._closed)

    def _close_part(self, length: int | None) -> None:
        """Settle the offsets of the blocks since the last part; without a `length` the last block ends at itself."""
        if length is None:
            length = max((max(block.start, block.end) for block in self._blocks), default=0)
        self._closed += _with_ends(self._blocks, length)
        self._blocks = []

    def _append(self, kind: BlockKind, piece: Piece) -> None:
        staff, part = self._is_answer(), self._part
        if part.kind is not None and kind in _PROSE:
            kind = part.kind
        opens = part.visibility in (Visibility.LEARNER, Visibility.NOT_BEFORE)
        hidden = Visibility.STAFF if staff and opens else part.visibility
        self._blocks.append(
            Block(
                kind=BlockKind.ANSWER_KEY if staff else kind,
                text=piece.text,
                html=sanitise(piece.html),
                start=piece.span.start,
                end=_OPEN_END if piece.span.end is None else piece.span.end,
                heading_path=tuple(section.title for section in self._sections),
                anchor=self._sections[-1].anchor if self._sections else "",
                visibility=hidden,
                path=part.path,
                lang=part.lang,
                spot=part.spot,
                not_before=part.not_before if hidden is Visibility.NOT_BEFORE else None,
            )
        )

    def _withholds(self, kind: BlockKind, piece: Piece) -> bool:
        if kind is BlockKind.CODE:
            return self._guard.is_inside
        return self._guard.withholds(piece.text, html=piece.html, start=piece.span.start)

    def _mark_lead_as_exercise(self) -> None:
        for index in range(len(self._blocks) - 1, -1, -1):
            block = self._blocks[index]
            is_heading = block.kind is BlockKind.HEADING
            # The lesson's own title stays a heading: it belongs to the page, not to one question.
            if block.kind in _PROSE or (is_heading and not block.html.startswith("<h1")):
                self._blocks[index] = replace(block, kind=BlockKind.EXERCISE)
            if is_heading or (block.kind is BlockKind.EXERCISE and block.html.startswith("<h")):
                return

    def _in(self, role: HeadingRole) -> bool:
        return any(section.role is role for section in self._sections)

    def _is_answer(self) -> bool:
        return self._staff_depth > 0 or self._in(HeadingRole.ANSWERS)


def _with_ends(blocks: list[Block], length: int) -> list[Block]:
    ordered = sorted(blocks, key=lambda block: block.start)
    next_start, following = length, length
    closed: list[Block] = []
    for block in reversed(ordered):
        if block.start < following:
            next_start, following = following, block.start
        closed.append(block if block.end != _OPEN_END else replace(block, end=next_start))
    closed.reverse()
    return closed
