"""A course that is nothing but its files: lessons in the order of a table of contents or of their names."""

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, ReadWarning, SourceCourse, SourceLesson
from knowledge.readers.decoding import decode
from knowledge.readers.folder import FolderContents, Listed, list_folder
from knowledge.readers.formats import COURSE_FORMATS
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.page import ReadPage
from knowledge.readers.product_card import PRODUCT_FILE, read_product_card
from knowledge.readers.trees import FileTree

_log = logging.getLogger(__name__)


def read_loose_files(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return the lessons of a tree of files. Raises Invalid when there is not one."""
    contents = list_folder(tree, limits=limits)
    card, card_warnings = _card(tree, contents, limits)
    lessons: list[SourceLesson] = []
    warnings = [*contents.warnings, *card_warnings]
    taken: dict[str, str] = {}
    unreadable: set[str] = set()
    for listed in contents.lessons:
        try:
            page = _page(tree, listed, limits)
        except ContentUnreadable as err:
            warnings.append(ReadWarning(err.path, err.reason, err.line))
            unreadable.add(listed.path)
            continue
        warnings += page.warnings
        if page.lesson is not None:
            warnings += place_lesson(page.lesson, lessons, taken)
    if not lessons:
        raise Invalid(nothing_read(tree, warnings))
    found = Counter(PurePosixPath(lesson.source_path).suffix.lower().lstrip(".") for lesson in lessons)
    return SourceCourse(
        settle_links(lessons), tuple(warnings), card, frozenset(unreadable), format="files", found=dict(found)
    )


def _page(tree: FileTree, listed: Listed, limits: ReadLimits) -> ReadPage:
    """One file's lesson; whatever else goes wrong in its reader is that file's trouble and nobody else's."""
    suffix = PurePosixPath(listed.path).suffix.lower()
    content = tree.read(listed.path, limit=size_limit(suffix, limits))
    try:
        return LEAVES[suffix](content, path=listed.path, title=listed.title, block_title=listed.block_title)
    except (ContentUnreadable, MemoryError):
        raise
    except Exception as err:
        _log.exception("reader.failed suffix=%s", suffix)
        raise ContentUnreadable(listed.path, f"its reader failed on it ({type(err).__name__}), left out") from err


def _card(tree: FileTree, contents: FolderContents, limits: ReadLimits) -> tuple[ProductCard, tuple[ReadWarning, ...]]:
    if not contents.has_product_card:
        return ProductCard(), ()
    try:
        content = tree.read(PRODUCT_FILE, limit=limits.max_file_bytes)
        return read_product_card(decode(content, path=PRODUCT_FILE), path=PRODUCT_FILE)
    except ContentUnreadable as err:
        return ProductCard(), (ReadWarning(err.path, err.reason, err.line),)


def place_lesson(lesson: SourceLesson, lessons: list[SourceLesson], taken: dict[str, str]) -> Iterator[ReadWarning]:
    """Put a lesson behind the others, unless it is empty or its id is taken; says so."""
    other = taken.get(lesson.external_id)
    if other is not None:
        yield ReadWarning(lesson.source_path, f"has the id {lesson.external_id} of {other}, left out")
        return
    if not lesson.blocks:
        yield ReadWarning(lesson.source_path, "holds no text, left out")
        return
    taken[lesson.external_id] = lesson.source_path
    lessons.append(lesson)


def nothing_read(tree: FileTree, warnings: list[ReadWarning]) -> str:
    """What is said of a tree without one lesson: what would have been understood, and what went wrong first."""
    first = f"; first problem: {warnings[0]}" if warnings else ""
    courses = ", ".join(course_format.title for course_format in COURSE_FORMATS)
    known = f"{courses}; files: {', '.join(sorted(LEAVES))}" if courses else f"files: {', '.join(sorted(LEAVES))}"
    return f"{tree.name} holds no lessons that can be read, supported: {known}{first}"
