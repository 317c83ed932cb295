"""A tar, plain or compressed, as a tree of files: unpacked once, up to the limits, and read by place afterwards.

The headers are read by hand: there are few kinds that an export may hold, and whatever else is there is refused.
"""

import bz2
import lzma
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import SEEK_END
from typing import IO, Protocol

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ReadWarning
from knowledge.readers.allowance import Allowance
from knowledge.readers.entry_names import collect, decode_name, is_aside, safe_path
from knowledge.readers.signatures import BZIP2, GZIP, XZ
from knowledge.readers.trees import MISSING

_BLOCK = 512
_TAKEN, _CHUNK = 1 << 15, 1 << 20
_XZ_MEMORY = 256_000_000
# One for every 64 KB is what parallel packers write.
_MOST_PARTS = 100_000
_LONGEST_HEADER, _ALL_HEADERS = 16_000, 32_000_000
_HEADERS_A_FILE = 4
_FILES, _FOLDERS = (b"0", b"\0", b"7"), (b"5", b"D")
_LINKS_AND_DEVICES = (b"1", b"2", b"3", b"4", b"6")
_NAME_FOLLOWS, _LINK_FOLLOWS, _FACTS_FOLLOW, _FACTS_FOR_ALL = b"L", b"K", b"x", b"g"


@dataclass(frozen=True, slots=True)
class _Member:
    at: int
    size: int


@dataclass(slots=True)
class _Told:
    """What the headers before a member said of it."""

    name: bytes = b""
    size: int | None = None


class TarTree:
    """A tar's files."""

    def __init__(self, stream: IO[bytes], *, name: str, allowance: Allowance) -> None:
        """Takes `stream` over. Raises Invalid, with the reason, for a damaged or hostile one."""
        self.name = name
        self.allowance = allowance
        warnings: list[ReadWarning] = []
        self._stream = _plain(stream, name, allowance, warnings)
        try:
            self._members, doubled = collect(_Walk(self._stream, name, allowance).members())
        except BaseException:
            self._stream.close()
            raise
        self.warnings = (*warnings, *doubled)

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(path for path in sorted(self._members) if not is_aside(path))

    def size(self, path: str) -> int:
        return self._members[path].size

    def read(self, path: str, *, limit: int) -> bytes:
        member = self._members.get(path)
        if member is None:
            raise ContentUnreadable(path, MISSING)
        if member.size > limit:
            raise ContentUnreadable(path, f"is larger than {limit} bytes, split it")
        self._stream.seek(member.at)
        return self._stream.read(member.size)

    def close(self) -> None:
        self._stream.close()


