"""Files of a course, wherever they are: in a folder, in an archive, or one alone. Nothing is ever unpacked to disk."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import walk
from pathlib import Path, PurePosixPath
from typing import Protocol

from foundation.errors import ContentUnreadable
from knowledge.blocks import ReadWarning
from knowledge.readers.allowance import Allowance
from knowledge.readers.entry_names import is_ignored

MISSING = "is named in the course and missing"


class FileTree(Protocol):
    """A course's files by their paths: relative, `/` between folders, no `..`, no links to follow.

    `name` is what a person calls it. `warnings` tell what was left out of `paths`, and why.
    """

    @property
    def name(self) -> str: ...
    @property
    def paths(self) -> Sequence[str]: ...
    @property
    def warnings(self) -> Sequence[ReadWarning]: ...
    @property
    def allowance(self) -> Allowance:
        """How much archives that lie in it may still unpack to."""

    def size(self, path: str) -> int:
        """Bytes of a file of `paths`."""

    def read(self, path: str, *, limit: int) -> bytes:
        """A file's bytes. Raises ContentUnreadable when it is missing, larger than `limit` or damaged."""


@dataclass(frozen=True)
class FolderTree:
    """The files of a folder; names that begin with a dot and links out of it are left out."""

    root: Path
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def name(self) -> str:
        return self.root.name

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(self._listed[0])

    @property
    def warnings(self) -> Sequence[ReadWarning]:
        return self._listed[1]

    def size(self, path: str) -> int:
        return self._listed[0][path].stat().st_size

    def read(self, path: str, *, limit: int) -> bytes:
        # Only what was listed: a course may name anything, the way out of its folder too.
        file = self._listed[0].get(path)
        if file is None:
            raise ContentUnreadable(path, MISSING)
        return read_file(file, path=path, limit=limit)

    def close(self) -> None:
        """Nothing is held open."""

    @cached_property
    def _listed(self) -> tuple[dict[str, Path], tuple[ReadWarning, ...]]:
        files: dict[str, Path] = {}
        warnings: list[ReadWarning] = []
        for folder, names, others in walk(self.root, followlinks=False):
            names[:] = sorted(name for name in names if not is_ignored(name))
            for name in sorted(names + others):
                file = Path(folder, name)
                # As courses name it: some systems write an accented letter as two.
                path = unicodedata.normalize("NFC", file.relative_to(self.root).as_posix())
                if name.startswith("."):
                    continue
                if file.is_symlink():
                    warnings += _link_warnings(file, self.root, path)
                    if not _stays_inside(file, self.root):
                        continue
                if name in others and file.is_file():
                    files[path] = file
        return files, tuple(warnings)


@dataclass(frozen=True)
class SingleFile:
    """One file as a tree of its own."""

    file: Path
    warnings: tuple[ReadWarning, ...] = ()
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def paths(self) -> Sequence[str]:
        return (self.file.name,)

    def size(self, path: str) -> int:
        return self.file.stat().st_size

    def read(self, path: str, *, limit: int) -> bytes:
        if path != self.file.name:
            raise ContentUnreadable(path, MISSING)
        return read_file(self.file, path=path, limit=limit)

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True)
class Subtree:
    """A folder inside another tree, by paths of its own."""

    tree: FileTree
    folder: str

    @property
    def name(self) -> str:
        return self.tree.name

    @cached_property
    def paths(self) -> Sequence[str]:
        start = f"{self.folder}/"
        return tuple(path.removeprefix(start) for path in self.tree.paths if path.startswith(start))

    @property
    def warnings(self) -> Sequence[ReadWarning]:
        return self.tree.warnings

    @property
    def allowance(self) -> Allowance:
        return self.tree.allowance

    def size(self, path: str) -> int:
        return self.tree.size(f"{self.folder}/{path}")

    def read(self, path: str, *, limit: int) -> bytes:
        return self.tree.read(f"{self.folder}/{path}", limit=limit)


def below(tree: FileTree, folder: str) -> FileTree:
    """A folder of a tree as a tree of its own; "" is the tree itself."""
    return Subtree(tree, folder) if folder else tree


def folder_with(tree: FileTree, name: str) -> str | None:
    """The folder in which a file of this name stands nearest to the top, "" for the top itself; None without one."""
    found = [PurePosixPath(path) for path in tree.paths if PurePosixPath(path).name == name]
    nearest = min(found, key=lambda path: (len(path.parts), path.as_posix()), default=None)
    if nearest is None:
        return None
    return "" if len(nearest.parts) == 1 else nearest.parent.as_posix()


def natural_key(path: str) -> list[tuple[int, list[tuple[int, int, str]]]]:
    """Sorts paths as people count: 2 before 10, a folder's own page first in it."""
    *folders, name = PurePosixPath(path).parts
    stem = PurePosixPath(name).stem
    first = 0 if stem.lower() in _INDEX_NAMES else 1
    return [*((1, _numbers_as_numbers(folder)) for folder in folders), (first, _numbers_as_numbers(name))]


def read_file(file: Path, *, path: str, limit: int) -> bytes:
    """Return a file's bytes. Raises ContentUnreadable when it is larger than `limit` or cannot be opened."""
    try:
        with file.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as err:
        raise ContentUnreadable(path, f"cannot be opened: {err.strerror or 'unknown reason'}") from err
    if len(content) > limit:
        raise ContentUnreadable(path, f"is larger than {limit} bytes, split it")
    return content


_INDEX_NAMES = frozenset({"readme", "index", "_index"})


def _numbers_as_numbers(name: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(0, int(part[:300]), part) if part[0].isdigit() else (1, 0, part) for part in parts]


def _link_warnings(link: Path, root: Path, path: str) -> list[ReadWarning]:
    if not _stays_inside(link, root):
        return [ReadWarning(path, "is a link that leaves the folder, not followed")]
    return [ReadWarning(path, "is a link to a folder, not followed")] if link.is_dir() else []


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False
