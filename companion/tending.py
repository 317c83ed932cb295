"""Tends the improvement loop: items that wait are placed and grouped, changes proposed, effects looked at.

Each step takes what the rows say is unfinished and leaves it finished, so that being stopped anywhere loses nothing and
tending twice is harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.verified import list_verified
from companion.wiring import House
from feedback.facet_vectors import remember_facets
from feedback.grouping import group_items
from feedback.kept_figures import keep_figures
from feedback.measure_effect import take_looks
from feedback.placing import count_waiting, place_items
from feedback.propose import propose
from feedback.reuse import KnownAnswer
from feedback.settling import settle_items
from foundation.ids import ProductSlug
from knowledge.products import list_products
from knowledge.vectors import Progress


@dataclass(frozen=True, slots=True)
class Tended:
    """What one round did to a product: items placed and grouped, ids of new proposals, effects looked at."""

    product: ProductSlug
    placed: int
    grouped: int
    proposals: tuple[str, ...]
    looks: int


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def tend(house: House, product: str, *, progress: Progress = _quiet) -> Tended:
    """One round for a product. Raises EncoderUnavailable and IndexUnavailable; what was done until then is kept."""
    slug, database, now = ProductSlug(product), house.database, house.clock()
    placed = place_items(database, house.shelves, slug, progress=progress)
    settle_items(database, house.shelves, slug, now=now)
    remember_facets(database, house.encoder)
    grouped = group_items(database, slug, encoder_id=house.encoder.id, now=now)
    keep_figures(database, slug, now=now)
    proposed = propose(database, house.shelves, slug, now=now, answers=known_answers)
    with database.write() as session:
        looks = take_looks(session, slug, now=now)
    return Tended(slug, placed, grouped.joined, tuple(proposed), len(looks))


def all_products(house: House) -> list[ProductSlug]:
    """Every product: an effect may be due for a look, and a proposal have slept its time, where nothing was said."""
    with house.database.read() as session:
        return [product.slug for product in list_products(session)]


def products_waiting(house: House) -> list[ProductSlug]:
    """The products with items that wait for their place."""
    return [slug for slug in all_products(house) if count_waiting(house.database, slug)]


def known_answers(session: Session, product: str) -> Sequence[KnownAnswer]:
    """Verified answers that may be given, as the loop is handed them."""
    return [
        KnownAnswer(each.phrasings[0], each.text, tuple(rest.passage for rest in each.rests_on))
        for each in list_verified(session, [product], retired=False)
        if each.phrasings
    ]
