"""Bytes to text, without guessing: a wrong guess would put nonsense in front of learners."""

import codecs

from foundation.errors import ContentUnreadable
from foundation.text import clean_text

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(content: bytes, *, path: str) -> str:
    """Return the file's text, cleaned. UTF-8, or UTF-16 with a byte-order mark; else raises ContentUnreadable."""
    encoding = "utf-16" if content.startswith(_UTF_16_MARKS) else "utf-8"
    try:
        return clean_text(content.decode(encoding))
    except UnicodeDecodeError as err:
        line = content.count(b"\n", 0, err.start) + 1 if encoding == "utf-8" else None
        reason = f"is not {encoding.upper()} text, save it as UTF-8 (old Russian files are often in Windows-1251)"
        raise ContentUnreadable(path, reason, line=line) from err
