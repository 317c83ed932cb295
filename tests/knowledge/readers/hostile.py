"""Archives that no exporter makes, byte by byte where no library would."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

LESSON = "# Bread\n\nKnead the dough until it is smooth.\n"


def make_zip(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A plain zip."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
        archive.comment = comment
    return kept.getvalue()


def make_tar(files: dict[str, bytes], *, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A plain tar."""
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w", format=form) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return kept.getvalue()


def tar_of(kind: bytes, *, name: str = "lesson.md", target: str = "/etc/passwd") -> bytes:
    """A tar with a lesson and one member of another kind."""
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        lesson = tarfile.TarInfo("first.md")
        lesson.size = len(LESSON)
        archive.addfile(lesson, io.BytesIO(LESSON.encode()))
        other = tarfile.TarInfo(name)
        other.type, other.linkname = kind, target
        archive.addfile(other)
    return kept.getvalue()


def raw_zip(entries: list[tuple[bytes, bytes]], *, flags: int = 0, count: int | None = None) -> bytes:
    """A stored zip whose names are these very bytes; `count` is what its end says it holds."""
    body, listed = b"", b""
    for name, content in entries:
        crc = zlib.crc32(content)
        sizes = struct.pack("<LLLHH", crc, len(content), len(content), len(name), 0)
        listed += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, flags, 0, 0, 33) + sizes
        listed += struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + struct.pack("<HHHHH", 20, flags, 0, 0, 33) + sizes + name + content
    said = len(entries) if count is None else count
    end = struct.pack("<HHHHLLH", 0, 0, said & 0xFFFF, said & 0xFFFF, len(listed), len(body), 0)
    return body + listed + b"PK\x05\x06" + end


def with_size(archive: bytes, name: bytes, size: int) -> bytes:
    """The zip, saying in its list that this file is of another size."""
    at = archive.index(b"PK\x01\x02")
    while archive[at + 46 : at + 46 + len(name)] != name:
        at = archive.index(b"PK\x01\x02", at + 4)
    return archive[: at + 24] + struct.pack("<L", size) + archive[at + 28 :]


def overlapping_zip(times: int) -> bytes:
    """A zip that lists one packed file under many names."""
    one = make_zip({"00000.md": b"words " * 10_000})
    at = one.index(b"PK\x01\x02")
    end = one.rindex(b"PK\x05\x06")
    entry = one[at:end]
    listed = b"".join(entry.replace(b"00000.md", b"%05d.md" % number) for number in range(times))
    tail = struct.pack("<HHHHLLH", 0, 0, times, times, len(listed), at, 0)
    return one[:at] + listed + b"PK\x05\x06" + tail


def zip_saying_it_holds(count: int) -> bytes:
    """A zip whose list is an endless repetition of one entry without a name."""
    start = b"PK\x03\x04" + bytes(26)
    listed = (b"PK\x01\x02" + bytes(42)) * count
    end64 = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, len(listed), 30)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 30 + len(listed), 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return start + listed + end64 + locator + end


def gzip_of(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=1, mtime=0)


def packed_as(content: bytes, suffix: str) -> bytes:
    """A tar as its suffix says."""
    pack = {".tar": bytes, ".tar.gz": gzip_of, ".tgz": gzip_of, ".tar.bz2": bz2.compress, ".tar.xz": lzma.compress}
    return pack[suffix](content)


def put(folder: Path, name: str, content: bytes) -> Path:
    """The bytes as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name
    place.write_bytes(content)
    return place
