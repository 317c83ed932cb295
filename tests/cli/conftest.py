"""Homes for commands: an empty one, and one with a small course."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.cli.main import main
from evals.cached_encoder import CachedEncoder
from tests.api.serving import LESSONS, PRODUCT
from tests.cli.processes import Done, companion, write_course
from tests.places import lend_encoder

Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The path of a home that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small course."""
    return write_course(tmp_path_factory.mktemp("cli") / "bread", LESSONS)


@pytest.fixture(scope="session")
def _baked(course: Path) -> Path:
    home = lend_encoder(course.parent / "home")
    companion(home, "ingest", str(course), "--product", PRODUCT, "--json").json()
    return home


@pytest.fixture
def baked(_baked: Path, home: Path) -> Path:
    """A home with the small course, for one test to change as it likes."""
    shutil.copytree(_baked, home, symlinks=True)
    return home


@contextmanager
def _own_log_levels() -> Iterator[None]:
    """Give every logger the level back that it had: a command sets them for the process it believes to be its own."""
    before = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
    yield
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))


@pytest.fixture
def run(
    home: Path,
    encoder: CachedEncoder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    """Run a command in this process and with the tests' encoder, for what does not depend on being a process."""
    monkeypatch.setattr("companion.wiring.default_encoder", lambda _home: encoder)
    for name in ("CHAT_MODEL", "CHAT_BASE_URL", "CHAT_API_KEY", "PORT", "INDEX", "LOG_LEVEL"):
        monkeypatch.delenv(f"COMPANION_{name}", raising=False)
    monkeypatch.setenv("COMPANION_HOME", str(home))

    def running(*words: str) -> Done:
        monkeypatch.setattr("sys.argv", ["companion", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    with _own_log_levels():
        yield running
