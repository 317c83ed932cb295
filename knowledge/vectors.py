"""Vectors kept by the hash of the text they stand for: nothing is ever encoded twice.

They are committed while an ingest runs, so that one that was killed goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from foundation.database import Database
from knowledge.encoder import Encoder, Vector
from knowledge.tables import VectorRow

_HASHES_A_QUERY = 500
_TEXTS_A_COMMIT = 32

Progress = Callable[[int, int], None]


def missing_hashes(session: Session, hashes: Sequence[str], *, encoder_id: str) -> set[str]:
    """Those of `hashes` for which this encoder has no vector yet."""
    wanted = set(hashes)
    for chunk in _chunks(sorted(wanted), _HASHES_A_QUERY):
        known = select(VectorRow.input_hash).where(VectorRow.encoder == encoder_id, VectorRow.input_hash.in_(chunk))
        wanted.difference_update(session.scalars(known))
    return wanted


def encode_missing(
    database: Database, encoder: Encoder, texts: Mapping[str, str], *, workers: int, progress: Progress
) -> frozenset[str]:
    """Encode those of `texts` (hash → text) that have no vector, and return the hashes of those that had none.

    Committed every few texts: stopped anywhere, what was encoded stays. `progress` is told (done, total).
    """
    with database.read() as session:
        todo = sorted(missing_hashes(session, list(texts), encoder_id=encoder.id))
    progress(0, len(todo))
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="encode")
    try:
        done = 0
        for chunk in _chunks(todo, _TEXTS_A_COMMIT):
            vectors = list(pool.map(lambda key: encoder.encode_passage(texts[key]), chunk))
            with database.write() as session:
                store_vectors(session, dict(zip(chunk, vectors, strict=True)), encoder_id=encoder.id)
            done += len(chunk)
            progress(done, len(todo))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return frozenset(todo)


def store_vectors(session: Session, vectors: Mapping[str, Vector], *, encoder_id: str) -> None:
    """Keep vectors under their text's hash; one that is there already stays."""
    rows = [
        {"encoder": encoder_id, "input_hash": key, "values": vector.astype("<f4").tobytes()}
        for key, vector in vectors.items()
    ]
    if rows:
        session.execute(insert(VectorRow).on_conflict_do_nothing(), rows)


def unpack_vectors(blobs: Sequence[bytes], *, dim: int) -> Vector:
    """Stored values as one float32 matrix `(n, dim)`."""
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), dim).astype(np.float32)


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
