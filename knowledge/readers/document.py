"""What the readers of documents share: words that stand in no text file are told one after another.

Offsets count in what was told so far, as if every piece stood on lines of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import PurePosixPath

from foundation.text import clean_text
from knowledge.blocks import Block, BlockKind, ReadWarning, Recording, SourceLesson, Spot
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.lists import Line, as_piece
from knowledge.readers.page import ReadPage


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: `depth` is 0 for the outermost, `marker` "-" or "3."."""

    text: str
    depth: int = 0
    marker: str = "-"


class Document:
    """One lesson while its words are told; `warnings` tell its author what was left out."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.builder = LessonBuilder()
        self.warnings: list[ReadWarning] = []
        self._told = 0
        self._bases: dict[Spot, int] = {}

    @contextmanager
    def part(self, told: PartOf, *, keeps_headings: bool = True) -> Iterator[None]:
        """Everything told inside is hidden, of a language, or at a place as `told` says."""
        with self.builder.part(told, length=self._told, keeps_headings=keeps_headings):
            yield

    @contextmanager
    def source(self, told: PartOf, text: str) -> Iterator[None]:
        """As `part`, for a piece with a source of its own: the offsets of what is told inside count in that."""
        start = self.span(text).start
        if told.spot is not None:
            self._bases.setdefault(told.spot, start)
        with self.builder.part(told, length=len(text), keeps_headings=True):
            yield

    def warn(self, reason: str, line: int | None = None) -> None:
        """Note what the author should know."""
        self.warnings.append(ReadWarning(self.path, reason, line))

    def heading(self, level: int, text: str) -> None:
        """Open a section, unless there is nothing to call it by."""
        words = " ".join(clean_text(text).split())
        if words:
            self.builder.heading(level, Piece(words, escape(words, quote=False), self.span(words)))

    def paragraph(self, text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        """Add prose; its line ends stay."""
        words = clean_text(text).strip()
        html = escape(words, quote=False).replace("\n", "<br>")
        self.builder.add(kind, Piece(words, f"<p>{html}</p>", self.span(words)))

    def items(self, items: Sequence[Item]) -> None:
        """Add a list."""
        told = [(item, clean_text(item.text).strip()) for item in items]
        lines = [Line(item.depth, item.marker, text, _inline(text), self.span(text)) for item, text in told if text]
        if lines:
            self.builder.add(BlockKind.LIST, as_piece(lines))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a table whose first row is its header."""
        told = [[" ".join(clean_text(cell).split()) for cell in row] for row in rows]
        text = "\n".join(" | ".join(row).strip() for row in told if any(row))
        html = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in told)
        self.builder.add(BlockKind.TABLE, Piece(text, f"<table>{html}</table>", self.span(text)))

    def code(self, text: str, language: str = "") -> None:
        """Add a listing."""
        words = clean_text(text).strip("\n")
        named = f' class="language-{escape(language)}"' if language else ""
        html = f"<pre><code{named}>{escape(words, quote=False)}\n</code></pre>"
        self.builder.add(BlockKind.CODE, Piece(words, html, self.span(words)))

    def span(self, text: str) -> Span:
        """The next stretch, as long as `text`."""
        start = self._told
        self._told += len(text) + 1
        return Span(start, start + len(text))

    def page(
        self,
        *,
        title: str,
        block_title: str = "",
        external_id: str = "",
        lang: str = "",
        recordings: Sequence[Recording] = (),
    ) -> ReadPage:
        """The lesson, named `title`, or after its first top heading, or after its file."""
        own_path = PurePosixPath(self.path)
        lesson = SourceLesson(
            # With its kind: a page and its slides often share a stem, and are two lessons.
            external_id=external_id or f"{own_path.with_suffix('').as_posix()}-{own_path.suffix[1:].lower()}",
            source_path=self.path,
            title=" ".join(clean_text(title or self.builder.title).split()) or own_path.stem,
            block_title=block_title,
            blocks=tuple(self._placed(block) for block in self.builder.finish(self._told)),
            lang=lang or None,
            recordings=tuple(recordings),
        )
        return ReadPage(lesson, tuple(self.warnings))

    def _placed(self, block: Block) -> Block:
        base = self._bases.get(block.spot, 0) if block.spot is not None else 0
        return replace(block, start=block.start + base, end=block.end + base) if base else block


def _inline(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
