"""The encodings that pages of older packages are in: the one a page declares, and typographers' marks in none.

A page of mostly ASCII with a few bytes of another encoding was glued together from texts of two systems: what those
bytes are on both of them (Windows-1252, Mac Roman) are quotes, dashes and blanks. Anything beyond that stays unread.
"""

import codecs
import re
from dataclasses import dataclass

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w-]{3,30})", re.IGNORECASE)
_UTF_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)
_MARKS = {
    **dict.fromkeys((0x91, 0x92, 0xD4, 0xD5), "’"),
    **dict.fromkeys((0x93, 0x94, 0xD2, 0xD3), '"'),
    **dict.fromkeys((0x96, 0x97, 0xD0, 0xD1), "–"),
    **dict.fromkeys((0x85, 0xC9), "…"),
    **dict.fromkeys((0xA0, 0xCA), " "),
}
# One strange byte in so many: a page that is really in another encoding has far more.
_SCARCE = 200


@dataclass(frozen=True, slots=True)
class Recoded:
    """A page's bytes in UTF-8, and how many characters of them were settled one by one."""

    content: bytes
    settled: int = 0


def recode(content: bytes) -> Recoded:
    """Return a page in UTF-8 where it can be told what it is in; as it is where it cannot."""
    if content.startswith(_UTF_MARKS):
        return Recoded(content)
    try:
        content.decode("utf-8")
        return Recoded(content)
    except UnicodeDecodeError:
        declared = _CHARSET.search(content, 0, 4096)
    if declared is not None:
        try:
            return Recoded(content.decode(declared[1].decode("ascii")).encode())
        except (LookupError, UnicodeError):
            pass
    return _settled(content)


def _settled(content: bytes) -> Recoded:
    pieces: list[str] = []
    position = settled = 0
    while position < len(content):
        try:
            pieces.append(content[position:].decode("utf-8"))
            break
        except UnicodeDecodeError as err:
            mark = _MARKS.get(content[position + err.start])
            settled += 1
            if mark is None or settled * _SCARCE > len(content):
                return Recoded(content)
            pieces += [content[position : position + err.start].decode("utf-8"), mark]
            position += err.start + 1
    return Recoded("".join(pieces).encode(), settled)
