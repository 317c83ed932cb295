"""Archives as trees of files, looked at before anything of them is read: a hostile one is refused with a reason.

Nothing is unpacked to disk but the tar stream of a compressed tar, into an unnamed file and no further than the limits.
"""

import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ReadWarning


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold; one that holds more is refused before it is read."""

    max_files: int = 50_000
    max_depth: int = 40
    max_bytes: int = 4_000_000_000
    max_ratio: int = 200
    # Small archives may be packed as tightly as they like: a text of spaces is no attack.
    ratio_from_bytes: int = 50_000_000


_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, EOFError, OSError)


def is_archive(file: Path) -> bool:
    """Whether a file's first bytes are those of a zip or a gzip."""
    with file.open("rb") as stream:
        start = stream.read(4)
    return start.startswith(_ZIP_MAGIC) or start.startswith(_GZIP_MAGIC)


def open_archive(file: Path, *, limits: ArchiveLimits = ArchiveLimits()) -> "ZipTree | TarTree":
    """The archive as a tree. Raises Invalid, with the reason, for a damaged, encrypted or hostile one."""
    with file.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(_ZIP_MAGIC):
        return ZipTree(file, limits)
    if start.startswith(_GZIP_MAGIC):
        return TarTree(file, limits)
    raise Invalid(f"{file.name} is neither a zip nor a tar.gz")


class ZipTree:
    """A zip's files; each is read from the archive when it is asked for."""

    def __init__(self, file: Path, limits: ArchiveLimits) -> None:
        self.name = file.name
        self.warnings: tuple[ReadWarning, ...] = ()
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as err:
            raise Invalid(f"{file.name} is damaged or no zip: make the export again") from err
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        _check(file, [(e.filename, e.file_size) for e in entries], packed=file.stat().st_size, limits=limits)
        self._entries = {entry.filename: entry for entry in entries}
        if any(entry.flag_bits & 1 for entry in entries):
            raise Invalid(f"{file.name} is encrypted: export it without a password")
        if any((entry.external_attr >> 16) & 0o170000 == 0o120000 for entry in entries):
            raise Invalid(f"{file.name} holds links: pack the files themselves")

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(sorted(self._entries))

    def size(self, path: str) -> int:
        return self._entries[path].file_size

    def read(self, path: str, *, limit: int) -> bytes:
        entry = self._entries.get(path)
        if entry is None:
            raise ContentUnreadable(path, "is named in the course and missing")
        try:
            with self._zip.open(entry) as stream:
                return _read_up_to(stream, path, limit)
        except (*_DAMAGED, NotImplementedError, RuntimeError) as err:
            raise ContentUnreadable(path, "is damaged in the archive") from err


class TarTree:
    """A compressed tar's files; the stream is unpacked once, up to the limits, and read by place afterwards."""

    def __init__(self, file: Path, limits: ArchiveLimits) -> None:
        self.name = file.name
        self.warnings: tuple[ReadWarning, ...] = ()
        self._stream = _unpacked(file, limits)
        try:
            self._tar = tarfile.open(fileobj=self._stream, mode="r:")  # noqa: SIM115 (held as long as the tree)
            members = [member for member in self._tar.getmembers() if not member.isdir()]
        except _DAMAGED as err:
            raise Invalid(f"{file.name} is damaged or no tar: make the export again") from err
        if any(not member.isfile() for member in members):
            raise Invalid(f"{file.name} holds links or devices: pack the files themselves")
        named = {member.name.removeprefix("./"): member for member in members}
        _check(file, [(path, m.size) for path, m in named.items()], packed=file.stat().st_size, limits=limits)
        self._members = named

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(sorted(self._members))

    def size(self, path: str) -> int:
        return self._members[path].size

    def read(self, path: str, *, limit: int) -> bytes:
        member = self._members.get(path)
        if member is None:
            raise ContentUnreadable(path, "is named in the course and missing")
        stream = self._tar.extractfile(member)
        try:
            return b"" if stream is None else _read_up_to(stream, path, limit)
        except _DAMAGED as err:
            raise ContentUnreadable(path, "is damaged in the archive") from err


def _read_up_to(stream: IO[bytes], path: str, limit: int) -> bytes:
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise ContentUnreadable(path, f"is larger than {limit} bytes, split it")
    return content


def _unpacked(file: Path, limits: ArchiveLimits) -> IO[bytes]:
    packed = file.stat().st_size
    most = min(limits.max_bytes, max(limits.ratio_from_bytes, packed * limits.max_ratio))
    kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (held as long as the tree)
    size = 0
    try:
        with gzip.open(file, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise Invalid(f"{file.name} unpacks to more than {most} bytes: refused")
                kept.write(chunk)
    except _DAMAGED as err:
        raise Invalid(f"{file.name} is damaged or cut short: make the export again") from err
    kept.seek(0)
    return kept


def _check(file: Path, entries: Sequence[tuple[str, int]], *, packed: int, limits: ArchiveLimits) -> None:
    if len(entries) > limits.max_files:
        raise Invalid(f"{file.name} holds {len(entries)} files, {limits.max_files} are the most")
    total = sum(size for _, size in entries)
    if total > limits.max_bytes or (total > limits.ratio_from_bytes and total > packed * limits.max_ratio):
        raise Invalid(f"{file.name} would unpack to {total} bytes: refused")
    for path, _ in entries:
        parts = PurePosixPath(path).parts
        if path.startswith(("/", "\\")) or ".." in parts or "\\" in path or "\x00" in path or path[1:2] == ":":
            raise Invalid(f"{file.name} holds a file that would leave it: refused")
        if len(parts) > limits.max_depth:
            raise Invalid(f"{file.name} nests folders more than {limits.max_depth} deep: refused")
