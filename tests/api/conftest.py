"""A house with a small course, and its application on a socket."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.readers import read_course
from tests.api.serving import LESSONS, PRODUCT, serving


@pytest.fixture
def bakery(house: House, take_in: Callable[..., object]) -> House:
    """A house with one small product and another one with a single lesson."""
    take_in(LESSONS, PRODUCT)
    take_in({"01-tea.md": "# Green tea\n\nGreen tea draws for two minutes at eighty degrees.\n"}, "tea-house")
    return house


@pytest.fixture
def client(bakery: House) -> Iterator[httpx.Client]:
    """A client of the bakery's application."""
    with serving(bakery) as opened:
        yield opened


@pytest.fixture(scope="session")
def standing_client(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[httpx.Client]:
    """A client of one service for all tests that only look, or are refused."""
    folder = tmp_path_factory.mktemp("standing")
    for name, text in LESSONS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with open_house(Settings(home=folder / "home"), encoder=encoder) as opened:
        target = Target(ProductSlug(PRODUCT), title="Bread")
        ingest(read_course(folder), target, database=opened.database, encoder=encoder, clock=opened.clock)
        with serving(opened) as client:
            yield client
