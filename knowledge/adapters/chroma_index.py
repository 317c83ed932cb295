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
from knowledge.encoder import Vector
from knowledge.index import Entries, Near

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

_log = logging.getLogger(__name__)
_ROWS_A_CALL = 2_000
_PROBES = 8
_SAME_COSINE = 0.9999
# 0.86 recall on 3,000 random vectors with the defaults, 0.99 at 100,000 with ef_search 100 (measured 2026-11).
_HNSW: "CreateHNSWConfiguration" = {"space": "cosine", "ef_search": 200, "ef_construction": 200, "max_neighbors": 32}


class ChromaIndex:
    """Nearest neighbours kept in a folder; a folder that cannot be opened is thrown away and filled again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}

    def fill(self, shelf: str, entries: Entries) -> None:
        with self._lock:
            try:
                self._fill(shelf, entries)
            except IndexUnavailable as err:
                _log.warning("index.rebuilt shelf=%s reason=%s", shelf, err)
                self._forget_folder()
                self._fill(shelf, entries)

    def _fill(self, shelf: str, entries: Entries) -> None:
        with _translated():
            collection = self._collection(shelf)
            held = set(collection.get(include=[])["ids"])
            wanted = {entry: row for row, entry in enumerate(entries.ids)}
            _delete(collection, sorted(held - wanted.keys()))
            _add(collection, entries, [row for entry, row in wanted.items() if entry not in held])
            if _probes_fail(collection, entries):
                self.drop(shelf)
                _add(self._collection(shelf), entries, list(wanted.values()))

    def nearest(self, shelf: str, vector: Vector, *, count: int) -> list[Near]:
        with _translated():
            collection = self._collection(shelf)
            found = collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
            distances = (found["distances"] or [[]])[0]
            return [Near(entry, 1.0 - float(far)) for entry, far in zip(found["ids"][0], distances, strict=True)]

    def differences(self, shelf: str, entries: Entries) -> list[str]:
        with self._lock, _translated():
            collection = self._collection(shelf)
            held: dict[str, Any] = {}
            for start in range(0, collection.count(), _ROWS_A_CALL):
                page = collection.get(include=["embeddings"], limit=_ROWS_A_CALL, offset=start)
                held.update(zip(page["ids"], page["embeddings"] if page["embeddings"] is not None else [], strict=True))
            found = [
                _difference(entry, vector, held) for entry, vector in zip(entries.ids, entries.vectors, strict=True)
            ]
            left_over = [f"left over {entry}" for entry in sorted(held.keys() - set(entries.ids))]
            return [line for line in found if line] + left_over

    def drop(self, shelf: str) -> None:
        from chromadb.errors import NotFoundError

        with self._lock, _translated():
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
            return self._collections[shelf]

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
        # Chroma keeps an opened folder alive for the whole process under its path; without this the next client
        # would be given the broken one.
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(self._folder, ignore_errors=True)


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
    return any(not near or 1.0 - near[0] < _SAME_COSINE for near in distances)


def _difference(entry: str, vector: Vector, held: dict[str, Any]) -> str | None:
    if entry not in held:
        return f"missing {entry}"
    return None if float(np.dot(vector, held[entry])) > _SAME_COSINE else f"stale {entry}"


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
