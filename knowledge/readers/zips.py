"""A zip as a tree of files. What it says of itself is counted before a list of it is made, and not believed after.

Its end is read by hand for that: `zipfile` makes an object of every entry it is told of.
"""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import cached_property
from io import SEEK_END
from typing import IO

from foundation.errors import ContentUnreadable, Invalid
from knowledge.readers.allowance import Allowance
from knowledge.readers.entry_names import collect, decode_name, is_aside, safe_path
from knowledge.readers.trees import MISSING

_END, _END_SIZE = b"PK\x05\x06", 22
_END64, _END64_SIZE = b"PK\x06\x06", 56
_LOCATOR64, _LOCATOR64_SIZE = b"PK\x06\x07", 20
_ENTRY, _ENTRY_SIZE = b"PK\x01\x02", 46
_LOCAL_SIZE = 30
_LONGEST_COMMENT = 0xFFFF
_UNICODE_NAME = 0x7075
_UTF8_FLAG, _ENCRYPTED_FLAGS = 0x800, 0x1 | 0x40 | 0x2000
_KIND_OF_FILE, _LINK, _FILE_OR_FOLDER = 0o170000, 0o120000, (0, 0o100000, 0o040000)
_LONGEST_LIST = 100_000_000
# Others unpack without a bound on what they give at a time, and no exporter of courses uses them.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError)
_UNREADABLE = (*_DAMAGED, NotImplementedError, RuntimeError)


class ZipTree:
    """A zip's files; each is read from the archive when it is asked for."""

    def __init__(self, stream: IO[bytes], *, name: str, allowance: Allowance) -> None:
        """Takes `stream` over. Raises Invalid, with the reason, for a damaged, encrypted or hostile one."""
        self.name = name
        self.allowance = allowance
        self._stream = stream
        packed = stream.seek(0, SEEK_END)
        _check_end(stream, packed, name=name, allowance=allowance)
        try:
            self._zip = zipfile.ZipFile(stream)
            entries = self._zip.infolist()
        except _UNREADABLE as err:
            raise Invalid(f"{name} is damaged or cut short: make the export again") from err
        _check_entries(entries, self._zip.start_dir, name=name)
        allowance.take_bytes(name, sum(entry.file_size for entry in entries), packed=packed)
        placed = [(safe_path(_name_of(entry), archive=name, limits=allowance.limits), entry) for entry in entries]
        self._entries, self.warnings = collect(
            (path, entry) for path, entry in placed if not entry.orig_filename.endswith(("/", "\\"))
        )

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(path for path in self.everything if not is_aside(path))

    @cached_property
    def everything(self) -> Sequence[str]:
        """All paths, those that are no part of a course too."""
        return tuple(sorted(self._entries))

    def size(self, path: str) -> int:
        return self._entries[path].file_size

    def read(self, path: str, *, limit: int) -> bytes:
        entry = self._entries.get(path)
        if entry is None:
            raise ContentUnreadable(path, MISSING)
        if entry.file_size > limit:
            raise ContentUnreadable(path, f"is larger than {limit} bytes, split it")
        if entry.compress_type not in _METHODS:
            raise ContentUnreadable(path, "is packed by a method that is not read, pack it as a plain zip")
        try:
            with self._zip.open(entry) as stream:
                # One byte more than it says it has: that is where its checksum is compared.
                content = stream.read(entry.file_size + 1)
        except _UNREADABLE as err:
            raise ContentUnreadable(path, "is damaged in the archive") from err
        if len(content) != entry.file_size:
            raise ContentUnreadable(path, "is damaged in the archive")
        return content

    def close(self) -> None:
        self._zip.close()
        self._stream.close()


