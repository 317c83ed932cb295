"""Lays a shelf out from SQL alone, taking over what an earlier layout knows: a passage's rows never change.

Passages are read a few hundred at a time, so that a large product never stands in memory as the float32 that SQL keeps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Row, Select, Subquery, select
from sqlalchemy.orm import Session

from foundation.database import moment
from foundation.errors import IndexUnavailable
from knowledge.centring import centre
from knowledge.encoder import Encoder, Vector
from knowledge.identity import other_identity
from knowledge.lexical import LexicalIndex, count_texts
from knowledge.openings import is_open_passage
from knowledge.passages import WindowRole, window_input
from knowledge.postings import summed
from knowledge.ragged import Ragged, Rows, counts_to_first, joined, picked
from knowledge.sentence_vectors import SentenceVectors, quantised, spread_of_codes, spread_of_sample
from knowledge.shelf import Names, Places, Shelf, ShelfKey, has_tokens, lesson_rows, shelf_state
from knowledge.shown import live_lessons_of
from knowledge.tables import PassageRow, RevisionPassageRow, TokenVectorsRow, VectorRow, WindowRow
from knowledge.tokens import DIM, TokenVectors, unpack_tokens
from knowledge.tokens import RECIPE as TOKENS
from knowledge.vectors import unpack_vectors
from knowledge.word_forms import WordForms, joined_forms, picked_forms

_PASSAGES_A_QUERY = 400


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is laid out a passage: its windows' vectors, its sentences' codes, its counted terms."""

    windows: Ragged
    sentences: Ragged
    terms: Ragged
    tokens: Ragged
    forms: WordForms


def load_shelf(
    session: Session,
    key: ShelfKey,
    *,
    encoder: Encoder,
    known: Shelf | None = None,
    lessons: Subquery | None = None,
    now: datetime | None = None,
) -> Shelf:
    """The shelf as it is live and open, or of `lessons` (`knowledge.shown`), from SQL; `now` is the session's if None.

    `known` is any earlier layout under the same encoder and recipe; passages that it holds are not read again. Raises
    IndexUnavailable when windows lack vectors of this encoder.
    """
    lessons = live_lessons_of(key.product, key.collection) if lessons is None else lessons
    now = now or moment(session)
    state = shelf_state(session, key, encoder=encoder, lessons=lessons, now=now)
    places = _places(session, lessons, now)
    shown = has_tokens(session, key, encoder, lessons=lessons)
    if known is not None and (known.tokens is not None) != shown:
        known = None
    source = _known_rows(known, places)
    fresh = [row for row, old in enumerate(source) if old < 0]
    parts = _read(session, key, places, fresh, encoder)
    if known is not None:
        parts = _Parts(
            windows=picked(known.windows, parts.windows, source),
            sentences=picked(known.sentences.rows, parts.sentences, source),
            terms=picked(known.lexical.counted, parts.terms, source),
            tokens=parts.tokens if known.tokens is None else picked(known.tokens.rows, parts.tokens, source),
            forms=picked_forms(known.forms, parts.forms, source),
        )
    return Shelf(
        key=key,
        version=state.version,
        digest=state.digest,
        places=places,
        windows=parts.windows,
        spread=spread_of_sample(parts.windows.columns["vector"]),
        sentences=SentenceVectors.over(parts.sentences, spread_of_codes(parts.sentences)),
        tokens=TokenVectors.over(parts.tokens) if shown else None,
        lexical=LexicalIndex.over(parts.terms),
        lessons=LexicalIndex.over(summed(parts.terms, lesson_rows(places))),
        forms=parts.forms,
    )


def _places(session: Session, lessons: Subquery, now: datetime) -> Places:
    columns = (PassageRow.id, PassageRow.lesson, PassageRow.kind, PassageRow.lang)
    wanted = (
        select(*columns)
        .join(RevisionPassageRow, RevisionPassageRow.passage == PassageRow.id)
        .join(lessons, lessons.c.revision == RevisionPassageRow.revision)
        .where(is_open_passage(now))
        .order_by(lessons.c.position, lessons.c.lesson, RevisionPassageRow.position)
    )
    found = session.execute(wanted).all()
    names: list[Names] = [np.asarray([row[column] for row in found], dtype="S") for column in range(len(columns))]
    return Places(*names)


def _known_rows(known: Shelf | None, places: Places) -> Rows:
    """Each passage's number in `known`, -1 where it has none."""
    if known is None:
        return np.full(len(places), -1, dtype=np.int64)
    old = {passage: row for row, passage in enumerate(known.places.passages.tolist())}
    return np.asarray([old.get(passage, -1) for passage in places.passages.tolist()], dtype=np.int64)


def _read(session: Session, key: ShelfKey, places: Places, rows: Sequence[int], encoder: Encoder) -> _Parts:
    """What SQL keeps of the passages in these rows, in their order."""
    empty = _read_some(session, key, places, [], encoder)
    parts = [empty, *(_read_some(session, key, places, some, encoder) for some in _chunks(rows))]
    return _Parts(
        windows=joined([part.windows for part in parts]),
        sentences=joined([part.sentences for part in parts]),
        terms=joined([part.terms for part in parts]),
        tokens=joined([part.tokens for part in parts]),
        forms=joined_forms([part.forms for part in parts]),
    )


