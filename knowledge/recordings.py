"""Recordings that came with a course: kept in the home under their hash, so that lesson pages can play them.

A file is written before the transaction that names it; one that nothing names any more is swept away by `prune`.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import ContentUnreadable, NotFound
from knowledge.blocks import ReadWarning, SourceCourse
from knowledge.media import RECORDINGS, media_type_of
from knowledge.readers.trees import FileTree
from knowledge.tables import RecordingFileRow

FOLDER = "recordings"
MAX_BYTES = 200_000_000
# A file that was just written may belong to an ingest that has not come to its transaction yet.
_YOUNG_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A recording's place in the course and the file it was kept as."""

    path: str
    sha256: str
    media_type: str
    bytes: int


def keep_recordings(course: SourceCourse, path: Path, home: Path) -> tuple[SourceCourse, tuple[KeptRecording, ...]]:
    """Copy the recordings that lessons name from the course at `path` into the home.

    The course comes back with a warning of each that cannot be played; its transcript stays.
    """
    from knowledge.readers import course_files  # not for those who only play them

    named = dict.fromkeys(each.path for lesson in course.lessons for each in lesson.recordings if each.path)
    if not named:
        return course, ()
    kept: list[KeptRecording] = []
    warnings: list[ReadWarning] = []
    with course_files(path) as files:
        there = frozenset(files.paths)
        for each in named:
            try:
                kept.append(_keep(each, files, there, home))
            except ContentUnreadable as err:
                warnings.append(ReadWarning(err.path, f"{err.reason}; only its transcript is shown"))
    return replace(course, warnings=(*course.warnings, *warnings)), tuple(kept)


def _keep(path: str, files: FileTree, there: frozenset[str], home: Path) -> KeptRecording:
    media_type = media_type_of(path)
    if media_type is None:
        raise ContentUnreadable(path, f"is no recording a page can play ({', '.join(sorted(RECORDINGS))})")
    # What is not listed may lie outside the course.
    if path not in there:
        raise ContentUnreadable(path, "is named in the course and missing")
    content = files.read(path, limit=MAX_BYTES)
    return KeptRecording(path, _kept(content, home / FOLDER), media_type, len(content))


def name_recordings(session: Session, product: str, kept: Sequence[KeptRecording]) -> None:
    """Write down where a product's recordings are kept; a path that is there already gets its new file."""
    for each in kept:
        row = session.get(RecordingFileRow, (product, each.path))
        if row is None:
            row = RecordingFileRow(product=product, path=each.path)
            session.add(row)
        row.sha256, row.media_type, row.bytes = each.sha256, each.media_type, each.bytes


def find_recording(session: Session, product: str, path: str, home: Path) -> tuple[Path, KeptRecording]:
    """A recording's file; raises NotFound when it was not kept, or is not there any more."""
    row = session.get(RecordingFileRow, (product, path))
    file = None if row is None else home / FOLDER / row.sha256
    if row is None or file is None or not file.is_file():
        raise NotFound("this recording is not kept here; take the course in again with the file beside its transcript")
    return file, KeptRecording(row.path, row.sha256, row.media_type, row.bytes)


def prune_recordings(session: Session, home: Path, *, now_s: float) -> int:
    """Remove files that no product names and that are older than a day; says how many."""
    folder = home / FOLDER
    named = set(session.scalars(select(RecordingFileRow.sha256)))
    removed = 0
    for file in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if file.name not in named and now_s - file.stat().st_mtime > _YOUNG_S:
                file.unlink()
                removed += 1
    return removed


def _kept(content: bytes, folder: Path) -> str:
    name = hashlib.sha256(content).hexdigest()
    file = folder / name
    if file.is_file() and file.stat().st_size == len(content):
        os.utime(file)
        return name
    folder.mkdir(parents=True, exist_ok=True)
    # Under another name until it is whole: a half-written file must never be taken for it.
    with NamedTemporaryFile(dir=folder, prefix="new-", delete=False) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    Path(stream.name).replace(file)
    return name
