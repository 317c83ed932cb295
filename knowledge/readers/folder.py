"""Which files of a folder are lessons, and in which order they are taught."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import walk
from pathlib import Path, PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ReadWarning
from knowledge.readers.decoding import decode
from knowledge.readers.page import SUPPORTED
from knowledge.readers.product_card import PRODUCT_FILE
from knowledge.readers.toctree import TOCTREE, TocEntry, read_toctree

_IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_NOT_YET = frozenset(
    {".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".odp", ".ipynb", ".zip", ".imscc", ".rst", ".tex"}
    | {".epub", ".xls", ".xlsx", ".mp4", ".srt", ".vtt", ".txt", ".adoc"}
)
_INDEX_NAMES = frozenset({"readme", "index", "_index"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One lesson file in its place; `title` and `block_title` are "" unless the table of contents gives them."""

    path: str
    title: str = ""
    block_title: str = ""


@dataclass(slots=True)
class FolderContents:
    """The lesson files in course order, whether there is a product card, and what could not be used."""

    lessons: list[Listed] = field(default_factory=list)
    has_product_card: bool = False
    warnings: list[ReadWarning] = field(default_factory=list)


def list_folder(root: Path, *, max_files: int, max_file_bytes: int) -> FolderContents:
    """Return what a folder holds. Raises Invalid when it has more lesson files than `max_files`."""
    contents = FolderContents()
    paths: list[str] = []
    toctree_path = ""
    for path in _files(root, contents):
        name, suffix = PurePosixPath(path).name, PurePosixPath(path).suffix.lower()
        if path == PRODUCT_FILE:
            contents.has_product_card = True
        elif path == TOCTREE:
            toctree_path = path
        elif suffix in SUPPORTED:
            paths.append(path)
        elif suffix in _NOT_YET and name != "requirements.txt":
            contents.warnings.append(ReadWarning(path, f"{suffix} files are not supported yet, left out"))
        if len(paths) > max_files:
            raise Invalid(f"{root.name} holds more than {max_files} lesson files: ingest it in parts")
    paths.sort(key=_natural_key)
    entries = _read_toc(root, contents, max_file_bytes=max_file_bytes) if toctree_path else ()
    contents.lessons = _by_toctree(entries, paths, contents) if entries else [Listed(path) for path in paths]
    return contents


def _files(root: Path, contents: FolderContents) -> Iterator[str]:
    for folder, names, files in walk(root, followlinks=False):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _IGNORED_FOLDERS)
        for name in sorted(names + files):
            if name.startswith("."):
                continue
            file = Path(folder, name)
            path = file.relative_to(root).as_posix()
            if file.is_symlink():
                contents.warnings.extend(_link_warnings(file, root, path))
                if not _stays_inside(file, root):
                    continue
            if name in files and file.is_file():
                yield path


def _link_warnings(link: Path, root: Path, path: str) -> Iterator[ReadWarning]:
    if not _stays_inside(link, root):
        yield ReadWarning(path, "is a link that leaves the folder, not followed")
    elif link.is_dir():
        yield ReadWarning(path, "is a link to a folder, not followed")


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _read_toc(root: Path, contents: FolderContents, *, max_file_bytes: int) -> tuple[TocEntry, ...]:
    try:
        content = read_bytes(root / TOCTREE, path=TOCTREE, limit=max_file_bytes)
        return read_toctree(decode(content, path=TOCTREE), path=TOCTREE)
    except ContentUnreadable as err:
        contents.warnings.append(ReadWarning(TOCTREE, f"{err.reason}; lessons are in file-name order", err.line))
        return ()


def read_bytes(file: Path, *, path: str, limit: int) -> bytes:
    """Return a file's bytes. Raises ContentUnreadable when it is larger than `limit` or cannot be opened."""
    try:
        with file.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as err:
        raise ContentUnreadable(path, f"cannot be opened: {err.strerror or 'unknown reason'}") from err
    if len(content) > limit:
        raise ContentUnreadable(path, f"is larger than {limit} bytes, split it")
    return content


def _by_toctree(entries: tuple[TocEntry, ...], paths: list[str], contents: FolderContents) -> list[Listed]:
    by_local: dict[str, str] = {}
    for path in paths:
        by_local.setdefault(PurePosixPath(path).with_suffix("").as_posix(), path)
    listed: list[Listed] = []
    for entry in entries:
        found = entry.local if entry.local in paths else by_local.get(entry.local)
        if found is None:
            contents.warnings.append(ReadWarning(TOCTREE, f"{entry.local} is listed and missing", entry.line))
        else:
            listed.append(Listed(found, entry.title, entry.block_title))
    used = {item.path for item in listed}
    contents.warnings += [
        ReadWarning(path, f"is not listed in {TOCTREE}, left out") for path in paths if path not in used
    ]
    return listed


def _natural_key(path: str) -> list[tuple[int, list[tuple[int, int, str]]]]:
    *folders, name = PurePosixPath(path).parts
    stem = PurePosixPath(name).stem
    # A folder's own page comes first in it, then pages and folders together by name.
    first = 0 if stem.lower() in _INDEX_NAMES else 1
    return [*((1, _numbers_as_numbers(folder)) for folder in folders), (first, _numbers_as_numbers(name))]


def _numbers_as_numbers(name: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(0, int(part[:300]), part) if part[0].isdigit() else (1, 0, part) for part in parts]
