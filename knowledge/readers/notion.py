"""Notion exports ("Markdown & CSV" and "HTML"): pages inside pages, and databases as tables with a page for each row."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote

from foundation.errors import ContentUnreadable, Invalid
from foundation.text import clean_text
from knowledge.blocks import BlockKind, ProductCard, ReadWarning, Seen, SourceCourse, SourceLesson
from knowledge.readers.archives import open_archive_bytes
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.decoding import decode
from knowledge.readers.dom import TooDeep
from knowledge.readers.html import add_html
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.markdown import add_markdown
from knowledge.readers.notion_answers import blank, only, stretches
from knowledge.readers.notion_names import PAGES, TABLES, folders_of, has_id, name_of
from knowledge.readers.notion_properties import (
    Properties,
    is_personal,
    properties_of_html,
    properties_of_markdown,
    seen_with,
)
from knowledge.readers.one_file import one_file
from knowledge.readers.trees import FileTree, natural_key
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED, stricter, withhold

_PART = re.compile(r"(?:Export|ExportBlock)-[0-9a-f-]{8,}.*\.zip", re.IGNORECASE)
_LINK = re.compile(r"\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)|href=\"([^\"]+)\"")
_LINK_WHOLE = re.compile(
    r"!?\[[^\[\]\n]*\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)|<a [^>]*href=\"([^\"]+)\"[^>]*>.*?</a>"
)
_ON_THE_WEB = re.compile(r"href=\"https://(?:www\.)?notion\.(?:so|site)/[^\"]*?([0-9a-f]{32})[^\"]*\"")


def root_of_notion(tree: FileTree) -> str | None:
    """The tree itself, when its names are those Notion gives, or it holds the parts of such an export."""
    pages = [path for path in tree.paths if PurePosixPath(path).suffix.lower() in PAGES | TABLES]
    marked = sum(1 for path in pages if has_id(path))
    if _parts(tree) and not pages:
        return ""
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
                content = tree.read(path, limit=limits.max_document_bytes * 5)
                part = open_archive_bytes(content, path, inside=tree)
            except ContentUnreadable as err:
                warnings.append(ReadWarning(err.path, err.reason, err.line))
                continue
            opened.callback(part.close)
            warnings += part.warnings
            trees.append(part)
        return _read(_Export(trees, limits, warnings), tree.name)


def _parts(tree: FileTree) -> list[str]:
    return [path for path in tree.paths if "/" not in path and _PART.fullmatch(path)]


def _read(export: "_Export", name: str) -> SourceCourse:
    lessons = list(export.lessons())
    if not lessons:
        first = f"; first problem: {export.warnings[0]}" if export.warnings else ""
        raise Invalid(f"{name} holds no page that can be read{first}")
    tops = [path for path in export.top() if PurePosixPath(path).suffix.lower() in PAGES]
    alone = next(
        (lesson.title for lesson in lessons if len(tops) == 1 and lesson.source_path == clean_text(tops[0])), None
    )
    return SourceCourse(
        settle_links(lessons),
        tuple(export.warnings),
        ProductCard(title=alone),
        frozenset(export.unreadable),
        format="notion",
        found=dict(export.found),
    )


@dataclass
class _Export:
    """All files of an export, whichever of its parts they lie in."""

    trees: Sequence[FileTree]
    limits: ReadLimits
    warnings: list[ReadWarning]
    unreadable: set[str] = field(default_factory=set)
    found: Counter[str] = field(default_factory=Counter)
    _done: set[str] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._homes = {path: tree for tree in reversed(self.trees) for path in tree.paths}
        whole = {path for path in self._homes if name_of(path).is_whole}
        # Of a database with its view and with all of it, the view is what its page shows.
        doubled = {path for path in whole if path.replace("_all.csv", ".csv") in self._homes}
        known = (path for path in self._homes if self._suffix(path) in PAGES | TABLES | LEAVES.keys())
        self._paths = sorted((path for path in known if path not in doubled), key=natural_key)
        if len(self._paths) > self.limits.max_files:
            raise Invalid(f"the export holds more than {self.limits.max_files} pages: ingest it in parts")
        self._owners = self._owned()

    def top(self) -> list[str]:
        """What lies in no page."""
        return [path for path in self._paths if path not in self._owners]

    def lessons(self) -> Iterator[SourceLesson]:
        """All lessons, each page before what lies in it."""
        self._sources = dict(self._read_all())
        self._hidden = {path for path, (_, told) in self._sources.items() if told.seen == UNPUBLISHED}
        for path in self.top():
            yield from self._below(path, (), FOR_LEARNERS)

    def _owned(self) -> dict[str, str]:
        """Which page or database each file lies in."""
        folders: dict[str, str] = {}
        for path in self._paths:
            if self._suffix(path) in PAGES | TABLES:
                for folder in folders_of(path):
                    folders.setdefault(folder, path)
        owners: dict[str, str] = {}
        for path in self._paths:
            above = (parent.as_posix() for parent in PurePosixPath(path).parents)
            owner = next((folders[folder] for folder in above if folder in folders and folders[folder] != path), None)
            if owner is not None:
                owners[path] = owner
        return owners

    def _read_all(self) -> Iterator[tuple[str, tuple[str, Properties]]]:
        for path in self._paths:
            if self._suffix(path) not in PAGES:
                continue
            try:
                source = decode(self._homes[path].read(path, limit=self.limits.max_file_bytes), path=path)
            except ContentUnreadable as err:
                self._note(err, path)
                continue
            read = properties_of_html if self._suffix(path) == ".html" else properties_of_markdown
            yield path, (source, read(source))

    def _below(self, path: str, parents: tuple[str, ...], above: Seen) -> Iterator[SourceLesson]:
        if path in self._done:
            return
        self._done.add(path)
        seen = stricter(above, UNPUBLISHED if path in self._hidden else FOR_LEARNERS)
        title = name_of(path).title
        try:
            with one_file(path):
                lesson = self._lesson(path, parents, seen)
            title = lesson.title
            yield from self._placed(lesson)
        except TooDeep:
            self._note(ContentUnreadable(path, "nests its elements too deeply"), path)
        except ContentUnreadable as err:
            self._note(err, path)
        for inner in self._children(path):
            yield from self._below(inner, (*parents, title), seen)

    def _placed(self, lesson: SourceLesson) -> Iterator[SourceLesson]:
        if not lesson.blocks:
            self.warnings.append(ReadWarning(lesson.source_path, "holds no text, left out"))
        elif lesson.external_id in self._ids:
            self.warnings.append(ReadWarning(lesson.source_path, "is there twice, the second is left out"))
        else:
            self._ids.add(lesson.external_id)
            yield lesson

    def _children(self, path: str) -> list[str]:
        """What lies in a page, in the order in which it names them."""
        mine = [inner for inner, owner in self._owners.items() if owner == path]
        source, _ = self._sources.get(path, ("", Properties()))
        named = {target: at for at, target in enumerate(dict.fromkeys(self._targets(source, path)))}
        return sorted(mine, key=lambda inner: (named.get(clean_text(inner), len(named)), natural_key(inner)))

    def _targets(self, source: str, path: str) -> Iterator[str]:
        for match in _LINK.finditer(source):
            yield _target(match[1] or match[2], path)

    def _lesson(self, path: str, parents: tuple[str, ...], seen: Seen) -> SourceLesson:
        suffix, name = self._suffix(path), name_of(path)
        told = PartOf(clean_text(path), seen.visibility, seen.not_before)
        if suffix in TABLES:
            self.found["database"] += 1
            builder = self._table(path, told)
        elif suffix in PAGES:
            self.found["page"] += 1
            builder = self._page(path, told)
        else:
            self.found[suffix.lstrip(".")] += 1
            content = self._homes[path].read(path, limit=size_limit(suffix, self.limits))
            page = LEAVES[suffix](content, path=path, block_title=" › ".join(parents))
            self.warnings += page.warnings
            if page.lesson is None:
                raise ContentUnreadable(path, "holds no text, left out")
            return withhold(page.lesson, seen)
        blocks = (replace(block, html=_ON_THE_WEB.sub(r'href="/\1"', block.html)) for block in builder.finish(0))
        title = builder.title or name.title
        own = clean_text(path)
        return SourceLesson(
            name.id or PurePosixPath(own).with_suffix("").as_posix(), own, title, " › ".join(parents), tuple(blocks)
        )

    def _page(self, path: str, told: PartOf) -> LessonBuilder:
        if path not in self._sources:
            raise ContentUnreadable(path, "could not be read")
        source, properties = self._sources[path]
        builder = LessonBuilder()
        body = source[: properties.start] + blank(source[properties.start : properties.end]) + source[properties.end :]
        body = self._without_hidden(body, path)
        if self._suffix(path) == ".html":
            with builder.part(told, length=len(body)):
                add_html(builder, body)
        else:
            for stretch in stretches(body):
                with builder.part(told, length=stretch.end, keeps_headings=not stretch.is_answer):
                    if stretch.is_answer:
                        with builder.staff_only():
                            add_markdown(builder, only(body, stretch))
                    else:
                        add_markdown(builder, only(body, stretch))
        _add_properties(builder, properties, told)
        return builder

    def _without_hidden(self, source: str, path: str) -> str:
        """A page that may be seen does not name those inside it that may not."""

        def decide(match: re.Match[str]) -> str:
            hidden = _target(match[1] or match[2], path) in {clean_text(one) for one in self._hidden}
            return blank(match[0]) if hidden else match[0]

        return _LINK_WHOLE.sub(decide, source) if self._hidden else source

    def _table(self, path: str, told: PartOf) -> LessonBuilder:
        content = self._homes[path].read(path, limit=self.limits.max_file_bytes)
        source = decode(content, path=path)
        rows = _rows(source, path)
        kept = [at for at, name in enumerate(rows[0]) if not is_personal(name)] if rows else []
        head = [rows[0][at] for at in kept] if rows else []
        shown: list[list[str]] = []
        hidden: list[list[str]] = []
        for row in rows[1:]:
            cells = [row[at] if at < len(row) else "" for at in kept]
            is_hidden = seen_with(zip(head, cells, strict=True)) == UNPUBLISHED
            (hidden if is_hidden else shown).append(cells)
        builder = LessonBuilder()
        _add_table(builder, [head, *shown] if shown else [], told)
        held = stricter(Seen(told.visibility, told.not_before), UNPUBLISHED)
        _add_table(
            builder, [head, *hidden] if hidden else [], replace(told, visibility=held.visibility, not_before=None)
        )
        return builder

    def _note(self, err: ContentUnreadable, path: str) -> None:
        self.warnings.append(ReadWarning(err.path, err.reason, err.line))
        self.unreadable.add(path)

    def _suffix(self, path: str) -> str:
        return PurePosixPath(path).suffix.lower()


def _target(link: str, path: str) -> str:
    folder = PurePosixPath(path).parent.as_posix()
    bare = unquote(link.partition("#")[0])
    return clean_text(bare if folder == "." else f"{folder}/{bare}")


def _rows(source: str, path: str) -> list[list[str]]:
    try:
        return [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(source)) if any(row)]
    except csv.Error as err:
        raise ContentUnreadable(path, "is no table that can be read") from err


def _add_table(builder: LessonBuilder, rows: Sequence[Sequence[str]], told: PartOf) -> None:
    text = "\n".join(" | ".join(row).strip() for row in rows)
    lines = (_line(row, "th" if at == 0 else "td") for at, row in enumerate(rows))
    with builder.part(told, length=len(text)):
        builder.add(BlockKind.TABLE, Piece(text, f"<table>{''.join(lines)}</table>", Span(0, len(text))))


def _line(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell, quote=False)}</{tag}>" for cell in cells) + "</tr>"


def _add_properties(builder: LessonBuilder, properties: Properties, told: PartOf) -> None:
    """What a page says about itself in its properties stands behind it: a learner came for the page."""
    lines = [f"{one.name}: {one.value}" for one in properties.told if one.value]
    html = "".join(f"<li>{escape(line, quote=False)}</li>" for line in lines)
    text = "\n".join(f"- {line}" for line in lines)
    with builder.part(told, length=properties.end):
        builder.add(BlockKind.LIST, Piece(text, f"<ul>{html}</ul>", Span(properties.start, properties.end)))
