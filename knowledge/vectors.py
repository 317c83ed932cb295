"""Vectors kept by the hash of the text they stand for: nothing is ever encoded twice.

They are committed while an ingest runs, so that one that was killed goes on where it stopped. The vectors of passages
are kept whole, float32; those of their sentences, many more, as int8 with one scale before them, at a cosine of 0.9999
or better to what the encoder gave.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.errors import IndexUnavailable
from foundation.priority import step_back
from knowledge.encoder import Encoder, Vector
from knowledge.parts import encode_whole
from knowledge.sentence_vectors import quantised
from knowledge.tables import TokenVectorsRow, VectorRow
from knowledge.tokens import RECIPE as TOKENS
from knowledge.tokens import Axes, axes_for, pack_tokens

_HASHES_A_QUERY = 500
_TEXTS_A_COMMIT = 32
_WHOLE_BYTES = 4

Progress = Callable[[int, int], None]


def missing_hashes(session: Session, hashes: Sequence[str], *, encoder_id: str) -> set[str]:
    """Those of `hashes` for which this encoder has no vector yet."""
    wanted = set(hashes)
    for chunk in _chunks(sorted(wanted), _HASHES_A_QUERY):
        known = select(VectorRow.input_hash).where(VectorRow.encoder == encoder_id, VectorRow.input_hash.in_(chunk))
        wanted.difference_update(session.scalars(known))
    return wanted


def encode_missing(
    database: Database,
    encoder: Encoder,
    texts: Mapping[str, str],
    *,
    workers: int,
    progress: Progress,
    rounded: AbstractSet[str] = frozenset(),
) -> frozenset[str]:
    """Encode those of `texts` (hash → text) that have no vector, and return the hashes of those that had none.

    Those in `rounded` are kept as int8; a text that is not, and so far was, counts as having none. Committed every few
    texts: stopped anywhere, what was encoded stays. `progress` is told (done, total).
    """
    whole = [key for key in texts if key not in rounded]
    axes = axes_for(encoder)
    with database.read() as session:
        todo = missing_hashes(session, list(texts), encoder_id=encoder.id)
        todo |= _rounded_so_far(session, whole, encoder)
        if axes is not None:
            todo |= missing_tokens(session, whole, encoder_id=encoder.id)
    progress(0, len(todo))
    done = 0
    work = _Work(encoder, texts, None if axes is None else (axes, frozenset(whole)))
    for chunk, found in _encoded(work, sorted(todo), workers=workers):
        with database.write() as session:
            vectors = {key: each.vector for key, each in zip(chunk, found, strict=True)}
            store_vectors(session, vectors, encoder_id=encoder.id, rounded=rounded)
            _store_tokens(session, dict(zip(chunk, found, strict=True)), encoder_id=encoder.id)
        done += len(chunk)
        progress(done, len(todo))
    return frozenset(todo)


@dataclass(frozen=True, slots=True)
class _Encoded:
    vector: Vector
    tokens: bytes | None


@dataclass(frozen=True, slots=True)
class _Work:
    """What to encode with; `by_token`: axes, and the hashes of the texts whose tokens are kept as well."""

    encoder: Encoder
    texts: Mapping[str, str]
    by_token: tuple[Axes, AbstractSet[str]] | None

    def encode(self, key: str) -> _Encoded:
        text, tokens = self.texts[key], self.encoder.by_token
        if self.by_token is None or tokens is None or key not in self.by_token[1]:
            return _Encoded(encode_whole(self.encoder, text), None)
        if self.encoder.count_tokens(text) > self.encoder.max_tokens:
            return _Encoded(encode_whole(self.encoder, text), b"")
        states = tokens.passage_states(text)
        return _Encoded(states.vector, pack_tokens(text, states, self.by_token[0]))


def _encoded(work: _Work, todo: Sequence[str], *, workers: int) -> Iterator[tuple[Sequence[str], list[_Encoded]]]:
    """Chunks with what was made of them; the next chunk is being encoded while one is stored."""
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="encode", initializer=step_back)
    try:
        waiting: deque[tuple[Sequence[str], list[Future[_Encoded]]]] = deque()
        for chunk in _chunks(todo, _TEXTS_A_COMMIT):
            waiting.append((chunk, [pool.submit(work.encode, key) for key in chunk]))
            if len(waiting) > 1:
                first, futures = waiting.popleft()
                yield first, [future.result() for future in futures]
        for last, futures in waiting:
            yield last, [future.result() for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def missing_tokens(session: Session, hashes: Sequence[str], *, encoder_id: str) -> set[str]:
    """Those of `hashes` for which this encoder's tokens are not kept as they are kept today."""
    wanted = set(hashes)
    for chunk in _chunks(sorted(wanted), _HASHES_A_QUERY):
        mine = (TokenVectorsRow.encoder == encoder_id) & (TokenVectorsRow.recipe == TOKENS)
        known = select(TokenVectorsRow.input_hash).where(mine, TokenVectorsRow.input_hash.in_(chunk))
        wanted.difference_update(session.scalars(known))
    return wanted


