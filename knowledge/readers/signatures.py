"""What a file really is, by its first bytes: a name that says otherwise is told so, in words an author knows."""

from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
BZIP2 = b"BZh"
_BZIP2_BLOCK, _BZIP2_NOTHING = b"1AY&SY", b"\x17rE8P\x90"
XZ = b"\xfd7zXZ\x00"
PDF = b"%PDF-"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAR_AT, _TAR = 257, b"ustar"
# The second is one without files.
ZIPS = (ZIP, b"PK\x05\x06")
_STARTS = (
    (ZIP, "a zip archive"),
    (ZIPS[1], "an empty zip archive"),
    (b"PK\x07\x08", "one part of a divided zip archive"),
    (GZIP, "a gzip archive"),
    (XZ, "an xz archive"),
    (OLE, "an old Office document (.doc, .ppt, .xls) or one with a password"),
    (PDF, "a PDF"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\x00", "a database"),
)
_ARCHIVES = frozenset({"a zip archive", "an empty zip archive", "a gzip archive", "a bzip2 archive", "an xz archive"})
TEXTS = frozenset({"", "an empty file", "an HTML page", "XML"})
HEAD = 512
# What a file of this name begins with, where every file of the kind does. A PDF may have a little before it.
_EXPECTED = {".pdf": PDF, ".docx": ZIP, ".pptx": ZIP}
_PDF_WITHIN = 1024


def kind_of(start: bytes) -> str:
    """What a file that begins like this is, with its article; "" when its beginning does not tell."""
    if not start:
        return "an empty file"
    for magic, kind in _STARTS:
        if start.startswith(magic):
            return kind
    # Words may begin like these two; what follows tells.
    if start.startswith(BZIP2) and start[4:10] in (_BZIP2_BLOCK, _BZIP2_NOTHING):
        return "a bzip2 archive"
    if start.startswith(b"MZ") and b"\0" in start:
        return "a Windows program"
    if start[_TAR_AT:].startswith(_TAR):
        return "a tar archive"
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    return "XML" if text.startswith(b"<?xml") else ""


def is_packed(start: bytes) -> bool:
    """Whether a file that begins like this is an archive that can be opened."""
    kind = kind_of(start)
    return kind in _ARCHIVES or kind == "a tar archive"


def check_kind(content: bytes, path: str) -> None:
    """Refuse a file that is something else than its name says; raises ContentUnreadable.

    Only binary kinds are told apart: which text is Markdown and which HTML is its reader's to say. A text may be empty.
    """
    expected = _EXPECTED.get(PurePosixPath(path).suffix.lower())
    kind = kind_of(content[:HEAD])
    if expected is None:
        if kind not in TEXTS:
            raise ContentUnreadable(path, f"is {kind}, whatever its name says")
    elif expected not in content[:_PDF_WITHIN] if expected == PDF else not content.startswith(expected):
        raise ContentUnreadable(path, f"is {kind or 'something else'}, whatever its name says")
