"""Documents that came with an Open edX course: textbooks, and files its pages lead to; each is a lesson of its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable
from knowledge.blocks import Seen, SourceLesson
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.olx_outline import Export
from knowledge.readers.olx_static import StaticFiles
from knowledge.readers.withholding import least_strict, withhold

_LINK = re.compile(r'href="([^"]*)"')
_KNOWN = frozenset({".pdf", ".pptx", ".docx", ".ipynb", ".doc", ".ppt", ".odt", ".odp", ".rtf", ".epub"})


@dataclass(frozen=True, slots=True)
class _Document:
    path: str
    seen: Seen
    title: str = ""
    block_title: str = ""


class Documents:
    """What of `static/` is read as lessons."""

    def __init__(self, export: Export, static: StaticFiles) -> None:
        self._export = export
        self._static = static

    def lessons(
        self, lessons: Sequence[SourceLesson], fields: Mapping[str, object], seen: Seen
    ) -> Iterator[SourceLesson]:
        """Textbooks in their order, then what the lessons lead to; `seen` is who may see the course."""
        wanted: dict[str, _Document] = {}
        for document in (*self._textbooks(fields, seen), *self._linked(lessons), *self._handed_out()):
            known = wanted.setdefault(document.path, document)
            wanted[document.path] = replace(known, seen=least_strict(known.seen, document.seen))
        for document in wanted.values():
            lesson = self._lesson(document)
            if lesson is not None:
                yield lesson
        for path in sorted(self._export.paths - self._export.used):
            if path.startswith("static/") and _suffix(path) in _KNOWN & LEAVES.keys():
                self._export.warn(path, "is a document no page leads to, left out")

    def _textbooks(self, fields: Mapping[str, object], seen: Seen) -> Iterator[_Document]:
        for name in ("pdf_textbooks", "html_textbooks"):
            books = fields.get(name)
            for book in books if isinstance(books, list) else []:
                chapters = book.get("chapters") if isinstance(book, dict) else None
                for chapter in chapters if isinstance(chapters, list) else []:
                    if isinstance(chapter, dict):
                        yield from self._chapter(chapter, str(book.get("tab_title") or ""), seen)

    def _chapter(self, chapter: Mapping[str, object], book: str, seen: Seen) -> Iterator[_Document]:
        url = str(chapter.get("url") or "")
        path = self._static.find(url)
        if path is not None:
            yield _Document(path, seen, str(chapter.get("title") or ""), book)
        elif url:
            reason = "is missing" if url.startswith("/static/") else "is kept elsewhere"
            self._export.warn(url, f"is a textbook's chapter and {reason}, left out")

    def _linked(self, lessons: Sequence[SourceLesson]) -> Iterator[_Document]:
        for lesson in lessons:
            for block in lesson.blocks:
                for href in _LINK.findall(block.html) if "<a " in block.html else ():
                    path = self._static.find(unescape(href))
                    if path is not None and _suffix(path) in _KNOWN:
                        seen = Seen(block.visibility, block.not_before)
                        yield _Document(path, seen, block_title=lesson.block_title)

    def _handed_out(self) -> Iterator[_Document]:
        for named, seen in self._export.handed_out:
            path = self._static.find(named)
            if path is not None and _suffix(path) in _KNOWN:
                yield _Document(path, seen)

    def _lesson(self, document: _Document) -> SourceLesson | None:
        path, suffix = document.path, _suffix(document.path)
        export = self._export
        if suffix not in LEAVES:
            export.warn(path, f"{suffix} files are not supported, left out")
            return None
        export.used.add(path)
        try:
            content = export.tree.read(path, limit=size_limit(suffix, export.limits))
            page = LEAVES[suffix](content, path=path, title=document.title, block_title=document.block_title)
        except ContentUnreadable as err:
            export.warn(err.path, err.reason, err.line)
            export.unreadable.add(path)
            return None
        export.warnings += page.warnings
        export.found[suffix.lstrip(".")] += 1
        if page.lesson is None:
            return None
        return withhold(replace(page.lesson, external_id=path, source_path=path), document.seen)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
