"""Keeps shelves at hand, and their caches equal to the truth.

A shelf is laid out again as soon as its product's version has moved on, so a lesson that was removed is gone from the
next answer, whichever process removed it.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock

from foundation.database import Database
from foundation.errors import IndexUnavailable, NotFound
from knowledge.encoder import Encoder
from knowledge.index import PassageIndex
from knowledge.products import Collection, list_products
from knowledge.shelf import Shelf, ShelfKey, load_shelf, shelf_version

_log = logging.getLogger(__name__)
_SHELVES_AT_HAND = 64


class Shelves:
    """Current shelves of one home, each with a filled index; safe to use from several threads."""

    def __init__(self, database: Database, encoder: Encoder, index: PassageIndex) -> None:
        self._database = database
        self.encoder = encoder
        self.index = index
        self._shelves: OrderedDict[ShelfKey, Shelf] = OrderedDict()
        self._laying_out = Lock()
        # Apart from the other lock, so that a question never waits for another product's shelf.
        self._order = Lock()

    def shelf(self, key: ShelfKey) -> Shelf:
        """The shelf as it is live now. Raises NotFound for an unknown product, IndexUnavailable without vectors."""
        with self._database.read() as session:
            version = shelf_version(session, key)
        if version is None:
            raise NotFound(f"there is no product {key.product[:70]!r} here")
        held = self._at_hand(key)
        if held is not None and held.version == version:
            return held
        with self._laying_out:
            held = self._at_hand(key)
            if held is None or held.version < version:
                held = self._lay_out(key)
            return held

    def refill(self, key: ShelfKey) -> Shelf:
        """Lay a shelf out and fill its index from nothing, without one encoder call."""
        with self._laying_out:
            self.index.drop(key.name(self.encoder.id))
            return self._lay_out(key)

    def all_keys(self) -> Iterator[ShelfKey]:
        """Every shelf a home could have."""
        with self._database.read() as session:
            products = list_products(session)
        for product in products:
            for collection in Collection:
                yield ShelfKey(product.slug, collection)

    def differences(self, key: ShelfKey) -> list[str]:
        """Where the index of a shelf differs from SQL, without mending it."""
        with self._database.read() as session:
            shelf = load_shelf(session, key, encoder=self.encoder)
        return self.index.differences(key.name(self.encoder.id), shelf.entries)

    def _lay_out(self, key: ShelfKey) -> Shelf:
        with self._database.read() as session:
            shelf = load_shelf(session, key, encoder=self.encoder)
        try:
            self.index.fill(key.name(self.encoder.id), shelf.entries)
        except IndexUnavailable as err:
            # Searching falls back to the exact vectors of the shelf itself; the next lay-out tries again.
            _log.error("index.unavailable shelf=%s reason=%s", key.name(self.encoder.id), err)
        with self._order:
            self._shelves[key] = shelf
            self._shelves.move_to_end(key)
            while len(self._shelves) > _SHELVES_AT_HAND:
                self._shelves.popitem(last=False)
        return shelf

    def _at_hand(self, key: ShelfKey) -> Shelf | None:
        with self._order:
            held = self._shelves.get(key)
            if held is not None:
                self._shelves.move_to_end(key)
            return held
