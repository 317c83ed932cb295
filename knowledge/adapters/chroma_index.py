"""Chroma, embedded, one collection a shelf.

One process a folder: the wiring opens this only while it holds the home's lock. Telemetry is off, the space is cosine
(the default is L2), and no embedding function is passed, because Chroma's own downloads at run time.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np

from foundation.errors import IndexUnavailable
from knowledge.adapters.ledger import Held, Ledger, held_of
from knowledge.encoder import Vector
from knowledge.index import SAME_COSINE, Entries, Near, difference

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

_log = logging.getLogger(__name__)
_ROWS_A_CALL = 2_000
_PROBES = 8
# 0.86 recall on 3,000 random vectors with the defaults, 0.99 at 100,000 with ef_search 100 (measured 2026-11).
_HNSW: "CreateHNSWConfiguration" = {"space": "cosine", "ef_search": 200, "ef_construction": 200, "max_neighbors": 32}


class ChromaIndex:
    """Nearest neighbours kept in a folder; a folder that cannot be opened is thrown away and filled again.

    Some damaged files end the whole process (a header cut in half, seen 2026-11). A file beside the folder says that
    it is being read or written; when it is still there at the next start, the folder is not trusted again. Another
    list, the ledger, says what the folder holds: what it says is believed as long as the folder's files are as it left
    them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._busy = folder.with_name(f"{folder.name}.busy")
        self._ledger = Ledger(folder)
        self._lock = RLock()
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}

    def fill(self, shelf: str, entries: Entries) -> None:
        with self._lock, _translated(), self._watched():
            held = self._ledger.recall(shelf)
            if held is not None and held.digest and held.digest == entries.digest:
                return
            try:
                self._fill(shelf, entries, held)
            except IndexUnavailable as err:
                _log.warning("index.rebuilt shelf=%s reason=%s", shelf, err)
                self._forget_folder()
                self._fill(shelf, entries, None)

    def _fill(self, shelf: str, entries: Entries, held: Held | None) -> None:
        wanted = held_of(entries)
        with _translated():
            self._ledger.doubt()
            collection = self._collection(shelf)
            if held is not None and collection.count() == len(held.marks):
                left_over = held.marks.keys() - wanted.marks.keys()
                changed = [row for row, entry in enumerate(entries.ids) if held.marks.get(entry) != wanted.marks[entry]]
            else:
                there = _held(collection)
                left_over = there.keys() - wanted.marks.keys()
                changed = [row for row, line in enumerate(_differences(entries, there)) if line]
            _delete(collection, sorted(left_over))
            _add(collection, entries, changed)
            if _probes_fail(collection, entries):
                self._drop(shelf)
                _add(self._collection(shelf), entries, list(range(len(entries.ids))))
        self._ledger.settle(shelf, wanted)

    def nearest(self, shelf: str, vector: Vector, *, count: int) -> list[Near]:
        with _translated():
            collection = self._collection(shelf)
            found = collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
            distances = (found["distances"] or [[]])[0]
            return [Near(entry, 1.0 - float(far)) for entry, far in zip(found["ids"][0], distances, strict=True)]

    def differences(self, shelf: str, entries: Entries) -> list[str]:
        with self._lock, _translated(), self._watched():
            held = _held(self._collection(shelf))
            left_over = [f"left over {entry}" for entry in sorted(held.keys() - set(entries.ids))]
            return [line for line in _differences(entries, held) if line] + left_over

    def drop(self, shelf: str) -> None:
        with self._lock:
            try:
                with self._watched():
                    self._ledger.recall(shelf)
                    self._ledger.doubt()
                    self._drop(shelf)
                    self._ledger.settle(shelf)
            except IndexUnavailable as err:
                # What cannot be opened holds nothing worth keeping, and would stand in the way of filling it again.
                _log.warning("index.dropped shelf=%s reason=%s", shelf, err)
                self._forget_folder()

    def purge(self) -> None:
        # Deleting is not enough: Chroma leaves the folders of large collections behind, and what it writes of one may
        # carry memory that held another (seen 2026-11).
        with self._lock, _translated(), self._watched():
            self._forget_folder()

    def _drop(self, shelf: str) -> None:
        from chromadb.errors import NotFoundError

        with _translated():
            self._collections.pop(shelf, None)
            try:
                self._open().delete_collection(shelf)
            except NotFoundError:
                return

    def _collection(self, shelf: str) -> "Collection":
        with self._lock:
            if shelf not in self._collections:
                self._collections[shelf] = self._open().get_or_create_collection(
                    shelf, embedding_function=None, configuration={"hnsw": _HNSW}
                )
                self._ledger.opened()
            return self._collections[shelf]

    @contextmanager
    def _watched(self) -> Iterator[None]:
        if self._client is None and self._busy.exists():
            _log.warning("index.rebuilt reason=a process ended while it used the index")
            self._forget_folder()
        self._busy.touch()
        try:
            yield
        finally:
            self._busy.unlink(missing_ok=True)

    def _open(self) -> "ClientAPI":
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            self._client = chromadb.PersistentClient(path=self._folder, settings=Settings(anonymized_telemetry=False))
        return self._client

    def _forget_folder(self) -> None:
        from chromadb.api.shared_system_client import SharedSystemClient

        self._client = None
        self._collections.clear()
        self._ledger.clear()
        # Chroma keeps an opened folder alive for the whole process under its path; without this the next client
        # would be given the broken one.
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(self._folder, ignore_errors=True)


def _held(collection: "Collection") -> dict[str, Any]:
    held: dict[str, Any] = {}
    for start in range(0, collection.count(), _ROWS_A_CALL):
        page = collection.get(include=["embeddings"], limit=_ROWS_A_CALL, offset=start)
        held.update(zip(page["ids"], page["embeddings"] if page["embeddings"] is not None else [], strict=True))
    return held


def _differences(entries: Entries, held: dict[str, Any]) -> list[str | None]:
    return [difference(entry, vector, held) for entry, vector in zip(entries.ids, entries.vectors, strict=True)]


def _delete(collection: "Collection", ids: list[str]) -> None:
    for start in range(0, len(ids), _ROWS_A_CALL):
        collection.delete(ids=ids[start : start + _ROWS_A_CALL])


def _add(collection: "Collection", entries: Entries, rows: list[int]) -> None:
    for start in range(0, len(rows), _ROWS_A_CALL):
        chunk = rows[start : start + _ROWS_A_CALL]
        collection.upsert(ids=[entries.ids[row] for row in chunk], embeddings=entries.vectors[chunk])


def _probes_fail(collection: "Collection", entries: Entries) -> bool:
    """Ask for a few stored vectors: ids that are listed may still be unreachable after a full disk."""
    if not entries.ids:
        return False
    rows = np.linspace(0, len(entries.ids) - 1, min(_PROBES, len(entries.ids))).astype(int)
    found = collection.query(query_embeddings=entries.vectors[rows], n_results=1, include=["distances"])
    distances = found["distances"] or []
    return any(not near or 1.0 - near[0] < SAME_COSINE for near in distances)


@contextmanager
def _translated() -> Iterator[None]:
    """Chroma raises its own errors, SQLite's, and Rust panics, which are no `Exception`s; the room knows one error."""
    try:
        yield
    except (IndexUnavailable, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as err:
        kind = type(err).__name__
        raise IndexUnavailable(
            f"the passage index does not answer ({kind}); `companion index rebuild` fills it again"
        ) from err
