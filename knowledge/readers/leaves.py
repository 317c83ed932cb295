"""One file to one lesson, whatever its format: which reader takes which kind of file."""

from collections.abc import Callable

from knowledge.readers.limits import ReadLimits
from knowledge.readers.page import TEXT_PAGES, ReadPage, read_page

Leaf = Callable[..., ReadPage]
"""`(content, *, path, title="", block_title="") -> ReadPage`; raises ContentUnreadable.

Packages that take long to import are imported inside.
"""

LEAVES: dict[str, Leaf] = dict.fromkeys(TEXT_PAGES, read_page)
# Files that carry pictures: they may be larger than a text ever is.
DOCUMENTS = frozenset({".pdf", ".pptx", ".docx"})


def size_limit(suffix: str, limits: ReadLimits) -> int:
    """How many bytes a file of this kind may have."""
    return limits.max_document_bytes if suffix in DOCUMENTS else limits.max_file_bytes
