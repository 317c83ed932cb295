"""One process at a time owns a home's caches.

The owner writes where it can be reached, and a secret only the home's owner can read; other processes use that, or
read exact vectors from SQL. The lock is the operating system's, so it goes when its process dies, however it dies.
"""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from foundation.errors import HomeUnusable

_ANNOUNCED = "service.json"


@dataclass(frozen=True, slots=True)
class Owner:
    """How to reach the service that holds a home."""

    pid: int
    url: str
    secret: str


class HomeLock:
    """The exclusive right to a home's caches; use `acquire`, and keep the object alive."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._announced = home / _ANNOUNCED
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._file is not None

    def acquire(self) -> bool:
        """Take the lock without waiting; False when another process holds it. Raises HomeUnusable."""
        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as err:
            raise HomeUnusable(f"the home folder {self._home} cannot be used: {err.strerror or err}") from err
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._file = handle
        # What a killed holder announced: nobody answers there, or somebody its secret is not meant for.
        self._announced.unlink(missing_ok=True)
        return True

    def announce(self, url: str) -> Owner:
        """Write down where this process answers, for the home's owner only."""
        owner = Owner(pid=os.getpid(), url=url, secret=secrets.token_urlsafe(32))
        self._announced.unlink(missing_ok=True)
        with os.fdopen(os.open(self._announced, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(asdict(owner), out)
        return owner

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._file is None:
            return
        self._announced.unlink(missing_ok=True)
        os.close(self._file)
        self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()


def find_owner(home: Path) -> Owner | None:
    """The running service of a home, or None when nothing was announced."""
    try:
        return Owner(**json.loads((home / _ANNOUNCED).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