def _check_end(stream: IO[bytes], size: int, *, name: str, allowance: Allowance) -> None:
    """Refuse a zip without an end, or one that lists more files than there may be; `zipfile` has not seen it yet."""
    begin = max(0, size - _END_SIZE - _LONGEST_COMMENT)
    tail = _read_at(stream, begin, size - begin)
    at = _end_in(tail)
    if at < 0:
        raise Invalid(f"{name} is cut short or no zip: make the export again")
    count, length, offset = struct.unpack("<HLL", tail[at + 10 : at + 20])
    end = begin + at
    locator = _read_at(stream, end - _LOCATOR64_SIZE, _LOCATOR64_SIZE) if end >= _LOCATOR64_SIZE else b""
    if locator.startswith(_LOCATOR64):
        end -= _LOCATOR64_SIZE + _END64_SIZE
        record = _read_at(stream, end, _END64_SIZE) if end >= 0 else b""
        if not record.startswith(_END64):
            raise Invalid(f"{name} is damaged: make the export again")
        count, length, offset = struct.unpack("<QQQ", record[32:56])
    if length > _LONGEST_LIST:
        raise Invalid(f"{name} lists its files in {length} bytes, which no course does: refused")
    if offset + length > end:
        raise Invalid(f"{name} is damaged or cut short: make the export again")
    listed = _count_entries(stream, end - length, length, most=allowance.limits.max_files)
    allowance.take_files(name, max(listed, 0))
    if listed != count:
        raise Invalid(f"{name} is damaged: it lists other files than it says; make the export again")


def _end_in(tail: bytes) -> int:
    """Where `zipfile` finds the end: at the very end, or else the last mark before a comment; -1 if nowhere."""
    last = len(tail) - _END_SIZE
    if last >= 0 and tail[last:].startswith(_END) and tail.endswith(b"\0\0"):
        return last
    at = tail.rfind(_END)
    return at if 0 <= at <= last else -1


def _count_entries(stream: IO[bytes], start: int, length: int, *, most: int) -> int:
    """How many entries the list holds; counting ends beyond `most`, whatever more there is."""
    count, at, end = 0, start, start + length
    stream.seek(start)
    while at < end and count <= most:
        head = stream.read(_ENTRY_SIZE)
        if len(head) < _ENTRY_SIZE or not head.startswith(_ENTRY):
            return -1
        rest = sum(struct.unpack("<HHH", head[28:34]))
        at += _ENTRY_SIZE + rest
        stream.seek(at)
        count += 1
    return count


def _read_at(stream: IO[bytes], at: int, size: int) -> bytes:
    stream.seek(at)
    return stream.read(size)


def _check_entries(entries: Sequence[zipfile.ZipInfo], list_at: int, *, name: str) -> None:
    if any(entry.flag_bits & _ENCRYPTED_FLAGS for entry in entries):
        raise Invalid(f"{name} is encrypted: export it without a password")
    kinds = {(entry.external_attr >> 16) & _KIND_OF_FILE for entry in entries}
    if _LINK in kinds:
        raise Invalid(f"{name} holds links: pack the files themselves")
    if kinds.difference(_FILE_OR_FOLDER):
        raise Invalid(f"{name} holds devices: pack files only")
    placed = sorted((entry.header_offset, entry.compress_size + len(entry.orig_filename)) for entry in entries)
    ends = [at + _LOCAL_SIZE + size for at, size in placed]
    nexts = [*(at for at, _ in placed[1:]), list_at]
    if any(end > following for end, following in zip(ends, nexts, strict=bool(placed))):
        raise Invalid(f"{name} packs several files into one place, which no honest archive does: refused")


def _name_of(entry: zipfile.ZipInfo) -> str:
    """A file's name: as an extra field spells it, else by its bytes where these are not declared to be UTF-8."""
    if entry.flag_bits & _UTF8_FLAG or entry.orig_filename.isascii():
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")
    return _unicode_name(entry.extra, raw) or decode_name(raw)


def _unicode_name(extra: bytes, raw: bytes) -> str:
    """The name in the extra field that packers add beside an old code page; "" without one that is of this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        value, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_NAME and len(value) > 5 and value[1:5] == struct.pack("<L", zlib.crc32(raw)):
            return value[5:].decode("utf-8", errors="replace")
    return ""
