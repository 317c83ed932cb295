"""A small course for many tests of one file, and learners of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import PersonId, ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.readers import read_course
from learning.enrolments import enrol
from learning.people import new_learner
from tests.api.serving import LESSONS, PRODUCT
from tests.cli.processes import write_course

ELSEWHERE = "tea-house"
TEA = {"01-tea.md": "# Green tea\n\nGreen tea draws for two minutes at eighty degrees.\n"}


@contextmanager
def standing_bakery(folder: Path, encoder: CachedEncoder) -> Iterator[House]:
    """A house with the small course and another product, for tests that only add to it."""
    with open_house(Settings(home=folder / "home", chat_model=None), encoder=encoder) as house:
        for product, lessons, title in ((PRODUCT, LESSONS, "Bread"), (ELSEWHERE, TEA, "Tea")):
            course = read_course(write_course(folder / product, lessons))
            target = Target(ProductSlug(product), title=title)
            ingest(course, target, database=house.database, encoder=encoder, clock=house.clock)
        yield house


def a_learner(house: House, product: str) -> PersonId:
    """Somebody who learns in a product."""
    with house.database.write() as session:
        person = new_learner(session, now=house.clock()).person
        enrol(session, person, ProductSlug(product), now=house.clock())
    return person
