"""Tends the improvement loop: items that wait are placed and grouped, changes proposed, effects looked at.

Each step takes what the rows say is unfinished and leaves it finished, so that being stopped anywhere loses nothing and
tending twice is harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.grouping import group_items
from feedback.measure_effect import take_looks
from feedback.placing import count_waiting, place_items
from feedback.propose import propose
from feedback.reuse import KnownAnswer
from sqlalchemy.orm import Session

from assistant.verified import list_verified
from companion.wiring import House
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
    grouped = group_items(database, slug, encoder_id=house.encoder.id, now=now)
    proposed = propose(database, house.shelves, slug, now=now, answers=known_answers)
    with database.write() as session:
        looks = take_looks(session, slug, now=now)
    return Tended(slug, placed, grouped.joined, tuple(proposed), len(looks))


def products_to_tend(house: House) -> list[ProductSlug]:
    """The products with items that wait for their place or theme."""
    with house.database.read() as session:
        slugs = [product.slug for product in list_products(session)]
    return [slug for slug in slugs if count_waiting(house.database, slug)]


def known_answers(session: Session, product: str) -> Sequence[KnownAnswer]:
    """Verified answers that may be given, as the loop is handed them."""
    return [
        KnownAnswer(each.phrasings[0], each.text, tuple(rest.passage for rest in each.rests_on))
        for each in list_verified(session, [product], retired=False)
        if each.phrasings
    ]
