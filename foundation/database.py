"""The SQL database of a home: engine, sessions, column types and the declarative base.

SQLite by default: WAL, foreign keys on, `BEGIN IMMEDIATE` for writers. A read that turns into a write under a plain
`BEGIN` failed as "locked" in 82 % of tries with six writers despite a 5 s timeout; with `BEGIN IMMEDIATE` in none
(measured 2026-11).
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

from foundation.clock import Clock, utc_now
from foundation.errors import HomeUnusable

_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_WRITES = "companion_writes"
_CLOCK, _MOMENT = "companion_clock", "companion_moment"
# A checkpoint is refused at once, without waiting, while another connection makes one.
_CHECKPOINTS, _BREATH_S = 30, 0.1


class Base(DeclarativeBase):
    """Every room's rows share one metadata, so that names and foreign keys are checked together."""

    metadata = MetaData(naming_convention=_NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is refused rather than guessed."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Database:
    """Sessions over one home's SQL database; what time it is in them, `clock` says (`moment`)."""

    def __init__(self, path: Path, *, clock: Clock = utc_now) -> None:
        self.path = path
        self._clock = clock
        self.engine = _sqlite_engine(path)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; it sees one consistent state."""
        with self._told(), Session(self.engine, expire_on_commit=False, info={_CLOCK: self._clock}) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed when the block ends well and rolled back when it does not.

        Raises HomeUnusable when the database cannot be written, on a full disk above all: then nothing of the block is
        kept, and everything committed before it is.
        """
        with (
            self._told(),
            self.engine.connect().execution_options(**{_WRITES: True}) as connection,
            Session(connection, expire_on_commit=False, info={_CLOCK: self._clock}) as session,
            session.begin(),
        ):
            yield session

    def scrub(self) -> None:
        """Write the file anew, so that no byte of what was deleted is left in it or in its log.

        Takes as long as copying the file does; others may read meanwhile. Raises HomeUnusable.
        """
        with self._told():
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM").fetchall()
                for _again in range(_CHECKPOINTS):
                    is_busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    if not is_busy:
                        break
                    time.sleep(_BREATH_S)
            finally:
                connection.close()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as err:
            reason = _what_to_do(err.orig, self.path)
            if reason is None:
                raise
            raise HomeUnusable(reason) from err


def moment(session: Session) -> datetime:
    """What time it is in a session: the same to its end, so that all it reads is of one moment."""
    if _MOMENT not in session.info:
        session.info[_MOMENT] = session.info.get(_CLOCK, utc_now)()
    now: datetime = session.info[_MOMENT]
    return now


def _what_to_do(error: BaseException | None, path: Path) -> str | None:
    """The one line on a database that the disk or the operator has to mend; None for an error of ours."""
    # The first byte is the kind; what is above says which system call it was.
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return f"the disk is full, nothing was written; free some space for {path.parent} and do it again"
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return f"the disk does not take or give what the database needs; look after {path.parent} and do it again"
        case sqlite3.SQLITE_READONLY:
            return f"{path} may not be written; give this user the right to"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"{path} is damaged; restore a backup of it"
        case _:
            return None


def _to_json(value: Any) -> str:
    """As short as JSON gets: Russian as it is, in a third of the bytes of its escapes."""
    short = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        short.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can carry
        return json.dumps(value, separators=(",", ":"))
    return short


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        json_serializer=_to_json,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        connect_args={"check_same_thread": False, "timeout": 30.0},
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling is switched off so that `_begin` decides how a transaction starts.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def open_database(home: Path, *, clock: Clock = utc_now) -> Database:
    """Open a home's database, bringing its schema up to date; raises HomeUnusable with what to do."""
    from foundation.migrations.upgrade import upgrade_schema

    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = Database(home / "companion.db", clock=clock)
        upgrade_schema(database.engine)
    except OSError as err:
        raise HomeUnusable(f"the home folder {home} cannot be used: {err.strerror or err}") from err
    except DatabaseError as err:
        reason = _what_to_do(err.orig, home / "companion.db")
        raise HomeUnusable(reason or f"the database in {home} cannot be opened ({err.orig})") from err
    return database