def _read_some(session: Session, key: ShelfKey, places: Places, rows: Sequence[int], encoder: Encoder) -> _Parts:
    ids = [places.passages[row].decode() for row in rows]
    langs = [places.langs[row].decode() for row in rows]
    number = {passage: position for position, passage in enumerate(ids)}
    found = session.execute(_windows(ids, encoder.id)).all() if ids else []
    if any(row.values is None for row in found):
        raise IndexUnavailable(other_identity(session, key.product, encoder_id=encoder.id))
    covering = _of_role(found, WindowRole.PASSAGE, number)
    sentences = _of_role(found, WindowRole.SENTENCE, number)
    texts = select(PassageRow.id, PassageRow.heading_path, PassageRow.text).where(PassageRow.id.in_(ids))
    told = {passage: (path, text) for passage, path, text in session.execute(texts)} if ids else {}
    text_of = {passage: "\n".join([*path, text]) for passage, (path, text) in told.items()}
    codes, scales = quantised(_vectors(sentences, number, langs, encoder))
    spans = np.asarray([(row.start, row.end) for row in sentences], dtype=np.int32).reshape(-1, 2)
    ordinals = np.asarray([row.ordinal for row in covering], dtype=np.int32)
    vectors = _vectors(covering, number, langs, encoder)
    return _Parts(
        windows=Ragged(_first(covering, number), {"vector": vectors, "ordinal": ordinals}),
        sentences=Ragged(_first(sentences, number), {"span": spans, "code": codes, "scale": scales}),
        terms=count_texts(text_of[passage] for passage in ids),
        tokens=token_rows(covering, told, number),
        forms=WordForms.of_texts(text_of[passage] for passage in ids),
    )


def _windows(passages: Sequence[str], encoder_id: str) -> Select[str, str, int, int, int, bytes, bytes]:
    columns = (WindowRow.passage, WindowRow.role, WindowRow.ordinal, WindowRow.start, WindowRow.end, VectorRow.values)
    held = (VectorRow.input_hash == WindowRow.input_hash) & (VectorRow.encoder == encoder_id)
    shown = (TokenVectorsRow.input_hash == WindowRow.input_hash) & (TokenVectorsRow.encoder == encoder_id)
    shown &= (TokenVectorsRow.recipe == TOKENS) & (WindowRow.role == WindowRole.PASSAGE)
    wanted = select(*columns, TokenVectorsRow.values.label("tokens")).outerjoin(VectorRow, held)
    return wanted.outerjoin(TokenVectorsRow, shown).where(WindowRow.passage.in_(passages))


_Found = Row[str, str, int, int, int, bytes, bytes]


def _of_role(found: Sequence[_Found], role: WindowRole, number: dict[str, int]) -> list[_Found]:
    """Windows of one role in reading order."""
    return sorted((row for row in found if row.role == role), key=lambda row: (number[row.passage], row.ordinal))


def _first(windows: Sequence[_Found], number: dict[str, int]) -> Rows:
    rows = np.asarray([number[row.passage] for row in windows], dtype=np.int64)
    return counts_to_first(np.bincount(rows, minlength=len(number)))


def token_rows(windows: Sequence[Any], told: Mapping[str, tuple[list[str], str]], number: dict[str, int]) -> Ragged:
    """The tokens of passages, numbered by `number`, their windows one after another: columns `code` and `start`.

    `windows` are rows with passage, start, end and tokens, in that order of passages; `told` are headings and texts.
    """
    codes, starts = [np.empty((0, DIM), dtype=np.int8)], [np.empty(0, dtype=np.int32)]
    counts = np.zeros(len(number), dtype=np.int64)
    for row in windows:
        begins, found = unpack_tokens(row.tokens or b"")
        path, text = told[row.passage]
        told_before = len(window_input(path, text, row.start, row.end).input_text) - (row.end - row.start)
        starts.append(np.where(begins < told_before, -1, begins - told_before + row.start).astype(np.int32))
        codes.append(found)
        counts[number[row.passage]] += len(found)
    return Ragged(counts_to_first(counts), {"code": np.concatenate(codes), "start": np.concatenate(starts)})


def _vectors(windows: Sequence[_Found], number: dict[str, int], langs: Sequence[str], encoder: Encoder) -> Vector:
    """Vectors `(n, d)`, each centred as a passage of its language."""
    vectors = unpack_vectors([row.values for row in windows], dim=encoder.dim)
    spoken = np.asarray([langs[number[row.passage]] for row in windows])
    for lang in sorted(set(langs)):
        mine = spoken == lang
        vectors[mine] = centre(vectors[mine], lang=lang, role="passage", encoder_id=encoder.id)
    return vectors


def _chunks(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), _PASSAGES_A_QUERY):
        yield rows[start : start + _PASSAGES_A_QUERY]
