"""Vectors in SQL: passages' whole, sentences' rounded, both read alike."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from evals.cached_encoder import CachedEncoder
from foundation.database import Database, open_database
from knowledge.background import background_vectors
from knowledge.tables import VectorRow
from knowledge.vectors import encode_missing, store_vectors, unpack_vectors
from tests.knowledge.looking import CountingEncoder

SENTENCE, PASSAGE = "A test needs many visitors.", "It ends when they came."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "home")
    yield opened
    opened.close()


def _kept(database: Database) -> dict[str, bytes]:
    with database.read() as session:
        return dict(session.execute(select(VectorRow.input_hash, VectorRow.values)).all())


def _encode(database: Database, encoder: CountingEncoder, rounded: set[str]) -> frozenset[str]:
    texts = {"s": SENTENCE, "p": PASSAGE}
    return encode_missing(
        database, encoder, texts, workers=2, progress=lambda _done, _total: None, rounded=frozenset(rounded)
    )


def test_rounded_and_whole_vectors_are_read_alike_from_one_table(database: Database, encoder: CachedEncoder) -> None:
    vectors = np.concatenate([background_vectors(encoder.id)[name] for name in ("ru.passage", "en.passage")])
    names = [f"{row:03}" for row in range(len(vectors))]
    with database.write() as session:
        store_vectors(
            session, dict(zip(names, vectors, strict=True)), encoder_id=encoder.id, rounded=frozenset(names[::2])
        )
    kept = _kept(database)
    assert {len(kept[name]) for name in names[::2]} == {encoder.dim + 4}
    read = unpack_vectors([kept[name] for name in names], dim=encoder.dim)
    cosines = (read * vectors).sum(axis=1) / np.linalg.norm(read, axis=1)
    assert cosines.min() > 0.9999
    assert np.array_equal(read[1::2], vectors[1::2])
    assert unpack_vectors([], dim=encoder.dim).shape == (0, encoder.dim)


def test_a_text_that_was_a_sentence_and_became_a_passage_gets_its_vector_whole(
    database: Database, encoder: CachedEncoder
) -> None:
    counting = CountingEncoder(encoder)
    assert _encode(database, counting, {"s"}) == {"s", "p"}
    assert sorted(map(len, _kept(database).values())) == [encoder.dim + 4, 4 * encoder.dim]
    assert _encode(database, counting, {"s"}) == frozenset()
    assert _encode(database, counting, set()) == {"s"}
    assert set(map(len, _kept(database).values())) == {4 * encoder.dim}
    assert _encode(database, counting, {"s"}) == frozenset()
    assert counting.passages == 3
