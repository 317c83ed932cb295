"""Reads a course as its author keeps it, a folder, an archive or a single file, into lessons made of typed blocks.

Knows nothing of storage, search or people. What it is, is detected and never asked for. What one file gets wrong is a
warning; the other files still land.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from foundation.errors import Invalid
from knowledge.blocks import BlockKind, SourceCourse
from knowledge.readers.archives import ArchiveTree, looks_packed, open_archive
from knowledge.readers.formats import COURSE_FORMATS
from knowledge.readers.language_choice import choose_lessons
from knowledge.readers.leaves import LEAVES
from knowledge.readers.limits import ReadLimits
from knowledge.readers.loose_files import read_loose_files
from knowledge.readers.page import read_markdown_text
from knowledge.readers.transcript_choice import choose_transcripts
from knowledge.readers.trees import FileTree, FolderTree, SingleFile, below

__all__ = ["ReadLimits", "course_files", "format_title", "read_course", "read_markdown_text"]
_LIMITS = ReadLimits()


def read_course(path: Path, *, limits: ReadLimits = _LIMITS, lang: str | None = None) -> SourceCourse:
    """Return the lessons in course order, with warnings for everything that was left out.

    `lang` is the course's language where its owner states one. Raises Invalid when there is not one lesson to read,
    more files than the limits allow, or an archive that is damaged or hostile.
    """
    with closing(_tree(path)) as tree:
        course = _read(tree, limits)
    counted = replace(course, words_read=_words_of(course))
    return choose_transcripts(choose_lessons(counted, lang=lang), lang=lang)


@contextmanager
def course_files(path: Path) -> Iterator[FileTree]:
    """A course's files by the paths that its lessons and recordings name. Raises Invalid as `read_course` does."""
    with closing(_tree(path)) as tree:
        roots = (course_format.root(tree) for course_format in COURSE_FORMATS)
        yield below(tree, next((root for root in roots if root is not None), ""))


def format_title(name: str) -> str:
    """What people call the format that `SourceCourse.format` names."""
    return next((one.title for one in COURSE_FORMATS if one.name == name), name)


def _tree(path: Path) -> FolderTree | SingleFile | ArchiveTree:
    if path.is_dir():
        return FolderTree(path)
    if not path.is_file():
        raise Invalid(f"{path} does not exist")
    # Office documents are zips too: what has a reader of its own is a file.
    return SingleFile(path) if path.suffix.lower() in LEAVES or not looks_packed(path) else open_archive(path)


def _read(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    for course_format in COURSE_FORMATS:
        root = course_format.root(tree)
        if root is not None:
            return course_format.read(below(tree, root), limits)
    return read_loose_files(tree, limits)


def _words_of(course: SourceCourse) -> int:
    """Words as people count them: signs that stand alone are none, and a key repeats its question."""
    blocks = (block for lesson in course.lessons for block in lesson.blocks if block.kind is not BlockKind.ANSWER_KEY)
    return sum(any(map(str.isalnum, word)) for block in blocks for word in block.text.split())
