"""Keeps the background texts' vectors of encoders that are not the product's own.

They are encoded once, when such an encoder is first filled or takes a course in, and lie in SQL beside the windows'
vectors, under names no window has.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.errors import EncoderUnavailable
from foundation.ids import content_hash
from knowledge.background import LANGS, background_vectors, comes_with_background, learn_background, read_texts
from knowledge.encoder import Encoder, Vector
from knowledge.tables import VectorRow
from knowledge.vectors import Progress, encode_missing, missing_hashes, store_vectors, unpack_vectors

_ROLES = ("passage", "question")
_QUESTIONS_A_COMMIT = 32
# The same text gives the same vector but for rounding and, on some servers, for what else they are busy with; int8
# against the engine of the same weights came to 0.99 at worst (measured 2026-11).
_SAME_COSINE = 0.97


def encode_background(database: Database, encoder: Encoder, *, workers: int, progress: Progress) -> None:
    """Have the background's vectors for this encoder; nothing is encoded for the product's own, or a second time.

    Raises EncoderUnavailable; stopped anywhere, what was encoded stays.
    """
    if comes_with_background(encoder.id):
        return
    encode_missing(database, encoder, _texts("passage"), workers=workers, progress=progress)
    _encode_questions(database, encoder, workers=workers, progress=progress)
    with database.read() as session:
        recall_background(session, encoder.id)


def _encode_questions(database: Database, encoder: Encoder, *, workers: int, progress: Progress) -> None:
    texts = _texts("question")
    with database.read() as session:
        todo = sorted(missing_hashes(session, list(texts), encoder_id=encoder.id))
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="encode")
    try:
        for done in range(0, len(todo), _QUESTIONS_A_COMMIT):
            chunk = todo[done : done + _QUESTIONS_A_COMMIT]
            vectors = list(pool.map(lambda key: encoder.encode_question(texts[key]), chunk))
            with database.write() as session:
                store_vectors(session, dict(zip(chunk, vectors, strict=True)), encoder_id=encoder.id)
            progress(done + len(chunk), len(todo))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def recall_background(session: Session, encoder_id: str) -> bool:
    """Let this process know them, from SQL where they did not come with the product; False when nobody has them."""
    if background_vectors(encoder_id):
        return True
    kept = {}
    for role in _ROLES:
        for lang in LANGS:
            hashes = list(_texts(role, lang))
            rows = select(VectorRow.input_hash, VectorRow.values).where(
                VectorRow.encoder == encoder_id, VectorRow.input_hash.in_(hashes)
            )
            found = dict(session.execute(rows).all())
            if len(found) < len(hashes):
                return False
            dim = len(found[hashes[0]]) // 4
            kept[f"{lang}.{role}"] = unpack_vectors([found[key] for key in hashes], dim=dim)
    learn_background(encoder_id, kept)
    return True


def check_same_encoder(session: Session, encoder: Encoder) -> None:
    """Encode one background text and compare it with what is kept; raises EncoderUnavailable when it is another vector.

    A server may go on under one name with another model behind it: every comparison would then be meaningless.
    """
    if not recall_background(session, encoder.id):
        return
    kept = background_vectors(encoder.id)["en.passage"][0]
    cosine = _cosine(encoder.encode_passage(read_texts("en")[0].passage), kept)
    if cosine < _SAME_COSINE:
        raise EncoderUnavailable(
            f"the encoder {encoder.id} gives other vectors than it gave before (cosine {cosine:.2f}): another model is "
            "behind it; bring the old one back, or run `companion index fill --anew`"
        )


def _cosine(one: Vector, other: Vector) -> float:
    return float(np.dot(one, other)) if one.shape == other.shape else 0.0


def _texts(role: str, lang: str | None = None) -> dict[str, str]:
    """By hash, in file order."""
    langs = LANGS if lang is None else tuple(each for each in LANGS if each == lang)
    texts = [getattr(text, role) for each in langs for text in read_texts(each)]
    return {content_hash("background", role, text): text for text in texts}
