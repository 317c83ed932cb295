"""Names inside archives: in what encoding they are, and whether they stay inside."""

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from foundation.errors import Invalid
from knowledge.blocks import ReadWarning
from knowledge.readers.allowance import ArchiveLimits

Entry = TypeVar("Entry")

_DRIVE = re.compile(r"[A-Za-z]:(?! )")
_IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__", "__MACOSX"})
# Where repositories of exercises keep instructions, and what tells the answer.
_KEPT_FOLDERS = frozenset({".docs", ".meta", ".approaches"})
_MIXED_WORD = re.compile(r"[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]")
_SHOWN = 80


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is no part of a course: hidden by its system, or left by a tool."""
    return name in _IGNORED_FOLDERS or (name.startswith(".") and name not in _KEPT_FOLDERS)


def is_aside(path: str) -> bool:
    """Whether a path leads through such a name."""
    return any(map(is_ignored, path.split("/")))


def safe_path(name: str, *, archive: str, limits: ArchiveLimits) -> str:
    """An entry's place in its archive: `/` between folders, NFC, nothing to leave it by; "" for no file at all.

    Backslashes of archives packed on Windows are folders too. Raises Invalid for a name that leads out of the archive,
    holds control characters, nests too deep or is endless.
    """
    if len(name) > limits.max_name:
        raise Invalid(f"{archive} holds a file with an endless name ({shown(name)}): refused")
    if not name.isprintable() and any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise Invalid(f"{archive} holds a file with control characters in its name: refused")
    path = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or _DRIVE.match(path):
        raise Invalid(f"{archive} holds a file that would leave it ({shown(name)}): refused")
    kept = [part for part in parts if part not in ("", ".")]
    if len(kept) > limits.max_depth:
        raise Invalid(f"{archive} nests folders more than {limits.max_depth} deep: refused")
    return "/".join(kept)


def collect(named: Iterable[tuple[str, Entry]]) -> tuple[dict[str, Entry], tuple[ReadWarning, ...]]:
    """What stands at each path, and warnings of paths of a course that stand there twice."""
    kept: dict[str, Entry] = {}
    cased: dict[str, str] = {}
    warnings: list[ReadWarning] = []
    for path, entry in named:
        if not path:
            continue
        if is_aside(path):
            pass  # nobody reads it as a part of a course
        elif path in kept:
            warnings.append(ReadWarning(path, "stands in the archive twice, the last one is read"))
        elif (other := cased.setdefault(path.casefold(), path)) != path:
            warnings.append(ReadWarning(path, f"differs from {other} in capital letters only; both are read"))
        kept[path] = entry
    return kept, tuple(warnings)


def decode_name(raw: bytes) -> str:
    """A file's name as whoever packed it saw it: UTF-8, the DOS code page of Russian Windows, else the western one."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        russian = raw.decode("cp866")
    foreign = [letter for letter in russian if not letter.isascii()]
    if all("А" <= letter <= "я" or letter in "Ёё№" for letter in foreign) and not _MIXED_WORD.search(russian):
        return russian
    return raw.decode("cp437")


def shown(name: str) -> str:
    """A name as it may stand in a message: short, without what could make it look like something else."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"
