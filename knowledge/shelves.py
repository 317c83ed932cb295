"""Keeps shelves at hand, and their caches equal to the truth.

A shelf is laid out again as soon as its product's version has moved on, so a lesson that was removed is gone from the
next answer, whichever process removed it. Where it is kept in a file, it is opened from there; where an earlier one is
at hand or in a file, only passages that are new are read. What opens at a moment is there from then on: a shelf knows
the next such moment, and is laid out again when the clock has passed it.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from foundation.database import Database, moment
from foundation.errors import IndexUnavailable, NotFound
from knowledge.calibration import recall_background
from knowledge.encoder import Encoder
from knowledge.index import PassageIndex
from knowledge.products import Collection, list_products
from knowledge.shelf import Shelf, ShelfKey, ShelfState, has_tokens, shelf_state, shelf_version
from knowledge.shelf_files import ShelfFiles, differing_parts
from knowledge.shelf_layout import load_shelf
from knowledge.tokens import axes_for

_log = logging.getLogger(__name__)
_SHELVES_AT_HAND = 64


@dataclass(frozen=True, slots=True)
class _Held:
    """A shelf at hand, and of which time it is."""

    shelf: Shelf
    state: ShelfState

    def is_current(self, version: int, now: datetime) -> bool:
        since, until = self.state.since, self.state.until
        # A clock may be set back, too.
        is_of_now = (since is None or since <= now) and (until is None or now < until)
        return self.shelf.version >= version and is_of_now


class Shelves:
    """Current shelves of one home, each with a filled index; safe to use from several threads.

    Without `files` they are kept in memory only.
    """

    def __init__(
        self, database: Database, encoder: Encoder, index: PassageIndex, files: ShelfFiles | None = None
    ) -> None:
        self._database = database
        self._files = files
        self.encoder = encoder
        self.index = index
        self._shelves: OrderedDict[ShelfKey, _Held] = OrderedDict()
        self._laying_out = Lock()
        # Apart from the other lock, so that a question never waits for another product's shelf.
        self._order = Lock()

    def shelf(self, key: ShelfKey) -> Shelf:
        """The shelf as it is live now. Raises NotFound for an unknown product, IndexUnavailable without vectors."""
        with self._database.read() as session:
            version, now = shelf_version(session, key), moment(session)
        if version is None:
            raise NotFound(f"there is no product {key.product[:70]!r} here")
        return self._current(key, version, now) or self._current_or_laid_out(key, version, now)

    def purge(self, key: ShelfKey) -> None:
        """Lay a shelf out anew and leave nothing of how it was, by whatever encoder, in memory or in a file."""
        with self._laying_out:
            if self._files is not None:
                self._files.forget_all(key)
            with self._order:
                self._shelves.pop(key, None)
            self._lay_out(key)

    def purge_index(self) -> None:
        """Throw the whole index away, whatever it holds, and fill it again. Raises IndexUnavailable."""
        with self._laying_out:
            self.index.purge()
        for key in self.all_keys():
            self.refill(key)

    def refill(self, key: ShelfKey) -> Shelf:
        """Lay a shelf out and fill its index from nothing, without one encoder call."""
        with self._laying_out:
            self.index.drop(key.name(self.encoder.id))
            if self._files is not None:
                self._files.forget(key, encoder_id=self.encoder.id)
            with self._order:
                self._shelves.pop(key, None)
            return self._lay_out(key)

    def forget(self, key: ShelfKey, *, encoder_id: str) -> None:
        """Drop what is kept of a shelf as another encoder had it."""
        with self._laying_out:
            self.index.drop(key.name(encoder_id))
            if self._files is not None:
                self._files.forget(key, encoder_id=encoder_id)

    def all_keys(self) -> Iterator[ShelfKey]:
        """Every shelf a home could have."""
        with self._database.read() as session:
            products = list_products(session)
        for product in products:
            for collection in Collection:
                yield ShelfKey(product.slug, collection)

    def differences(self, key: ShelfKey) -> list[str]:
        """Where the index and the file of a shelf differ from SQL, without mending them."""
        with self._database.read() as session:
            recall_background(session, self.encoder.id)
            shelf = load_shelf(session, key, encoder=self.encoder)
        found = self.index.differences(key.name(self.encoder.id), shelf.entries) if _is_indexed(key) else []
        kept = self._open(key, shelf.digest, shelf.version)
        return found if kept is None else found + differing_parts(kept, shelf)

    def _current_or_laid_out(self, key: ShelfKey, version: int, now: datetime) -> Shelf:
        with self._laying_out:
            return self._current(key, version, now) or self._lay_out(key)

    def _current(self, key: ShelfKey, version: int, now: datetime) -> Shelf | None:
        held = self._at_hand(key)
        if held is None or not held.is_current(version, now) or self._tokens_came(held.shelf):
            return None
        return held.shelf

    def _tokens_came(self, held: Shelf) -> bool:
        """Whether tokens were filled in since a shelf was laid out without them: the version does not tell."""
        if held.tokens is not None or axes_for(self.encoder) is None:
            return False
        with self._database.read() as session:
            return has_tokens(session, held.key, self.encoder)

    def _open(self, key: ShelfKey, digest: str, version: int) -> Shelf | None:
        if self._files is None:
            return None
        return self._files.open(key, digest, version=version, encoder_id=self.encoder.id)

    def _lay_out(self, key: ShelfKey) -> Shelf:
        with self._database.read() as session:
            recall_background(session, self.encoder.id)
            state = shelf_state(session, key, encoder=self.encoder)
            shelf = self._open(key, state.digest, state.version)
            if shelf is None:
                shelf = self._kept(load_shelf(session, key, encoder=self.encoder, known=self._earlier(key)))
        try:
            if _is_indexed(key):
                self.index.fill(key.name(self.encoder.id), shelf.entries)
        except IndexUnavailable as err:
            # Searching falls back to the exact vectors of the shelf itself; the next lay-out tries again.
            _log.error("index.unavailable shelf=%s reason=%s", key.name(self.encoder.id), err)
        with self._order:
            self._shelves[key] = _Held(shelf, state)
            self._shelves.move_to_end(key)
            while len(self._shelves) > _SHELVES_AT_HAND:
                self._shelves.popitem(last=False)
        return shelf

    def _earlier(self, key: ShelfKey) -> Shelf | None:
        held = self._at_hand(key)
        if held is not None or self._files is None:
            return None if held is None else held.shelf
        return self._files.open_earlier(key, encoder_id=self.encoder.id)

    def _kept(self, shelf: Shelf) -> Shelf:
        return shelf if self._files is None else self._files.keep(shelf, encoder_id=self.encoder.id)

    def _at_hand(self, key: ShelfKey) -> _Held | None:
        with self._order:
            held = self._shelves.get(key)
            if held is not None:
                self._shelves.move_to_end(key)
            return held


def _is_indexed(key: ShelfKey) -> bool:
    """Cases are few and searched exactly; what may be withdrawn is not given to an index that cannot forget bytes."""
    return key.collection is not Collection.CASES