def _store_tokens(session: Session, found: Mapping[str, _Encoded], *, encoder_id: str) -> None:
    rows = [
        {"encoder": encoder_id, "input_hash": key, "recipe": TOKENS, "values": each.tokens}
        for key, each in found.items()
        if each.tokens is not None
    ]
    if rows:
        session.execute(insert(TokenVectorsRow).on_conflict_do_nothing(), rows)


def _rounded_so_far(session: Session, hashes: Sequence[str], encoder: Encoder) -> set[str]:
    found: set[str] = set()
    for chunk in _chunks(hashes, _HASHES_A_QUERY):
        mine = (VectorRow.encoder == encoder.id) & VectorRow.input_hash.in_(chunk)
        short = func.length(VectorRow.values) < _WHOLE_BYTES * encoder.dim
        found.update(session.scalars(select(VectorRow.input_hash).where(mine, short)))
    return found


def store_vectors(
    session: Session, vectors: Mapping[str, Vector], *, encoder_id: str, rounded: AbstractSet[str] = frozenset()
) -> None:
    """Keep vectors under their text's hash, those in `rounded` as int8; a whole one replaces what is there."""
    kept = [
        {"encoder": encoder_id, "input_hash": key, "values": _packed(vector, rounded=key in rounded)}
        for key, vector in vectors.items()
    ]
    whole = [row for row in kept if row["input_hash"] not in rounded]
    short = [row for row in kept if row["input_hash"] in rounded]
    adding = insert(VectorRow)
    if whole:
        replacing = adding.on_conflict_do_update(
            index_elements=[VectorRow.encoder, VectorRow.input_hash], set_={"values": adding.excluded["values"]}
        )
        session.execute(replacing, whole)
    if short:
        session.execute(adding.on_conflict_do_nothing(), short)


def load_vectors(session: Session, hashes: Sequence[str], *, encoder_id: str, dim: int) -> dict[str, Vector]:
    """The vectors kept under these hashes, float32 `(dim,)`; a hash without one is left out."""
    found: dict[str, Vector] = {}
    for chunk in _chunks(sorted(set(hashes)), _HASHES_A_QUERY):
        mine = VectorRow.encoder == encoder_id, VectorRow.input_hash.in_(chunk)
        rows = session.execute(select(VectorRow.input_hash, VectorRow.values).where(*mine)).all()
        vectors = unpack_vectors([row.values for row in rows], dim=dim)
        found.update(zip((row.input_hash for row in rows), vectors, strict=True))
    return found


def rounded_dim(session: Session, hashes: Sequence[str], *, encoder_id: str) -> int | None:
    """How long this encoder's vectors are, told by the first that is kept as int8 under these hashes; None for none."""
    for chunk in _chunks(hashes, _HASHES_A_QUERY):
        mine = VectorRow.encoder == encoder_id, VectorRow.input_hash.in_(chunk)
        size = session.scalar(select(func.length(VectorRow.values)).where(*mine).limit(1))
        if size is not None:
            return int(size) - _WHOLE_BYTES
    return None


def _packed(vector: Vector, *, rounded: bool) -> bytes:
    if not rounded:
        return vector.astype("<f4").tobytes()
    codes, scales = quantised(vector[None, :])
    return scales.astype("<f4").tobytes() + codes.tobytes()


def unpack_vectors(blobs: Sequence[bytes], *, dim: int) -> Vector:
    """Stored values as one float32 matrix `(n, dim)`; whole and rounded ones are told apart by their length.

    Raises IndexUnavailable for vectors of another length than the encoder's.
    """
    if any(len(blob) not in (_WHOLE_BYTES * dim, _WHOLE_BYTES + dim) for blob in blobs):
        raise IndexUnavailable(
            f"the encoder gives vectors of {dim} dimensions, and others are kept under its name; bring the old model "
            "back, or run `companion index fill --anew`"
        )
    vectors = np.empty((len(blobs), dim), dtype=np.float32)
    whole = np.asarray([len(blob) == _WHOLE_BYTES * dim for blob in blobs], dtype=bool)
    kept = b"".join(blob for blob in blobs if len(blob) == _WHOLE_BYTES * dim)
    vectors[whole] = np.frombuffer(kept, dtype="<f4").reshape(-1, dim)
    rounded = b"".join(blob for blob in blobs if len(blob) != _WHOLE_BYTES * dim)
    rows = np.frombuffer(rounded, dtype=np.dtype([("scale", "<f4"), ("code", "i1", (dim,))]))
    vectors[~whole] = rows["code"] * rows["scale"][:, None]
    return vectors


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
