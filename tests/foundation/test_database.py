"""The SQL database of a home: its types, its transactions and its schema."""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

import assistant.tables
import feedback.tables
import learning.tables
import prompts.tables
from foundation.database import Base, Database, open_database
from foundation.errors import HomeUnusable
from foundation.ids import ProductSlug
from foundation.migrations import upgrade
from knowledge.products import ProductKind, register_product
from knowledge.tables import LessonRow, ProductRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOMS = (assistant.tables, feedback.tables, learning.tables, prompts.tables)
VERSIONS = Path(upgrade.__file__).parent / "versions"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "home")
    yield opened
    opened.close()


def _add_product(session: Session, created: datetime = NOW) -> None:
    register_product(session, ProductSlug("course"), title="", kind=ProductKind.COURSE, lang="en", now=created)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 2, 9, 0)
    with pytest.raises(StatementError, match="time zone"), database.write() as session:
        _add_product(session, naive)


def test_a_time_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    moscow = NOW.astimezone(timezone(timedelta(hours=3)))
    with database.write() as session:
        _add_product(session, moscow)
    with database.read() as session:
        found = session.scalars(select(ProductRow.created)).one()
    assert found == NOW
    assert found.tzinfo is UTC


def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    lesson = LessonRow(id="l-1", product="nobody", collection="lessons", external_id="1", slug="one", position=0)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(lesson)


def test_a_block_that_fails_leaves_nothing_behind(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            _add_product(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.read() as session:
        assert session.scalars(select(ProductRow)).all() == []


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    with database.read() as reader:
        before = reader.scalars(select(ProductRow.slug)).all()
        with database.write() as writer:
            _add_product(writer)
        assert reader.scalars(select(ProductRow.slug)).all() == before == []


def test_six_writers_that_read_before_they_write_lose_nothing(database: Database) -> None:
    with database.write() as session:
        _add_product(session)
    failures: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(15):
                with database.write() as session:
                    product = session.get_one(ProductRow, "course")
                    product.version += 1
        except BaseException as err:
            failures.append(err)

    writers = [threading.Thread(target=count_up) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.read() as session:
        assert (failures, session.get_one(ProductRow, "course").version) == ([], 90)


def test_the_migrations_build_what_the_rooms_declare(database: Database) -> None:
    assert {"turn", "gap", "event"} <= Base.metadata.tables.keys(), ROOMS
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_known_head_is_the_newest_migration_file(database: Database) -> None:
    newest = max(path.name.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
    with database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == newest == upgrade.HEAD


def test_a_home_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    with opened.write() as session:
        _add_product(session)
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    before = hashlib.sha256((tmp_path / "companion.db").read_bytes()).hexdigest()
    with pytest.raises(HomeUnusable, match="newer version"):
        open_database(tmp_path)
    assert hashlib.sha256((tmp_path / "companion.db").read_bytes()).hexdigest() == before


def test_a_migration_that_fails_half_way_leaves_no_half_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kw: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_index", refuse)
        with pytest.raises(HomeUnusable, match="no space left"):
            open_database(tmp_path)
    opened = open_database(tmp_path)
    with opened.read() as session:
        assert session.scalars(select(ProductRow)).all() == []
    opened.close()


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "companion.db").write_bytes(b"something else" * 1000)
    with pytest.raises(HomeUnusable, match="restore a backup"):
        open_database(tmp_path)


def _fill_up(database: Database) -> None:
    """Let the database grow no further, as on a full disk."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes the smallest that is possible: the present size

    event.listen(database.engine, "connect", limit)
    database.engine.dispose()


def test_a_full_disk_is_told_as_one_and_keeps_what_was_committed(database: Database) -> None:
    with database.write() as session:
        _add_product(session)
    _fill_up(database)
    with pytest.raises(HomeUnusable, match=r"disk is full.*free some space") as told, database.write() as session:
        session.get_one(ProductRow, "course").description = "what an author wrote " * 1_000
    assert "what an author wrote" not in str(told.value)
    with database.read() as session:
        assert session.get_one(ProductRow, "course").description == ""


def test_a_damaged_page_is_told_with_what_to_do(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    with opened.write() as session:
        _add_product(session)
    opened.close()
    content = bytearray((tmp_path / "companion.db").read_bytes())
    content[4_096:] = b"\xff" * (len(content) - 4_096)
    (tmp_path / "companion.db").write_bytes(content)
    damaged = Database(tmp_path / "companion.db")
    with pytest.raises(HomeUnusable, match="restore a backup"), damaged.read() as session:
        session.scalars(select(ProductRow)).all()
    damaged.close()


def test_a_database_that_may_not_be_written_is_named(database: Database) -> None:
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    database.engine.dispose()
    with pytest.raises(HomeUnusable, match="may not be written"), database.write() as session:
        _add_product(session)


def test_an_error_of_ours_is_not_blamed_on_the_disk(database: Database) -> None:
    with pytest.raises(OperationalError, match="no such table"), database.read() as session:
        session.execute(text("SELECT 1 FROM nowhere"))


@pytest.mark.parametrize("words", ["Что такое метрика?", "half a pair: \ud83d", 'quotes " and \\ and \n', "🎉"])
def test_json_comes_back_as_it_was_and_russian_is_kept_short(database: Database, words: str) -> None:
    with database.write() as session:
        _add_product(session)
        session.get_one(ProductRow, "course").suggestions = [words]
    with database.read() as session:
        assert session.get_one(ProductRow, "course").suggestions == [words]
        size = session.scalar(text("SELECT length(CAST(suggestions AS BLOB)) FROM product"))
    if words.isprintable():
        assert size == len(words.encode()) + len('[""]') + words.count('"') + words.count("\\")


def test_a_home_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeUnusable, match=r"file.home cannot be used"):
        open_database(tmp_path / "file" / "home")
