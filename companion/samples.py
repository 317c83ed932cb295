"""The sample products: loaded into an empty home, so that a first visitor has something to talk to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from companion.case_files import take_in_cases
from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.ingest import Target, ingest
from knowledge.products import Collection, list_products
from knowledge.readers import read_course
from knowledge.recordings import keep_recordings
from knowledge.vectors import Progress

FOLDER = Path(__file__).resolve().parents[1] / "samples"
_MARKER = "samples-loading"


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder of samples and where it goes."""

    folder: str
    product: ProductSlug
    collection: Collection = Collection.LESSONS


SAMPLES = (
    Sample("ab-tests-ru", ProductSlug("ab-tests-ru")),
    Sample("cases-ru", ProductSlug("ab-tests-ru"), Collection.CASES),
    Sample("ab-tests-en", ProductSlug("ab-tests-en")),
    Sample("cases-en", ProductSlug("ab-tests-en"), Collection.CASES),
    Sample("author-ru", ProductSlug("author-ru")),
    Sample("author-en", ProductSlug("author-en")),
    Sample("platform-ru", ProductSlug("platform-ru")),
    Sample("platform-en", ProductSlug("platform-en")),
    Sample("team-ru", ProductSlug("team-ru")),
    Sample("team-en", ProductSlug("team-en")),
    Sample("community-ru", ProductSlug("community-ru")),
    Sample("community-en", ProductSlug("community-en")),
)


def needs_samples(house: House) -> bool:
    """Whether the home is empty, or its samples were being loaded when the process was stopped."""
    with house.database.read() as session:
        empty = not list_products(session)
    return FOLDER.is_dir() and (empty or (house.settings.home / _MARKER).exists())


def holds_only_samples(house: House) -> bool:
    """Whether the home has products, and each is one of the samples."""
    with house.database.read() as session:
        slugs = {product.slug for product in list_products(session)}
    return bool(slugs) and slugs <= {sample.product for sample in SAMPLES}


def load_samples(house: House, progress_for: Callable[[str], Progress]) -> None:
    """Take every sample in; stopped half way, the next start goes on. `progress_for` gives a bar for a folder."""
    marker = house.settings.home / _MARKER
    marker.touch()
    for sample in SAMPLES:
        if sample.collection is Collection.CASES:
            target = Target(sample.product, sample.collection)
            take_in_cases(house, FOLDER / sample.folder, target, progress=progress_for(sample.folder))
            continue
        folder = FOLDER / sample.folder
        course, recordings = keep_recordings(read_course(folder), folder, house.settings.home)
        ingest(
            course,
            Target(sample.product),
            database=house.database,
            encoder=house.encoder,
            clock=house.clock,
            workers=house.settings.encode_workers,
            progress=progress_for(sample.folder),
            shelf_of=house.shelves.shelf,
            recordings=recordings,
        )
    marker.unlink()
