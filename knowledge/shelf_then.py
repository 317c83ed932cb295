"""A shelf as one turn saw it, long after it moved on: the part of it that judging and quoting ask for, from SQL.

A turn keeps the few figures of the whole shelf that its answer rests on. Everything else is read again: passages,
their sentences and their vectors never change. Nothing can be searched here, and no encoder is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import IndexUnavailable
from foundation.ids import LessonId, PassageId
from knowledge.calibration import recall_background
from knowledge.centring import centre
from knowledge.encoder import Vector
from knowledge.lexical import LexicalIndex
from knowledge.passages import PassageKind, WindowRole
from knowledge.ragged import Ragged, counts_to_first
from knowledge.sentence_vectors import SentenceVectors, pack_sentences
from knowledge.shelf import Place
from knowledge.shelf_layout import token_rows
from knowledge.tables import PassageRow, TokenVectorsRow, VectorRow, WindowRow
from knowledge.tokens import RECIPE as TOKENS
from knowledge.tokens import TokenVectors
from knowledge.vectors import unpack_vectors


class Ground(Protocol):
    """What judging a question and quoting passages need to know of a shelf; `Shelf` is one."""

    @property
    def version(self) -> int:
        """The product's version it shows."""

    @property
    def places(self) -> Sequence[object]:
        """One a live passage."""

    @property
    def window_count(self) -> int:
        """How many windows cover passages."""

    @property
    def sentences(self) -> SentenceVectors:
        """By a place's `order`."""

    @property
    def tokens(self) -> TokenVectors | None:
        """By a place's `order`."""

    @property
    def lexical(self) -> LexicalIndex:
        """What the question's terms weigh."""


@dataclass(frozen=True, slots=True)
class ShelfFacts:
    """What a turn keeps of the whole shelf; `frequency` says in how many `texts` each term of the question stands."""

    version: int
    passages: int
    windows: int
    texts: int
    frequency: Mapping[str, int]


def facts_of(shelf: Ground, terms: Sequence[str]) -> ShelfFacts:
    """The figures to keep about a shelf for a question of these terms."""
    lexical = shelf.lexical
    return ShelfFacts(shelf.version, len(shelf.places), shelf.window_count, lexical.size, lexical.frequencies(terms))


@dataclass(frozen=True, slots=True)
class ShelfThen:
    """A `Ground` put together again; only the sentences of the passages it was asked for are there."""

    version: int
    places: range
    window_count: int
    sentences: SentenceVectors
    tokens: TokenVectors | None
    lexical: LexicalIndex


def load_shelf_then(
    session: Session, facts: ShelfFacts, places: Sequence[Place], *, encoder_id: str, dim: int
) -> ShelfThen:
    """The shelf of these facts with the sentences of `places`; raises IndexUnavailable when their vectors are gone."""
    recall_background(session, encoder_id)
    return ShelfThen(
        version=facts.version,
        places=range(facts.passages),
        window_count=facts.windows,
        sentences=pack_sentences(facts.passages, *_sentences(session, places, encoder_id, dim)),
        tokens=_tokens(session, places, encoder_id, facts.passages),
        lexical=LexicalIndex.remembered(facts.texts, facts.frequency),
    )


def load_places(session: Session, orders: Mapping[PassageId, int]) -> dict[PassageId, Place]:
    """Where passages stood, given their order in the course then; those that were erased since are left out."""
    columns = (PassageRow.id, PassageRow.lesson, PassageRow.kind, PassageRow.lang)
    rows = session.execute(select(*columns).where(PassageRow.id.in_(list(orders))))
    return {
        PassageId(passage): Place(
            PassageId(passage), LessonId(lesson), PassageKind(kind), lang, orders[PassageId(passage)]
        )
        for passage, lesson, kind, lang in rows
    }


def _tokens(session: Session, places: Sequence[Place], encoder_id: str, passages: int) -> TokenVectors:
    """As a shelf lays them out; none for passages whose tokens were not kept."""
    order_of = {place.passage: place.order for place in places}
    columns = (WindowRow.passage, WindowRow.start, WindowRow.end, TokenVectorsRow.values.label("tokens"))
    kept = (TokenVectorsRow.input_hash == WindowRow.input_hash) & (TokenVectorsRow.encoder == encoder_id)
    wanted = (
        select(*columns, PassageRow.heading_path, PassageRow.text)
        .join(TokenVectorsRow, kept & (TokenVectorsRow.recipe == TOKENS))
        .join(PassageRow, PassageRow.id == WindowRow.passage)
        .where(WindowRow.passage.in_(list(order_of)), WindowRow.role == WindowRole.PASSAGE)
        .order_by(WindowRow.ordinal)
    )
    found = sorted(session.execute(wanted), key=lambda row: order_of[PassageId(row.passage)])
    told = {row.passage: (row.heading_path, row.text) for row in found}
    number = {passage: place for place, passage in enumerate(dict.fromkeys(row.passage for row in found))}
    rows = token_rows(found, told, number)
    counts = np.zeros(passages, dtype=np.int64)
    for passage, place in number.items():
        counts[order_of[PassageId(passage)]] = rows.first[place + 1] - rows.first[place]
    return TokenVectors.over(Ragged(counts_to_first(counts), rows.columns))


def _sentences(
    session: Session, places: Sequence[Place], encoder_id: str, dim: int
) -> tuple[list[tuple[int, int, int]], Vector]:
    """As a shelf lays them out: place by place in course order, their vectors centred by language."""
    place_of = {place.passage: place for place in places}
    columns = (WindowRow.passage, WindowRow.start, WindowRow.end, VectorRow.values)
    wanted = (
        select(*columns)
        .outerjoin(VectorRow, (VectorRow.input_hash == WindowRow.input_hash) & (VectorRow.encoder == encoder_id))
        .where(WindowRow.passage.in_(list(place_of)), WindowRow.role == WindowRole.SENTENCE)
        .order_by(WindowRow.passage, WindowRow.ordinal)
    )
    found = [
        (place_of[PassageId(passage)], start, end, values) for passage, start, end, values in session.execute(wanted)
    ]
    if any(values is None for *_, values in found):
        raise IndexUnavailable(f"the sentence vectors of the encoder {encoder_id} are no longer kept")
    found.sort(key=lambda row: row[0].order)
    vectors = unpack_vectors([values for *_, values in found], dim=dim)
    langs = np.asarray([place.lang for place, *_ in found])
    for lang in sorted(set(langs.tolist())):
        vectors[langs == lang] = centre(vectors[langs == lang], lang=lang, role="passage", encoder_id=encoder_id)
    return [(place.order, start, end) for place, start, end, _ in found], vectors
