"""A shelf: everything live of one product's collection, laid out for searching. Immutable; replaced when stale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import IndexUnavailable
from foundation.ids import LessonId, PassageId, ProductSlug
from knowledge.centring import RECIPE, centre
from knowledge.encoder import Encoder, Vector
from knowledge.index import Entries
from knowledge.lexical import LexicalIndex
from knowledge.passages import PassageKind
from knowledge.products import Collection
from knowledge.tables import LessonRow, PassageRow, ProductRow, RevisionPassageRow, VectorRow, WindowRow
from knowledge.vectors import unpack_vectors


@dataclass(frozen=True, slots=True)
class ShelfKey:
    """Which shelf: a product's lessons, or its cases."""

    product: ProductSlug
    collection: Collection

    def name(self, encoder_id: str) -> str:
        """The name its index goes by; another encoder or recipe never finds it.

        It begins with a letter, as Chroma wants, where a slug may begin with a dash.
        """
        return f"shelf.{self.product}.{self.collection}.{encoder_id}.{RECIPE}"


@dataclass(frozen=True, slots=True)
class Place:
    """A live passage without its text; `order` counts through the course."""

    passage: PassageId
    lesson: LessonId
    kind: PassageKind
    lang: str
    order: int


@dataclass(frozen=True)
class Shelf:
    """What a question is matched against. Row w of `entries` is a window of passage `window_place[w]`."""

    key: ShelfKey
    version: int
    places: tuple[Place, ...]
    entries: Entries
    window_place: npt.NDArray[np.int32]
    window_row: dict[str, int]
    lexical: LexicalIndex
    mean: Vector
    covariance: Vector
    langs: frozenset[str]

    def background(self, question: Vector) -> tuple[float, float]:
        """Mean and standard deviation of a question's cosine with all windows, without looking at each."""
        mean = float(question @ self.mean)
        variance = float(question @ self.covariance @ question)
        return mean, max(variance, 1e-8) ** 0.5


def shelf_version(session: Session, key: ShelfKey) -> int | None:
    """The product's version now, None for an unknown product."""
    return session.scalar(select(ProductRow.version).where(ProductRow.slug == key.product))


def load_shelf(session: Session, key: ShelfKey, *, encoder: Encoder) -> Shelf:
    """Lay a shelf out from SQL alone; raises IndexUnavailable when live windows lack vectors of this encoder."""
    version = shelf_version(session, key) or 0
    passages = session.execute(_live_passages(key)).all()
    places = tuple(
        Place(PassageId(pid), LessonId(lesson), PassageKind(kind), lang, order)
        for order, (pid, lesson, kind, lang, _path, _text) in enumerate(passages)
    )
    row_of = {place.passage: row for row, place in enumerate(places)}
    entries, window_place = _windows(session, key, places, row_of, encoder)
    vectors = entries.vectors
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(encoder.dim, dtype=np.float32)
    spread = vectors - mean
    covariance = (spread.T @ spread) / max(len(vectors), 1)
    return Shelf(
        key=key,
        version=version,
        places=places,
        entries=entries,
        window_place=window_place,
        window_row={entry: row for row, entry in enumerate(entries.ids)},
        lexical=LexicalIndex("\n".join([*path, text]) for _, _, _, _, path, text in passages),
        mean=mean,
        covariance=np.asarray(covariance, dtype=np.float32),
        langs=frozenset(place.lang for place in places),
    )


def _live_passages(key: ShelfKey):  # type: ignore[no-untyped-def]  # the Select's type spells out six columns
    columns = (PassageRow.id, PassageRow.lesson, PassageRow.kind, PassageRow.lang, PassageRow.heading_path)
    return (
        select(*columns, PassageRow.text)
        .join(RevisionPassageRow, RevisionPassageRow.passage == PassageRow.id)
        .join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
        .where(LessonRow.product == key.product, LessonRow.collection == key.collection)
        .order_by(LessonRow.position, LessonRow.id, RevisionPassageRow.position)
    )


def _windows(
    session: Session, key: ShelfKey, places: Sequence[Place], row_of: dict[PassageId, int], encoder: Encoder
) -> tuple[Entries, npt.NDArray[np.int32]]:
    wanted = (
        select(WindowRow.passage, WindowRow.ordinal, VectorRow.values)
        .join(RevisionPassageRow, RevisionPassageRow.passage == WindowRow.passage)
        .join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
        .outerjoin(VectorRow, (VectorRow.input_hash == WindowRow.input_hash) & (VectorRow.encoder == encoder.id))
        .where(LessonRow.product == key.product, LessonRow.collection == key.collection)
        .order_by(LessonRow.position, LessonRow.id, RevisionPassageRow.position, WindowRow.ordinal)
    )
    found = session.execute(wanted).all()
    if any(values is None for _, _, values in found):
        raise IndexUnavailable(f"{key.product} was taken in with another encoder; run `companion ingest` for it again")
    rows = np.asarray([row_of[PassageId(passage)] for passage, _, _ in found], dtype=np.int32)
    vectors = unpack_vectors([values for _, _, values in found], dim=encoder.dim)
    langs = np.asarray([places[row].lang for row in rows])
    for lang in sorted(set(langs.tolist())):
        vectors[langs == lang] = centre(vectors[langs == lang], lang=lang, role="passage", encoder_id=encoder.id)
    return Entries(tuple(f"{passage}.{ordinal}" for passage, ordinal, _ in found), vectors), rows
