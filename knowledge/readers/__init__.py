"""Reads a course as its author keeps it, a folder or a single file, into lessons made of typed blocks.

Knows nothing of storage, search or people. What one file gets wrong is a warning; the other files still land.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, ReadWarning, SourceCourse, SourceLesson
from knowledge.readers.decoding import decode
from knowledge.readers.folder import FolderContents, Listed, list_folder, read_bytes
from knowledge.readers.links import settle_links
from knowledge.readers.page import SUPPORTED, read_markdown_text, read_page
from knowledge.readers.product_card import PRODUCT_FILE, read_product_card

__all__ = ["ReadLimits", "read_course", "read_markdown_text"]


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much a course may hold before it is refused rather than read for hours."""

    max_file_bytes: int = 20_000_000
    max_files: int = 20_000


def read_course(path: Path, *, limits: ReadLimits = ReadLimits()) -> SourceCourse:
    """Return the lessons in course order, with warnings for everything that was left out.

    Raises Invalid when there is not one lesson to read, or more files than the limits allow.
    """
    root, contents = _contents(path, limits)
    card, card_warnings = _card(root, contents, limits)
    lessons: list[SourceLesson] = []
    warnings = [*contents.warnings, *card_warnings]
    taken: dict[str, str] = {}
    unreadable: set[str] = set()
    for listed in contents.lessons:
        try:
            page = read_page(
                read_bytes(root / listed.path, path=listed.path, limit=limits.max_file_bytes),
                path=listed.path,
                title=listed.title,
                block_title=listed.block_title,
            )
        except ContentUnreadable as err:
            warnings.append(ReadWarning(err.path, err.reason, err.line))
            unreadable.add(err.path)
            continue
        warnings += page.warnings
        if page.lesson is not None:
            warnings += _place(page.lesson, lessons, taken)
    if not lessons:
        raise Invalid(_nothing_read(path, warnings))
    return SourceCourse(settle_links(lessons), tuple(warnings), card, frozenset(unreadable))


def _contents(path: Path, limits: ReadLimits) -> tuple[Path, FolderContents]:
    if path.is_dir():
        return path, list_folder(path, max_files=limits.max_files, max_file_bytes=limits.max_file_bytes)
    if not path.is_file():
        raise Invalid(f"{path} does not exist")
    is_supported = path.suffix.lower() in SUPPORTED
    return path.parent, FolderContents(lessons=[Listed(path.name)] if is_supported else [])


def _card(root: Path, contents: FolderContents, limits: ReadLimits) -> tuple[ProductCard, tuple[ReadWarning, ...]]:
    if not contents.has_product_card:
        return ProductCard(), ()
    try:
        content = read_bytes(root / PRODUCT_FILE, path=PRODUCT_FILE, limit=limits.max_file_bytes)
        return read_product_card(decode(content, path=PRODUCT_FILE), path=PRODUCT_FILE)
    except ContentUnreadable as err:
        return ProductCard(), (ReadWarning(err.path, err.reason, err.line),)


def _place(lesson: SourceLesson, lessons: list[SourceLesson], taken: dict[str, str]) -> Iterator[ReadWarning]:
    other = taken.get(lesson.external_id)
    if other is not None:
        yield ReadWarning(lesson.source_path, f"has the id {lesson.external_id} of {other}, left out")
        return
    if not lesson.blocks:
        yield ReadWarning(lesson.source_path, "holds no text, left out")
        return
    taken[lesson.external_id] = lesson.source_path
    lessons.append(lesson)


def _nothing_read(path: Path, warnings: list[ReadWarning]) -> str:
    first = f"; first problem: {warnings[0]}" if warnings else ""
    return f"{path.name or path} holds no lessons that can be read, supported: {', '.join(SUPPORTED)}{first}"
