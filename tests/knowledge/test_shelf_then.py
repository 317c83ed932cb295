"""The part of a shelf that is put together again for an old turn is, number for number, the shelf's own."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from companion.wiring import House, open_house
from foundation.database import open_database
from foundation.errors import IndexUnavailable
from foundation.ids import PassageId, ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.lexical import terms
from knowledge.products import Collection
from knowledge.readers import read_course
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelf_then import ShelfFacts, ShelfThen, facts_of, load_places, load_shelf_then
from tests.knowledge.looking import WordEncoder

ASKED = terms("How many visitors does an A/B test need, and what is a p-value?")
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture
def made_house(tmp_path: Path) -> Iterator[House]:
    """A house whose encoder did not come with the product, with a course of two languages."""
    folder = tmp_path / "course"
    folder.mkdir()
    for lang in ("ru", "en"):
        lesson = (SAMPLES / f"ab-tests-{lang}" / "02-metrics.md").read_text(encoding="utf-8")
        (folder / f"{lang}.md").write_text(lesson, encoding="utf-8")
    with open_house(Settings(home=tmp_path / "home"), encoder=WordEncoder()) as opened:
        target = Target(ProductSlug("both"))
        ingest(read_course(folder), target, database=opened.database, encoder=opened.encoder, clock=opened.clock)
        yield opened


def both(house: House, product: str) -> tuple[Shelf, ShelfThen]:
    shelf = house.shelves.shelf(ShelfKey(ProductSlug(product), Collection.LESSONS))
    orders = {PassageId(place.passage): place.order for place in shelf.places}
    with house.database.read() as session:
        places = load_places(session, orders)
        assert [places[place.passage] for place in shelf.places] == list(shelf.places)
        facts, encoder = facts_of(shelf, ASKED), house.encoder
        then = load_shelf_then(session, facts, list(places.values()), encoder_id=encoder.id, dim=encoder.dim)
    return shelf, then


def assert_same(shelf: Shelf, then: ShelfThen) -> None:
    assert (then.version, len(then.places), then.window_count) == (
        shelf.version,
        len(shelf.places),
        len(shelf.entries.ids),
    )
    for name in ("first", "spans", "codes", "scales"):
        assert np.array_equal(getattr(then.sentences, name), getattr(shelf.sentences, name))
    for term in [*ASKED, "nowhere"]:
        assert then.lexical.weight(term) == shelf.lexical.weight(term)
    assert then.lexical.coverage(ASKED, ASKED[:3]) == shelf.lexical.coverage(ASKED, ASKED[:3])
    assert then.lexical.known_share(ASKED) == shelf.lexical.known_share(ASKED)


@pytest.mark.parametrize("product", ["ab-tests-ru", "ab-tests-en", "author-en"])
def test_a_shelf_then_is_the_shelf(sample_house: House, product: str) -> None:
    assert_same(*both(sample_house, product))


def codes_then(home: Path, facts: ShelfFacts, orders: dict[PassageId, int]) -> bytes:
    """The sentences as a process puts them together that has answered nothing yet."""
    database = open_database(home)
    with database.read() as session:
        places = list(load_places(session, orders).values())
        then = load_shelf_then(session, facts, places, encoder_id=WordEncoder.id, dim=WordEncoder.dim)
    database.close()
    return then.sentences.codes.tobytes()


def test_an_encoder_of_somebody_elses_is_centred_by_its_own_background(made_house: House) -> None:
    shelf = made_house.shelves.shelf(ShelfKey(ProductSlug("both"), Collection.LESSONS))
    assert shelf.langs == {"ru", "en"}
    orders = {PassageId(place.passage): place.order for place in shelf.places}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        asked = fresh.submit(codes_then, made_house.settings.home, facts_of(shelf, ASKED), orders)
        assert asked.result() == shelf.sentences.codes.tobytes()


def test_vectors_of_an_encoder_that_are_gone_are_no_empty_answer(sample_house: House) -> None:
    shelf, _ = both(sample_house, "ab-tests-en")
    with sample_house.database.read() as session, pytest.raises(IndexUnavailable, match="no-such-encoder"):
        load_shelf_then(session, facts_of(shelf, ASKED), [shelf.places[0]], encoder_id="no-such-encoder", dim=384)
