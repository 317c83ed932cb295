"""Google Docs exported as web pages: what the editor's markup means, without what people remarked beside the text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import quoteattr

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import Block, ProductCard, ReadWarning, SourceCourse, SourceLesson
from knowledge.readers.builder import LessonBuilder, PartOf
from knowledge.readers.decoding import decode
from knowledge.readers.dom import TooDeep
from knowledge.readers.html import add_html
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.one_file import one_file
from knowledge.readers.trees import FileTree, natural_key

_PAGES = frozenset({".html", ".htm"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg"})
_LOOK_AT = ReadLimits().max_file_bytes
# The editor's own classes, fonts, lists and redirects; two of them are no chance.
_MARKS = (
    re.compile(rb"lst-kix_"),
    re.compile(rb"themes\.googleusercontent\.com/fonts"),
    re.compile(rb"<body class=\"(?:c\d+ ?)*(?:doc-content)?\""),
    re.compile(rb"\.c\d+\{"),
    re.compile(rb"google\.com/url\?q="),
)
_ENOUGH_MARKS = 2
_TITLE = re.compile(r"<p\b([^>]*\bclass=\"[^\"]*\btitle\b[^\"]*\"[^>]*)>(.{0,2000}?)</p>", re.DOTALL)
_REMARKED = re.compile(r"(?:<sup\b[^>]*>)?\s*<a\b[^>]*\bhref=\"#cmnt\d+\"[^>]*>.{0,200}?</a>\s*(?:</sup>)?", re.DOTALL)
_REMARK = re.compile(r"<div\b[^>]*>\s*<p\b[^>]*>(?:\s*<span\b[^>]*>)*\s*<a\b[^>]*\bhref=\"#cmnt_ref\d+\"", re.DOTALL)
_STRAY_REMARK = re.compile(r"<p\b[^>]*>(?:(?!</p>).)*?\bhref=\"#cmnt_ref\d+\".*?</p>", re.DOTALL)
_REDIRECTED = re.compile(r"href=\"(https?://www\.google\.com/url\?[^\"]*)\"")
_ID = re.compile(r"\bid=\"[^\"]*\"")


def root_of_google_docs(tree: FileTree) -> str | None:
    """The tree itself, when all its pages are documents exported by Google, with nothing but pictures beside them."""
    pages = _pages(tree)
    others = [path for path in tree.paths if path not in pages]
    if not pages or any(PurePosixPath(path).suffix.lower() not in _PICTURES for path in others):
        return None
    return "" if all(_is_exported(tree, path) for path in pages) else None


def read_google_docs(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return a lesson for each document. Raises Invalid when none can be read."""
    warnings = list(tree.warnings)
    unreadable: set[str] = set()
    lessons: list[SourceLesson] = []
    for path in sorted(_pages(tree), key=natural_key):
        try:
            with one_file(path):
                lesson = _lesson(tree, path, limits)
        except ContentUnreadable as err:
            warnings.append(ReadWarning(err.path, err.reason, err.line))
            unreadable.add(path)
            continue
        if lesson.blocks:
            lessons.append(lesson)
        else:
            warnings.append(ReadWarning(path, "holds no text, left out"))
    if not lessons:
        raise Invalid(f"{tree.name} holds no document that can be read; first problem: {warnings[0]}")
    return SourceCourse(
        settle_links(lessons),
        tuple(warnings),
        ProductCard(title=lessons[0].title if len(lessons) == 1 else None),
        frozenset(unreadable),
        format="google-docs",
        found={"document": len(lessons)},
    )


def _pages(tree: FileTree) -> list[str]:
    return [path for path in tree.paths if PurePosixPath(path).suffix.lower() in _PAGES]


def _is_exported(tree: FileTree, path: str) -> bool:
    try:
        head = tree.read(path, limit=_LOOK_AT)
    except ContentUnreadable:
        return False
    return sum(1 for mark in _MARKS if mark.search(head)) >= _ENOUGH_MARKS


def _lesson(tree: FileTree, path: str, limits: ReadLimits) -> SourceLesson:
    source = decode(tree.read(path, limit=limits.max_file_bytes), path=path)
    told = _TITLE.sub(_as_heading, _without_remarks(source))
    builder = LessonBuilder()
    try:
        with builder.part(PartOf(path), length=len(source)):
            titled = add_html(builder, told)
    except TooDeep as err:
        raise ContentUnreadable(path, "nests its elements too deeply") from err
    blocks = tuple(_direct(block) for block in builder.finish(0))
    own = PurePosixPath(path)
    return SourceLesson(own.with_suffix("").as_posix(), path, builder.title or titled or own.stem, "", blocks)


def _as_heading(match: re.Match[str]) -> str:
    """A document's title is a paragraph of a class: as a heading it takes no more room, so no offset moves."""
    room = len(match[0]) - len(match[2]) - len("<h1></h1>")
    id = _ID.search(match[1])
    kept = f" {id[0]}" if id is not None and len(id[0]) < room else ""
    return f"<h1{kept}{' ' * (room - len(kept))}>{match[2]}</h1>"


def _without_remarks(source: str) -> str:
    """Blank out what people remarked: the marks in the text, and the remarks at its end."""
    if "cmnt" not in source:
        return source
    kept = _REMARKED.sub(_blank, source)
    for start, end in _remarks(kept):
        kept = kept[:start] + re.sub(r"[^\n]", " ", kept[start:end]) + kept[end:]
    return _STRAY_REMARK.sub(_blank, kept)


def _remarks(source: str) -> Iterator[tuple[int, int]]:
    for found in _REMARK.finditer(source):
        end = source.find("</div>", found.end())
        yield found.start(), len(source) if end < 0 else end + len("</div>")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _direct(block: Block) -> Block:
    """A block whose links lead where they say, not through Google's redirect."""
    if "google.com/url" not in block.html:
        return block
    return replace(block, html=_REDIRECTED.sub(_unwrapped, block.html))


def _unwrapped(match: re.Match[str]) -> str:
    target = parse_qs(urlsplit(unescape(match[1])).query).get("q", [""])[0]
    safe = target.startswith(("http://", "https://", "mailto:"))
    return f"href={quoteattr(target, {chr(34): '&quot;'})}" if safe else match[0]
