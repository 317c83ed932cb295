"""One file to one lesson, whatever its format: which reader takes which kind of file."""

from collections.abc import Callable
from functools import wraps

from knowledge.readers.docx import read_docx
from knowledge.readers.jupyter import read_notebook
from knowledge.readers.limits import ReadLimits
from knowledge.readers.one_file import one_file
from knowledge.readers.page import TEXT_PAGES, ReadPage, read_page
from knowledge.readers.pdf import read_pdf
from knowledge.readers.pptx import read_pptx
from knowledge.readers.signatures import check_kind
from knowledge.readers.transcripts import read_transcript

Leaf = Callable[..., ReadPage]
"""`(content, *, path, title="", block_title="") -> ReadPage`; raises ContentUnreadable.

Packages that take long to import are imported inside.
"""

_READERS: dict[str, Leaf] = {
    **dict.fromkeys(TEXT_PAGES, read_page),
    ".pdf": read_pdf,
    ".pptx": read_pptx,
    ".docx": read_docx,
    ".ipynb": read_notebook,
    ".vtt": read_transcript,
    ".srt": read_transcript,
}


def _careful(leaf: Leaf) -> Leaf:
    """The same reader, given only files that are what their names say; what else fails in it is that file's trouble."""

    @wraps(leaf)
    def read(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
        check_kind(content, path)
        with one_file(path):
            return leaf(content, path=path, title=title, block_title=block_title)

    return read


LEAVES: dict[str, Leaf] = {suffix: _careful(leaf) for suffix, leaf in _READERS.items()}
# Files that carry pictures: they may be larger than a text ever is.
DOCUMENTS = frozenset({".pdf", ".pptx", ".docx"})


def size_limit(suffix: str, limits: ReadLimits) -> int:
    """How many bytes a file of this kind may have."""
    return limits.max_document_bytes if suffix in DOCUMENTS else limits.max_file_bytes
