"""Lists as plain lines and as HTML: one item a line, nested items two spaces further in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from knowledge.readers.builder import Piece, Span


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a list item; `marker` is "-" or "3.", and "" when it goes on with the item above."""

    depth: int
    marker: str
    text: str
    html: str
    span: Span


@dataclass(slots=True)
class _Level:
    """A list being read; `number` is None when its items are not numbered."""

    number: int | None
    pending: str = ""

    def next_item(self) -> None:
        self.pending = "-" if self.number is None else f"{self.number}."
        if self.number is not None:
            self.number += 1


@dataclass(slots=True)
class OpenList:
    """A list, with the lists inside it, while it is being read."""

    lines: list[Line] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=list)

    def open(self, *, start: int | None) -> None:
        """Begin a list, nested when one is open; `start` is None for bullets."""
        self.levels.append(_Level(start))

    def close(self) -> None:
        """End the innermost list."""
        self.levels.pop()

    def next_item(self) -> None:
        """Begin an item of the innermost list; its first paragraph gets the marker."""
        self.levels[-1].next_item()

    def add(self, text: str, html: str, span: Span) -> None:
        """Add a paragraph to the current item."""
        level = self.levels[-1]
        self.lines.append(Line(len(self.levels) - 1, level.pending, text, html, span))
        level.pending = ""

    def take(self) -> Sequence[Line]:
        """Return what was read so far and begin anew."""
        lines, self.lines = self.lines, []
        return lines


def as_piece(lines: Sequence[Line]) -> Piece:
    """Return the lines, at least one, as one piece."""
    span = lines[0].span
    for line in lines:
        span = span.to(line.span)
    return Piece("\n".join(_plain(line) for line in lines), lines_html(lines), span)


def _plain(line: Line) -> str:
    indent = "  " * line.depth
    first, *others = line.text.split("\n")
    lead = f"{line.marker} " if line.marker else "  "
    return "\n".join([f"{indent}{lead}{first}", *(f"{indent}  {other}" for other in others)])


def lines_html(lines: Sequence[Line]) -> str:
    """Return the lines as nested lists; what goes on below a listing, before the next item, is a paragraph."""
    first_item = next((index for index, line in enumerate(lines) if line.marker), len(lines))
    html = [f"<p>{line.html}</p>" for line in lines[:first_item]]
    open_tags: list[str] = []
    for line in lines[first_item:]:
        while len(open_tags) > line.depth + 1:
            html.append(f"</li></{open_tags.pop()}>")
        if len(open_tags) == line.depth + 1:
            html.append("</li><li>" if line.marker else "<br>")
        while len(open_tags) < line.depth + 1:
            numbered = line.marker.endswith(".")
            open_tags.append("ol" if numbered else "ul")
            html.append(f'<ol start="{escape(line.marker[:-1])}"><li>' if numbered else "<ul><li>")
        html.append(line.html)
    html.extend(f"</li></{tag}>" for tag in reversed(open_tags))
    return "".join(html)
