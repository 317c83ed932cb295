"""What an index folder was last seen to hold, so that a start need not read it all to know.

Beside the folder lie a list of each shelf's entries, with a mark for every vector, and the sizes and checksums of the
folder's files as they were when it was last written. While these agree with what is there, the lists are believed; the
checksums are withdrawn before anything is changed and given again after. Whatever does not agree is compared entry by
entry, as `companion index verify` always does.
"""

import json
import logging
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from knowledge.encoder import Vector
from knowledge.index import Entries

_log = logging.getLogger(__name__)
_FILES = "files.json"
_MARK_BYTES = 8
_SAMPLE_BYTES = 4_096
_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Held:
    """A shelf's entries by id, each with the mark of its vector; `digest` as the entries themselves were named."""

    marks: dict[str, bytes]
    digest: str


def held_of(entries: Entries) -> Held:
    """The same for entries that are about to be held."""
    return Held(dict(zip(entries.ids, _marks(entries.vectors), strict=True)), entries.digest)


def _marks(vectors: Vector) -> Iterable[bytes]:
    return (blake2b(row.tobytes(), digest_size=_MARK_BYTES).digest() for row in vectors)


class Ledger:
    """The lists beside one index folder; used by the one process that may open the folder, under its lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place = folder.with_name(f"{folder.name}.held")
        self._sound: bool | None = None
        self._changing = False

    def recall(self, shelf: str) -> Held | None:
        """What a shelf holds, None when that is not known for certain."""
        if self._sound is None:
            self._sound = self._agrees()
            if not self._sound:
                self.clear()
        try:
            with np.load(self._place / f"{shelf}.npz") as kept:
                ids, marks = kept["ids"].tolist(), kept["marks"]
                digest = kept["digest"].item().decode()
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
            return None
        return Held({entry.decode(): mark.tobytes() for entry, mark in zip(ids, marks, strict=True)}, digest)

    def doubt(self) -> None:
        """Say that the folder is being changed: killed from here on, nothing is believed at the next start."""
        (self._place / _FILES).unlink(missing_ok=True)
        self._changing = True

    def opened(self) -> None:
        """Say that the folder was opened, which changes its files a little and what it holds not at all."""
        if self._sound and not self._changing:
            self.settle()

    def settle(self, shelf: str | None = None, held: Held | None = None) -> None:
        """Say that changing is over and, of one shelf, what it holds now (None: nothing that is known)."""
        try:
            if shelf is not None:
                self._write(f"{shelf}.npz", held)
            told = json.dumps(_checksums(self._folder)).encode()
            _replace(self._place / _FILES, told)
            self._changing = False
        except OSError as err:
            _log.warning("index.not_noted reason=%s", err.strerror or err)
            self.clear()

    def clear(self) -> None:
        """Know nothing."""
        self.doubt()
        shutil.rmtree(self._place, ignore_errors=True)
        self._sound, self._changing = True, False

    def _agrees(self) -> bool:
        try:
            told = json.loads((self._place / _FILES).read_bytes())
            return bool(told == _checksums(self._folder))
        except (OSError, ValueError):
            return False

    def _write(self, name: str, held: Held | None) -> None:
        self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if held is None:
            (self._place / name).unlink(missing_ok=True)
            return
        marks = np.frombuffer(b"".join(held.marks.values()), dtype=np.uint8).reshape(-1, _MARK_BYTES)
        ids = np.asarray(list(held.marks), dtype="S")
        with tempfile.TemporaryFile(dir=self._place) as made:
            np.savez(made, ids=ids, marks=marks, digest=np.asarray(held.digest.encode()))
            made.seek(0)
            _replace(self._place / name, made.read())


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = path.with_name(f"{path.name}.making")
    with making.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    making.replace(path)


def _checksums(folder: Path) -> dict[str, list[int]]:
    """Size and a checksum of samples of every file, by its path in the folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): [path.stat().st_size, _checksum(path)] for path in paths}


def _checksum(path: Path) -> int:
    size = path.stat().st_size
    crc = 0
    with path.open("rb") as opened:
        if size <= _SAMPLES * _SAMPLE_BYTES:
            return zlib.crc32(opened.read())
        for start in np.linspace(0, size - _SAMPLE_BYTES, _SAMPLES).astype(int).tolist():
            opened.seek(start)
            crc = zlib.crc32(opened.read(_SAMPLE_BYTES), crc)
    return crc