@dataclass(slots=True)
class _Walk:
    """A way through a tar's headers, and how much of them there was."""

    stream: IO[bytes]
    name: str
    allowance: Allowance
    headers: int = 0
    described: int = 0
    told: _Told = field(default_factory=_Told)

    def members(self) -> Iterator[tuple[str, _Member]]:
        """The files in order, by their places; the whole list is checked by the time the last one is given."""
        end, at, files = self.stream.seek(0, SEEK_END), 0, 0
        while (head := self._head(at, end)) is not None:
            kind, size = head[156:157], _size(head, self.name)
            if kind in (_NAME_FOLLOWS, _LINK_FOLLOWS, _FACTS_FOLLOW, _FACTS_FOR_ALL):
                _listen(kind, self._description(size), self.told, self.name)
            else:
                files += 1
                size = size if self.told.size is None else self.told.size
                path = self._path(head)
                if kind in _FOLDERS or path.endswith("/"):
                    size = 0
                elif kind not in _FILES:
                    raise Invalid(f"{self.name} holds {_what(kind)}: pack the files themselves")
                else:
                    yield path, _Member(at + _BLOCK, size)
            at += _BLOCK + -(-size // _BLOCK) * _BLOCK
            if at > end:
                raise Invalid(f"{self.name} is cut short: make the export again")
        if not files:
            raise Invalid(f"{self.name} is no tar or holds no files: make the export again")
        self.allowance.take_files(self.name, files)

    def _head(self, at: int, end: int) -> bytes | None:
        if at + _BLOCK > end:
            return None
        self.stream.seek(at)
        head = self.stream.read(_BLOCK)
        self.headers += 1
        if self.headers > _HEADERS_A_FILE * self.allowance.limits.max_files:
            raise Invalid(f"{self.name} holds more than {self.allowance.limits.max_files} files: ingest it in parts")
        return head if any(head) else None

    def _description(self, size: int) -> bytes:
        self.described += size
        if size > _LONGEST_HEADER or self.described > _ALL_HEADERS:
            raise Invalid(f"{self.name} describes its files in {self.described} bytes, which no course does: refused")
        return self.stream.read(size)

    def _path(self, head: bytes) -> str:
        """The member's place, a folder's with `/` at its end."""
        name, self.told = _name(head, self.told), _Told()
        path = safe_path(name, archive=self.name, limits=self.allowance.limits)
        return f"{path}/" if name.endswith(("/", "\\")) else path


def _size(head: bytes, name: str) -> int:
    """The size a header tells, octal or, for large ones, as a number in bytes; its checksum is compared first."""
    try:
        said = int(head[148:156].strip(b" \0") or b"0", 8)
        field = head[124:136]
        size = int.from_bytes(field[1:]) if field[0] == 0x80 else int(field.strip(b" \0") or b"0", 8)
    except ValueError as err:
        raise Invalid(f"{name} is damaged or no tar: make the export again") from err
    if said != sum(head) - sum(head[148:156]) + 8 * ord(" ") or size < 0:
        raise Invalid(f"{name} is damaged or no tar: make the export again")
    return size


def _listen(kind: bytes, value: bytes, told: _Told, name: str) -> None:
    """Take in what a header says of the next member."""
    if kind == _NAME_FOLLOWS:
        told.name = value.partition(b"\0")[0]
    elif kind == _FACTS_FOLLOW:
        facts = _facts(value, name)
        if any(fact.startswith(b"GNU.sparse") for fact in facts):
            raise Invalid(f"{name} holds sparse files: pack the files themselves")
        told.name = facts.get(b"path", told.name)
        size = facts.get(b"size", b"")
        told.size = int(size) if size.isdigit() and len(size) < 20 else told.size


def _facts(value: bytes, name: str) -> dict[bytes, bytes]:
    """The records `LENGTH key=value` of an extended header."""
    facts: dict[bytes, bytes] = {}
    at = 0
    while at < len(value) and value[at]:
        length = value[at : at + 8].partition(b" ")[0]
        size = int(length) if length.isdigit() else 0
        if not len(length) < size <= len(value) - at:
            raise Invalid(f"{name} is damaged: make the export again")
        key, _, fact = value[at + len(length) + 1 : at + size - 1].partition(b"=")
        facts[key] = fact
        at += size
    return facts


def _name(head: bytes, told: _Told) -> str:
    if told.name:
        return decode_name(told.name)
    short, folder = head[:100].partition(b"\0")[0], head[345:500].partition(b"\0")[0]
    # The older GNU form keeps times where others keep the folder.
    has_folder = head[257:263] == b"ustar\0" and folder
    return decode_name(folder + b"/" + short if has_folder else short)


def _what(kind: bytes) -> str:
    if kind in _LINKS_AND_DEVICES:
        return "links or devices"
    return "sparse files" if kind == b"S" else "entries of an unknown kind"


class _Decoder(Protocol):
    """One compressed part; zlib's, bz2's and lzma's decoders are alike but for their input."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decoder in the manner of the other two: input it did not take yet is its own to keep."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


def _decoder(start: bytes) -> _Decoder | None:
    """A fresh decoder for what begins like this; None for what is not compressed."""
    if start.startswith(GZIP):
        return _Gzip()
    if start.startswith(BZIP2):
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY) if start.startswith(XZ) else None


def _plain(stream: IO[bytes], name: str, allowance: Allowance, warnings: list[ReadWarning]) -> IO[bytes]:
    """The tar itself, in an unnamed file if it was compressed; its size is taken from the allowance."""
    packed = stream.seek(0, SEEK_END)
    stream.seek(0)
    if _decoder(_peek(stream)) is None:
        allowance.take_bytes(name, packed, packed=packed)
        return stream
    kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (held as long as the tree)
    size = 0
    try:
        with stream:
            for chunk in _decoded(stream, name, warnings):
                size += len(chunk)
                allowance.check_bytes(name, size, packed=packed)
                _keep(chunk, kept, name)
        allowance.take_bytes(name, size, packed=packed)
    except BaseException:
        kept.close()
        raise
    return kept


def _keep(chunk: bytes, kept: IO[bytes], name: str) -> None:
    try:
        kept.write(chunk)
    except OSError as err:
        reason = err.strerror or "unknown reason"
        raise Invalid(f"{name} cannot be unpacked ({reason}): make room in {tempfile.gettempdir()}") from err


def _decoded(stream: IO[bytes], name: str, warnings: list[ReadWarning]) -> Iterator[bytes]:
    """Everything that is packed, at most a chunk at a time; what comes behind the last part is left out."""
    left = b""
    for _ in range(_MOST_PARTS):
        left = left.lstrip(b"\0") or stream.read(_TAKEN).lstrip(b"\0")
        left += stream.read(len(XZ)) if len(left) < len(XZ) else b""
        decoder = _decoder(left)
        if decoder is None:
            if left:
                warnings.append(ReadWarning(name, "something else stands behind the archive, left out"))
            return
        try:
            while not decoder.eof:
                chunk = decoder.decompress(left, _CHUNK)
                yield chunk
                if decoder.eof or chunk:
                    left = b""
                elif not (left := stream.read(_TAKEN)):
                    raise Invalid(f"{name} is cut short: make the export again")
        except (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as err:
            raise Invalid(f"{name} is damaged: make the export again") from err
        left = decoder.unused_data
    raise Invalid(f"{name} is packed in more than {_MOST_PARTS} parts: refused")


def _peek(stream: IO[bytes]) -> bytes:
    start = stream.read(len(XZ))
    stream.seek(0)
    return start
