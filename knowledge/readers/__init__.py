"""Reads a course as its author keeps it, a folder, an archive or a single file, into lessons made of typed blocks.

Knows nothing of storage, search or people. What it is, is detected and never asked for. What one file gets wrong is a
warning; the other files still land.
"""

from pathlib import Path

from foundation.errors import Invalid
from knowledge.blocks import SourceCourse
from knowledge.readers.archives import is_archive, open_archive
from knowledge.readers.formats import COURSE_FORMATS
from knowledge.readers.leaves import LEAVES
from knowledge.readers.limits import ReadLimits
from knowledge.readers.loose_files import read_loose_files
from knowledge.readers.page import read_markdown_text
from knowledge.readers.transcript_choice import choose_transcripts
from knowledge.readers.trees import FileTree, FolderTree, SingleFile, below

__all__ = ["ReadLimits", "read_course", "read_markdown_text"]
_LIMITS = ReadLimits()


def read_course(path: Path, *, limits: ReadLimits = _LIMITS, lang: str | None = None) -> SourceCourse:
    """Return the lessons in course order, with warnings for everything that was left out.

    `lang` is the course's language where its owner states one. Raises Invalid when there is not one lesson to read,
    more files than the limits allow, or an archive that is damaged or hostile.
    """
    return choose_transcripts(_read(_tree(path), limits), lang=lang)


def _tree(path: Path) -> FileTree:
    if path.is_dir():
        return FolderTree(path)
    if not path.is_file():
        raise Invalid(f"{path} does not exist")
    # Office documents are zips too: what has a reader of its own is a file.
    return open_archive(path) if path.suffix.lower() not in LEAVES and is_archive(path) else SingleFile(path)


def _read(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    for course_format in COURSE_FORMATS:
        root = course_format.root(tree)
        if root is not None:
            return course_format.read(below(tree, root), limits)
    return read_loose_files(tree, limits)
