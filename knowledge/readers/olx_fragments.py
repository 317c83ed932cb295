"""Pieces of one part of an Open edX course, told one after another whatever element or attribute they were kept in."""

from collections.abc import Sequence
from html import escape

from knowledge.blocks import BlockKind
from knowledge.readers.asking import add_key
from knowledge.readers.builder import LessonBuilder, Piece, Span
from knowledge.readers.html import add_html
from knowledge.readers.markdown import read_phrase

# Below the lesson's title and the first headings of its pages.
_TITLE_LEVEL = 3


class Fragments:
    """Offsets count in what was told so far: blocks of a part are put in their order."""

    def __init__(self, builder: LessonBuilder) -> None:
        self._builder = builder
        self._told = 0

    def title(self, text: str) -> None:
        """Open the part under its own title, as the platform shows it."""
        if text:
            self._builder.heading(_TITLE_LEVEL, Piece(text, escape(text, quote=False), self._next(text)))

    def html(self, source: str) -> None:
        """Tell a piece of HTML; its headings end with it."""
        if source.strip():
            with self._builder.scoped():
                # A tag of its own: words that stand in none would have no place.
                add_html(self._builder, f"<div>{source}</div>", at=self._next(source).start)

    def solution(self, source: str) -> None:
        """Tell a piece of HTML that only staff see."""
        with self._builder.staff_only():
            self.html(source)

    def program(self, code: str) -> None:
        """Tell a program that checks answers, for staff."""
        html = f"<pre><code>{escape(code, quote=False)}\n</code></pre>"
        with self._builder.staff_only():
            self._builder.add(BlockKind.CODE, Piece(code, html, self._next(code)))

    def key(self, lines: Sequence[str]) -> None:
        """Tell lines of an answer key, which may hold HTML, for staff."""
        add_key(self._builder, lines, span=self._next("\n".join(lines)))

    def choice(self, prompt: str, options: Sequence[str]) -> None:
        """Tell what is asked and what there is to choose; nothing is said of what is right."""
        plain, html = read_phrase(prompt)
        told = [phrase for phrase in map(read_phrase, options) if phrase[0]]
        text = "\n".join([plain, *(f"- {option}" for option, _ in told)]).strip()
        listed = "".join(f"<li>{inner}</li>" for _, inner in told)
        shown = f"<p>{html}</p>" + (f"<ul>{listed}</ul>" if listed else "")
        self._builder.add(BlockKind.EXERCISE, Piece(text, shown, self._next(text)))

    def exercise(self, source: str) -> None:
        """Tell a phrase of an exercise, which may hold HTML, as a block of its own."""
        plain, inner = read_phrase(source)
        self._builder.add(BlockKind.EXERCISE, Piece(plain, f"<p>{inner}</p>", self._next(plain)))

    def paragraph(self, text: str) -> None:
        """Tell plain words."""
        html = f"<p>{escape(text, quote=False)}</p>"
        self._builder.add(BlockKind.PARAGRAPH, Piece(text, html, self._next(text)))

    def _next(self, text: str) -> Span:
        start = self._told
        self._told += len(text) + len("<div></div>")
        return Span(start, self._told)
