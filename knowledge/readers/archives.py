"""Archives as trees of files, looked at before anything of them is read: a hostile one is refused with a reason.

Nothing is unpacked to disk but the stream of a compressed tar, into an unnamed file and no further than the limits.
"""

from io import BytesIO
from pathlib import Path
from typing import IO

from foundation.errors import ContentUnreadable, Invalid
from knowledge.readers.allowance import Allowance
from knowledge.readers.signatures import HEAD, TEXTS, ZIPS, is_packed, kind_of
from knowledge.readers.tars import TarTree
from knowledge.readers.trees import FileTree
from knowledge.readers.zips import ZipTree

ArchiveTree = ZipTree | TarTree
ARCHIVE_SUFFIXES = frozenset(
    {".zip", ".imscc", ".mbz", ".h5p", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz"}
)


def looks_packed(file: Path) -> bool:
    """Whether a file has to be opened as an archive: it is one, calls itself one, or is nothing that could be read.

    Which of the three `open_archive` tells.
    """
    with _stream(file) as stream:
        kind = kind_of(stream.read(HEAD))
    return file.suffix.lower() in ARCHIVE_SUFFIXES or kind not in TEXTS


def open_archive(file: Path) -> ArchiveTree:
    """The archive as a tree, to be closed. Raises Invalid, with the reason, for a damaged, encrypted or hostile one."""
    stream = _stream(file)
    try:
        return _opened(stream, name=file.name, allowance=Allowance())
    except BaseException:
        stream.close()
        raise


def open_archive_bytes(content: bytes, path: str, *, inside: FileTree) -> ArchiveTree:
    """An archive that lies at `path` of a tree. Open it once: it takes its share of what the course may unpack to.

    Raises ContentUnreadable, with the reason, for a damaged, encrypted or hostile one.
    """
    try:
        return _opened(BytesIO(content), name=path, allowance=inside.allowance.inside(path))
    except Invalid as err:
        raise ContentUnreadable(path, str(err).removeprefix(path).strip()) from err


def _stream(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as err:
        raise Invalid(f"{file.name} cannot be opened: {err.strerror or 'unknown reason'}") from err


def _opened(stream: IO[bytes], *, name: str, allowance: Allowance) -> ArchiveTree:
    start = stream.read(HEAD)
    if start.startswith(ZIPS):
        return ZipTree(stream, name=name, allowance=allowance)
    if is_packed(start):
        return TarTree(stream, name=name, allowance=allowance)
    raise Invalid(f"{name} is {kind_of(start) or 'no archive'}: give a zip or a tar.gz")
