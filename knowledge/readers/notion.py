"""Notion exports ("Markdown & CSV" and "HTML"): pages inside pages, databases as tables with a page for each row."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from foundation.text import clean_text
from knowledge.blocks import ProductCard, ReadWarning, Seen, SourceCourse, SourceLesson
from knowledge.readers.archives import open_archive_bytes
from knowledge.readers.builder import LessonBuilder, PartOf
from knowledge.readers.decoding import decode
from knowledge.readers.dom import TooDeep
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.notion_names import PAGES, TABLES, has_id, name_of
from knowledge.readers.notion_pages import Page, open_page, tell_page, tell_table
from knowledge.readers.notion_places import Places, suffix_of
from knowledge.readers.one_file import one_file
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED, stricter, withhold

_PART = re.compile(r"(?:Export|ExportBlock)-[0-9a-f-]{8,}.*\.zip", re.IGNORECASE)
_ON_THE_WEB = re.compile(r"href=\"https://(?:www\.)?notion\.(?:so|site)/[^\"]*?([0-9a-f]{32})[^\"]*\"")


def root_of_notion(tree: FileTree) -> str | None:
    """The tree itself, when its names are those Notion gives, or it holds the parts of such an export."""
    pages = [path for path in tree.paths if suffix_of(path) in PAGES | TABLES]
    if _parts(tree) and not pages:
        return ""
    marked = sum(1 for path in pages if has_id(path))
    return "" if marked and 2 * marked >= len(pages) else None


def read_notion(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return a lesson for each page, table and document, in the order in which pages name them.

    Raises Invalid when nothing can be read.
    """
    with ExitStack() as opened:
        warnings = list(tree.warnings)
        trees: list[FileTree] = [tree]
        for path in _parts(tree):
            try:
                part = open_archive_bytes(tree.read(path, limit=limits.max_document_bytes), path, inside=tree)
            except ContentUnreadable as err:
                warnings.append(ReadWarning(err.path, err.reason, err.line))
                continue
            opened.callback(part.close)
            warnings += part.warnings
            trees.append(part)
        return _read(_Reading(Places(trees, limits), limits, warnings), tree.name)


def _parts(tree: FileTree) -> list[str]:
    return [path for path in tree.paths if "/" not in path and _PART.fullmatch(path)]


def _read(reading: "_Reading", name: str) -> SourceCourse:
    lessons = list(reading.lessons())
    if not lessons:
        first = f"; first problem: {reading.warnings[0]}" if reading.warnings else ""
        raise Invalid(f"{name} holds no page that can be read{first}")
    top = [clean_text(path) for path in reading.places.top if suffix_of(path) in PAGES]
    alone = (lesson.title for lesson in lessons if len(top) == 1 and lesson.source_path == top[0])
    return SourceCourse(
        settle_links(lessons),
        tuple(reading.warnings),
        ProductCard(title=next(alone, None)),
        frozenset(reading.unreadable),
        format="notion",
        found=dict(reading.found),
    )


@dataclass(slots=True)
class _Reading:
    """Goes through an export once; `found` counts its parts by Notion's own names."""

    places: Places
    limits: ReadLimits
    warnings: list[ReadWarning]
    unreadable: set[str] = field(default_factory=set)
    found: Counter[str] = field(default_factory=Counter)
    _pages: dict[str, Page] = field(default_factory=dict)
    _hidden: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)

    def lessons(self) -> Iterator[SourceLesson]:
        """All lessons, each page before what lies in it."""
        self._open_pages()
        # What lies in itself, by some accident of names, is in no page that is read first.
        for path in (*self.places.top, *self.places.paths):
            yield from self._below(path, (), FOR_LEARNERS)

    def _open_pages(self) -> None:
        for path in self.places.paths:
            if suffix_of(path) in PAGES:
                try:
                    source = decode(self.places.read(path, limit=self.limits.max_file_bytes), path=path)
                except ContentUnreadable as err:
                    self._note(err, path)
                    continue
                page = self._pages[path] = open_page(source, path)
                if page.properties.seen == UNPUBLISHED:
                    self._hidden.add(clean_text(path))

    def _below(self, path: str, parents: tuple[str, ...], above: Seen) -> Iterator[SourceLesson]:
        if path in self._done:
            return
        self._done.add(path)
        seen = stricter(above, UNPUBLISHED if clean_text(path) in self._hidden else FOR_LEARNERS)
        title = name_of(path).title
        if path in self._pages or suffix_of(path) not in PAGES:
            try:
                with one_file(path):
                    lesson = self._lesson(path, parents, seen)
                title = lesson.title
                yield from self._placed(lesson)
            except ContentUnreadable as err:
                self._note(err, path)
        page = self._pages.get(path)
        for inner in self.places.inside(path, page.source if page is not None else ""):
            yield from self._below(inner, (*parents, title), seen)

    def _placed(self, lesson: SourceLesson) -> Iterator[SourceLesson]:
        if not lesson.blocks:
            self.warnings.append(ReadWarning(lesson.source_path, "holds no text, left out"))
        elif lesson.external_id in self._ids:
            self.warnings.append(ReadWarning(lesson.source_path, "is there twice, the second is left out"))
        else:
            self._ids.add(lesson.external_id)
            yield lesson

    def _lesson(self, path: str, parents: tuple[str, ...], seen: Seen) -> SourceLesson:
        suffix, block_title = suffix_of(path), " › ".join(parents)
        if suffix in PAGES | TABLES:
            self.found["page" if suffix in PAGES else "database"] += 1
            return _lesson_of(path, self._told(path, seen), block_title)
        self.found[suffix.lstrip(".")] += 1
        content = self.places.read(path, limit=size_limit(suffix, self.limits))
        read = LEAVES[suffix](content, path=path, block_title=block_title)
        self.warnings += read.warnings
        if read.lesson is None:
            raise ContentUnreadable(path, "holds no text, left out")
        return withhold(read.lesson, seen)

    def _told(self, path: str, seen: Seen) -> LessonBuilder:
        told = PartOf(clean_text(path), seen.visibility, seen.not_before)
        if path in self._pages:
            try:
                return tell_page(self._pages[path], path, told, hidden=self._hidden)
            except TooDeep as err:
                raise ContentUnreadable(path, "nests its elements too deeply") from err
        return tell_table(decode(self.places.read(path, limit=self.limits.max_file_bytes), path=path), path, told)

    def _note(self, err: ContentUnreadable, path: str) -> None:
        self.warnings.append(ReadWarning(err.path, err.reason, err.line))
        self.unreadable.add(path)


def _lesson_of(path: str, builder: LessonBuilder, block_title: str) -> SourceLesson:
    name, own = name_of(path), clean_text(path)
    # A link to a page's place on the web is a link to its lesson.
    blocks = (replace(block, html=_ON_THE_WEB.sub(r'href="/\1"', block.html)) for block in builder.finish(0))
    id = name.id or PurePosixPath(own).with_suffix("").as_posix()
    return SourceLesson(id, own, builder.title or name.title, block_title, tuple(blocks))
