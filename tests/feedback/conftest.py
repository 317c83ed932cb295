"""A home with an empty course, for tests that write what was said straight into rows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.database import open_database
from tests.fakes import FixedClock
from tests.feedback.saying import Sayings


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nothing but its schema, made once: making it takes fifty times as long as copying it."""
    home = tmp_path_factory.mktemp("migrated")
    open_database(home).close()
    return home


@pytest.fixture
def sayings(migrated: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Sayings]:
    """A course nobody has said anything about."""
    shutil.copytree(migrated, tmp_path / "said")
    database = open_database(tmp_path / "said", clock=clock)
    yield Sayings(database, clock)
    database.close()
