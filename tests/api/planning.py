"""One bakery for all tests of plans: every test has a learner of its own, so none is in another's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.readers import read_course
from tests.api.serving import LESSONS, PRODUCT, serving
from tests.fakes import FixedClock


@dataclass(frozen=True)
class Planning:
    """A house, its clock, and a client of its application."""

    house: House
    clock: FixedClock
    client: httpx.Client

    def reader(self) -> httpx.Client:
        """A browser of its own, without scripts."""
        return httpx.Client(
            base_url=self.client.base_url, timeout=60, follow_redirects=True, headers={"Accept": "text/html"}
        )


@contextmanager
def planning(folder: Path, encoder: CachedEncoder) -> Iterator[Planning]:
    """The bakery's course and another one, served."""
    clock = FixedClock()
    with open_house(Settings(home=folder / "home"), clock=clock, encoder=encoder) as house:
        for product, lessons in ((PRODUCT, LESSONS), ("tea-house", {"01-tea.md": "# Green tea\n\nIt draws.\n"})):
            (folder / product).mkdir()
            for name, text in lessons.items():
                (folder / product / name).write_text(text, encoding="utf-8")
            course, target = read_course(folder / product), Target(ProductSlug(product))
            ingest(course, target, database=house.database, encoder=encoder, clock=clock)
        with serving(house) as client:
            yield Planning(house, clock, client)
