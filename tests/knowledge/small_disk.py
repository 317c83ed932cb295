"""A disk that can be filled and freed again: a tmpfs where one can be mounted, or a database that may not grow."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from sqlalchemy import event

from companion.wiring import House

_SIZE = "48m"
_BLOCK = 4_096


class Disk(Protocol):
    """Where a home lies; `fill` leaves about so many bytes."""

    home: Path

    def fill(self, house: House, *, leaving: int) -> None: ...
    def free(self, house: House) -> None: ...


class MountedDisk:
    """A real one, of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._ballast = folder / "ballast"

    def fill(self, house: House, *, leaving: int) -> None:
        with house.database.engine.connect() as connection:
            # Space inside the log counts as free, and how much there is depends on what happened before.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        ballast = os.open(self._ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            with suppress(OSError):
                while True:
                    os.write(ballast, bytes(_BLOCK))
            os.ftruncate(ballast, max(0, os.fstat(ballast).st_size - leaving))
        finally:
            os.close(ballast)

    def free(self, house: House) -> None:
        self._ballast.unlink(missing_ok=True)


class CountedPages:
    """SQLite's own limit: it says that the disk is full when a database would need one page more."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._most = 0

    def fill(self, house: House, *, leaving: int) -> None:
        with house.database.engine.connect() as connection:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        self._most = used + leaving // _BLOCK
        house.database.engine.dispose()
        event.listen(house.database.engine, "connect", self._limit)

    def free(self, house: House) -> None:
        if event.contains(house.database.engine, "connect", self._limit):
            event.remove(house.database.engine, "connect", self._limit)
        house.database.engine.dispose()

    def _limit(self, connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={self._most}")


@cache
def can_mount() -> bool:
    """Whether this user may mount a tmpfs here."""
    with TemporaryDirectory() as folder, _mounted(Path(folder)) as mounted:
        return mounted


@contextmanager
def _mounted(folder: Path) -> Iterator[bool]:
    done = _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "companion-test", str(folder))
    try:
        yield done
    finally:
        if done:
            _run("umount", "--lazy", str(folder))


def _run(*words: str) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def kinds() -> list[str]:
    """The kinds of disk there are on this machine."""
    return ["mounted", "counted"] if can_mount() else ["counted"]


@contextmanager
def small_disk(kind: str, folder: Path) -> Iterator[Disk]:
    """A disk of a kind under a folder, gone at the end."""
    folder.mkdir()
    if kind == "counted":
        yield CountedPages(folder)
        return
    with _mounted(folder):
        yield MountedDisk(folder)
