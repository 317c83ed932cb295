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
from knowledge.passages import PassageKind, WindowRole
from knowledge.products import Collection
from knowledge.sentence_vectors import SentenceVectors, Spread, pack_sentences, spread_of
from knowledge.tables import LessonRow, PassageRow, ProductRow, RevisionPassageRow, VectorRow, WindowRow
from knowledge.vectors import unpack_vectors

_Rows = dict[PassageId, int]


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
    """What a question is matched against. Row w of `entries` is a window of passage number `window_place[w]`."""

    key: ShelfKey
    version: int
    places: tuple[Place, ...]
    entries: Entries
    window_place: npt.NDArray[np.int32]
    window_row: dict[str, int]
    spread: Spread
    sentences: SentenceVectors
    lexical: LexicalIndex
    langs: frozenset[str]


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
    entries, window_place = _entries(session, key, places, row_of, encoder)
    return Shelf(
        key=key,
        version=version,
        places=places,
        entries=entries,
        window_place=window_place,
        window_row={entry: row for row, entry in enumerate(entries.ids)},
        spread=spread_of(entries.vectors),
        sentences=_sentences(session, key, places, row_of, encoder),
        lexical=LexicalIndex("\n".join([*path, text]) for _, _, _, _, path, text in passages),
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


@dataclass(frozen=True, slots=True)
class _Window:
    passage: PassageId
    ordinal: int
    start: int
    end: int


def _windows(
    session: Session, key: ShelfKey, role: WindowRole, places: Sequence[Place], row_of: _Rows, encoder: Encoder
) -> tuple[list[_Window], Vector]:
    """Live windows of one role in reading order, with their centred vectors `(n, d)`."""
    columns = (WindowRow.passage, WindowRow.ordinal, WindowRow.start, WindowRow.end, VectorRow.values)
    wanted = (
        select(*columns)
        .join(RevisionPassageRow, RevisionPassageRow.passage == WindowRow.passage)
        .join(LessonRow, LessonRow.live_revision == RevisionPassageRow.revision)
        .outerjoin(VectorRow, (VectorRow.input_hash == WindowRow.input_hash) & (VectorRow.encoder == encoder.id))
        .where(LessonRow.product == key.product, LessonRow.collection == key.collection, WindowRow.role == role)
        .order_by(LessonRow.position, LessonRow.id, RevisionPassageRow.position, WindowRow.ordinal)
    )
    found = session.execute(wanted).all()
    if any(values is None for *_, values in found):
        raise IndexUnavailable(f"{key.product} was taken in with another encoder; run `companion ingest` for it again")
    windows = [_Window(PassageId(passage), ordinal, start, end) for passage, ordinal, start, end, _ in found]
    vectors = unpack_vectors([values for *_, values in found], dim=encoder.dim)
    langs = np.asarray([places[row_of[window.passage]].lang for window in windows])
    for lang in sorted(set(langs.tolist())):
        vectors[langs == lang] = centre(vectors[langs == lang], lang=lang, role="passage", encoder_id=encoder.id)
    return windows, vectors


def _entries(
    session: Session, key: ShelfKey, places: Sequence[Place], row_of: _Rows, encoder: Encoder
) -> tuple[Entries, npt.NDArray[np.int32]]:
    windows, vectors = _windows(session, key, WindowRole.PASSAGE, places, row_of, encoder)
    rows = np.asarray([row_of[window.passage] for window in windows], dtype=np.int32)
    return Entries(tuple(f"{window.passage}.{window.ordinal}" for window in windows), vectors), rows


def _sentences(
    session: Session, key: ShelfKey, places: Sequence[Place], row_of: _Rows, encoder: Encoder
) -> SentenceVectors:
    windows, vectors = _windows(session, key, WindowRole.SENTENCE, places, row_of, encoder)
    rows = ((row_of[window.passage], window.start, window.end) for window in windows)
    return pack_sentences(len(places), rows, vectors)
