"""A house whose course is taken in once for many tests; what the loop keeps is emptied between them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.tables import ItemRow, ProposalEventRow, ProposalRow, ThemeRow
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.products import Collection
from knowledge.readers import read_course
from tests.fakes import FixedClock


@contextmanager
def kept_house(folder: Path, encoder: CachedEncoder, courses: Mapping[str, Mapping[str, str]]) -> Iterator[House]:
    """A house with these courses, files by name."""
    clock = FixedClock()
    settings = Settings(home=folder / "home", chat_model=None, index="exact", encode_workers=1)
    with open_house(settings, clock=clock, encoder=encoder) as house:
        for product, files in courses.items():
            take_in(house, folder / product, files)
        yield house


def take_in(house: House, folder: Path, files: Mapping[str, str]) -> None:
    """Take these files, and no others, in as the course that the folder is called."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for file in folder.iterdir():
        if file.name not in files:
            file.unlink()
    target = Target(ProductSlug(folder.name), Collection.LESSONS, replace=True)
    ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)


def emptied(house: House) -> House:
    """The same house as it was before anybody said anything."""
    with house.database.write() as session:
        for rows in (ProposalEventRow, ProposalRow, ItemRow, ThemeRow):
            session.execute(delete(rows))
    return house
