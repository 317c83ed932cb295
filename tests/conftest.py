"""What the tests share: real SQLite, a real index, the real encoder with its passage vectors kept between runs."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.samples import load_samples, needs_samples
from companion.wiring import House, default_encoder, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.products import Collection
from knowledge.readers import read_course
from tests.fakes import FixedClock
from tests.places import CACHE, lend_encoder


@pytest.fixture(scope="session")
def encoder() -> Iterator[CachedEncoder]:
    """The real encoder; a passage that an earlier run encoded is not encoded again."""
    cached = CachedEncoder(default_encoder(CACHE), CACHE / "test-vectors.db")
    yield cached
    cached.close()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still until it is moved."""
    return FixedClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty home, whatever the environment says."""
    return Settings(home=tmp_path / "home", chat_model=None, index="chroma", encode_workers=1)


@pytest.fixture
def house(settings: Settings, encoder: CachedEncoder, clock: FixedClock) -> Iterator[House]:
    """A house on an empty home."""
    with open_house(settings, clock=clock, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out measuring a shelf's scale, 0.2 CPU seconds an ingest, where nothing depends on it."""
    for place in ("knowledge.ingest.measure_coverage", "knowledge.put_live.measure_coverage"):
        monkeypatch.setattr(place, lambda *_args, **_more: 0)


TakeIn = Callable[..., IngestReport]


@pytest.fixture
def take_in(house: House, tmp_path: Path) -> TakeIn:
    """Take lessons in from their texts: `take_in({"01.md": "# Title"}, "product-slug")`."""
    made = 0

    def taking(
        files: dict[str, str], product: str = "course", *, cases: bool = False, replace: bool = False
    ) -> IngestReport:
        nonlocal made
        made += 1
        folder = tmp_path / f"lessons-{made}"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        collection = Collection.CASES if cases else Collection.LESSONS
        target = Target(ProductSlug(product), collection, replace=replace)
        course = read_course(folder)
        return ingest(course, target, database=house.database, encoder=house.encoder, clock=house.clock)

    return taking


@pytest.fixture(scope="session")
def _loaded_samples(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Path:
    """Loaded by the test process that needs them first; whoever runs beside it waits."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    home, loaded = shared / "samples", shared / "samples.loaded"
    with (shared / "samples.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not loaded.exists():
            _load_samples(home, encoder)
            loaded.touch()
    return home


def _load_samples(home: Path, encoder: CachedEncoder) -> None:
    with open_house(Settings(home=home, encode_workers=2), encoder=encoder) as opened:
        assert needs_samples(opened)
        load_samples(opened, lambda _name: lambda _done, _total: None)
        for key in opened.shelves.all_keys():
            opened.shelves.shelf(key)


@pytest.fixture(scope="session")
def sample_home(_loaded_samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample products loaded, for processes that run on it; no house of this process is open there."""
    home = tmp_path_factory.mktemp("service") / "home"
    shutil.copytree(_loaded_samples, home)
    return lend_encoder(home)


@pytest.fixture
def sample_house(_loaded_samples: Path, tmp_path: Path, encoder: CachedEncoder, clock: FixedClock) -> Iterator[House]:
    """A house with the sample products loaded, for one test to change as it likes."""
    home = tmp_path / "sample-home"
    shutil.copytree(_loaded_samples, home)
    with open_house(Settings(home=home, chat_model=None), clock=clock, encoder=encoder) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop running in this thread, where others start one."""
    items.sort(key=lambda item: "tests/browser/" in item.path.as_posix())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests recorded; what a test prints in a process beside this one is seen by nobody."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
