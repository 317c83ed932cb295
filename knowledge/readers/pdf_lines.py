"""What stands on the pages of a PDF, line by line with its size and place. The one door to pdfium."""

import ctypes
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from typing import Any

from foundation.errors import ContentUnreadable

# A few kilobytes can promise millions of pages.
MAX_PAGES = 20_000
_MAX_CHARS = 40_000_000
_MAX_OUTLINE = 20_000
DIVIDED = "\x02"
_HYPHENS = f"{DIVIDED}\ufffe\u00ad"
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    | dict.fromkeys(_HYPHENS, DIVIDED)
    | dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8", "•")
)
_BOLD_WEIGHT = 600
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"demi")
# pdfium keeps what it knows in places of its own that two threads must not enter at once.
_PDFIUM = Lock()


@dataclass(frozen=True, slots=True)
class PdfLine:
    """One printed line: `left` and `right` edge and `base` line in points, from the lower left corner of the page.

    Lines between which a word is divided may come as one, with a DIVIDED sign there; `foot` is the base line of the
    last. `cut` says that its last word goes on in the next line and was divided with a hyphen, which is not in `text`.
    """

    text: str
    size: float
    bold: bool
    left: float
    right: float
    base: float
    foot: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class PdfPage:
    """The lines of a page in the order of the file; `height` in points."""

    number: int
    height: float
    lines: tuple[PdfLine, ...]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline; `level` counts from 0, `page` from 1."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class PdfText:
    """A file's pages with what it says about itself; `lost` are pages that could not be read."""

    title: str
    pages: tuple[PdfPage, ...]
    outline: tuple[Bookmark, ...]
    lost: tuple[int, ...] = ()


def read_lines(content: bytes, *, path: str) -> PdfText:
    """Return what a PDF says. Raises ContentUnreadable for one that is damaged, locked or endless."""
    import pypdfium2 as pdfium  # slow to load, and few courses hold a PDF

    if b"%PDF-" not in content[:1024]:
        raise ContentUnreadable(path, "is no PDF, whatever its name says")
    with _PDFIUM:
        try:
            document = pdfium.PdfDocument(content)
        except pdfium.PdfiumError as err:
            raise ContentUnreadable(path, _refusal(str(err))) from err
        with closing(document):
            if len(document) > MAX_PAGES:
                raise ContentUnreadable(path, f"has {len(document)} pages, {MAX_PAGES} are the most: split it")
            pages, lost = _pages(document, path)
            return PdfText(_title(document), pages, tuple(_outline(document)), lost)


def _refusal(reason: str) -> str:
    if "password" in reason.lower():
        return "is encrypted: save it without a password"
    return "is damaged or no PDF: save it again"


def _title(document: Any) -> str:
    try:
        return str(document.get_metadata_value("Title") or "")
    except (ValueError, UnicodeDecodeError):
        return ""


def _outline(document: Any) -> Iterator[Bookmark]:
    from pypdfium2 import PdfiumError

    try:
        for count, entry in enumerate(document.get_toc(max_depth=6)):
            if count >= _MAX_OUTLINE:
                return
            target = entry.get_dest()
            page = target.get_index() if target is not None else None
            if page is not None and page >= 0:
                yield Bookmark(entry.level, " ".join(str(entry.get_title()).split()), page + 1)
    except (PdfiumError, ValueError, UnicodeDecodeError):
        # A broken outline is no reason to leave the pages out.
        return


def _pages(document: Any, path: str) -> tuple[tuple[PdfPage, ...], tuple[int, ...]]:
    from pypdfium2 import PdfiumError

    pages: list[PdfPage] = []
    lost: list[int] = []
    chars = 0
    for index in range(len(document)):
        try:
            with closing(document[index]) as page, closing(page.get_textpage()) as text:
                chars += text.count_chars()
                if chars > _MAX_CHARS:
                    raise ContentUnreadable(path, f"holds more than {_MAX_CHARS} characters: split it")
                pages.append(PdfPage(index + 1, page.get_height(), tuple(_lines(text))))
        except PdfiumError:
            lost.append(index + 1)
    return tuple(pages), tuple(lost)


def _lines(page: Any) -> Iterator[PdfLine]:
    text = page.get_text_range()
    position = 0
    for raw in text.split("\n"):
        start, position = position, position + len(raw) + 1
        shown = raw.rstrip("\r ")
        lead = len(shown) - len(shown.lstrip())
        words = shown[lead:].rstrip(_HYPHENS)
        if words.strip():
            cut = shown[-1] in _HYPHENS
            yield _line(page, words, start + lead, start + lead + len(words) - 1, cut=cut)


def _line(page: Any, words: str, first: int, last: int, *, cut: bool) -> PdfLine:
    from pypdfium2 import raw

    first, last = (raw.FPDFText_GetCharIndexFromTextIndex(page, index) for index in (first, last))
    edges = [ctypes.c_double() for _ in range(4)]
    raw.FPDFText_GetCharBox(page, last, *edges)
    (left, base), (_, foot) = _origin(page, first), _origin(page, last)
    bold = _is_bold(page, first) and _is_bold(page, last)
    return PdfLine(words.translate(_LIGATURES), _size(page, first), bold, left, edges[1].value, base, foot, cut)


def _origin(page: Any, index: int) -> tuple[float, float]:
    from pypdfium2 import raw

    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, index, x, y)
    return x.value, y.value


def _size(page: Any, index: int) -> float:
    """The size a character is printed in, points; the font's own size says nothing where the page is scaled."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    scale = 1.0
    if raw.FPDFText_GetMatrix(page, index, matrix):
        scale = (matrix.b**2 + matrix.d**2) ** 0.5 or 1.0
    return round(float(raw.FPDFText_GetFontSize(page, index)) * scale * 2) / 2


def _is_bold(page: Any, index: int) -> bool:
    from pypdfium2 import raw

    if raw.FPDFText_GetFontWeight(page, index) >= _BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(page, index, name, len(name), flags)
    return any(part in name.value.lower() for part in _BOLD_NAMES)
