"""Finds where in the course an item belongs: the lesson, the section, the passage, in the revision that is live.

What a learner wrote is looked up as a question is, by a vector that is kept for grouping as well. In the lesson an item
names, its best passage is taken when the lesson speaks of it at all; else the item is about the lesson as a whole. An
item that names no lesson is bound to the best passage of the course only where a question like it would be answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from feedback.redaction import redact
from feedback.tables import ItemRow
from foundation.database import Database
from foundation.errors import EncoderUnavailable
from foundation.ids import PassageId, ProductSlug, content_hash
from knowledge.coverage import Scale
from knowledge.coverage_scales import find_scale
from knowledge.encoder import Encoder, Vector
from knowledge.language import language_of
from knowledge.lessons import LessonHead, Source, live_lessons, load_sources
from knowledge.lexical import terms
from knowledge.parts import split_to_fit
from knowledge.products import Collection
from knowledge.search import Hit, Ranking, ask_with, search_among, search_within
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves
from knowledge.signs import LOOKED_AT, read_signs
from knowledge.vectors import Progress, load_vectors, store_vectors

_A_BATCH = 128
# How far, in standard deviations of questions about anything, what is said must stand above a shelf's threshold to be
# bound to a place of the course, and how far below it may stand in the lesson it names.
_SURE = 3.0
_IN_ITS_LESSON = -0.5


def encoder_input(text: str) -> str:
    """What of an item's text is encoded, as a question."""
    return text


def input_hash(text: str) -> str:
    """The name an item's vector is kept under; a question of the same words has the same."""
    return content_hash("question", encoder_input(text))


def encode_item(encoder: Encoder, text: str) -> Vector:
    """The vector of what a learner said, float32 `(d,)`, unit length; of a long text the mean of its parts'.

    Raises EncoderUnavailable.
    """
    parts = split_to_fit(encoder_input(text), encoder)
    if len(parts) == 1:
        return encoder.encode_question(parts[0])
    mean = np.mean([encoder.encode_question(part) for part in parts], axis=0)
    length = float(np.linalg.norm(mean))
    if length < 1e-6:
        raise EncoderUnavailable("the parts of a text have vectors that cancel each other out; use another encoder")
    return np.asarray(mean / length, dtype=np.float32)


def place_items(
    database: Database,
    shelves: Shelves,
    product: ProductSlug,
    *,
    limit: int | None = None,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Encode and bind the items that wait for it, at most `limit`, the oldest first; gives how many it was.

    Committed every few: stopped anywhere, or refused an encoder or a shelf, what was done stays and the rest waits.
    Raises EncoderUnavailable, IndexUnavailable.
    """
    total = count_waiting(database, product)
    total = total if limit is None else min(limit, total)
    done = 0
    while done < total:
        with database.read() as session:
            waiting = _waiting(session, product, min(_A_BATCH, total - done))
        if not waiting:
            break
        _place(database, shelves, product, waiting)
        done += len(waiting)
        progress(done, total)
    return done


def count_waiting(database: Database, product: str) -> int:
    """How many items of a product were not placed yet."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(ItemRow).where(*_waits(product))) or 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An item to be placed; `text` is what is kept of it from now on."""

    id: str
    kept: str
    text: str
    redacted: int
    lesson: str | None
    passage: str | None
    anchor: str
    revision: str | None


def _waits(product: str) -> tuple[Any, ...]:
    return ItemRow.product == product, ItemRow.text != "", ItemRow.input_hash.is_(None)


def _waiting(session: Session, product: str, count: int) -> list[_Waiting]:
    place = ItemRow.lesson, ItemRow.passage, ItemRow.anchor, ItemRow.revision
    columns = select(ItemRow.id, ItemRow.text, ItemRow.lang, ItemRow.redacted, *place)
    rows = session.execute(columns.where(*_waits(product)).order_by(ItemRow.created, ItemRow.id).limit(count))
    found = []
    for row in rows:
        # What was kept before there was a door has no language, and never passed it.
        seen = redact(row.text) if not row.lang else None
        text, redacted = (row.text, row.redacted) if seen is None else (seen.text, row.redacted + seen.count)
        found.append(_Waiting(row.id, row.text, text, redacted, row.lesson, row.passage, row.anchor, row.revision))
    return found


def _place(database: Database, shelves: Shelves, product: ProductSlug, waiting: Sequence[_Waiting]) -> None:
    vectors = _vectors(database, shelves.encoder, [item.text for item in waiting])
    finder = _Finder(shelves, shelves.shelf(ShelfKey(product, Collection.LESSONS)))
    with database.read() as session:
        heads = {head.slug: head for head in live_lessons(session, product)}
        placed = [
            finder.columns(session, item, vectors[input_hash(item.text)], heads.get(item.lesson or ""))
            for item in waiting
        ]
    with database.write() as session:
        session.connection().execute(_PLACED, placed)


_WRITTEN = "text", "redacted", "lang", "input_hash", "lesson", "anchor", "passage", "revision"
# Not over what was emptied or blacked out meanwhile.
_PLACED = (
    update(ItemRow)
    .where(ItemRow.id == bindparam("item"), ItemRow.text == bindparam("kept"))
    .values({name: bindparam(f"new_{name}") for name in _WRITTEN})
)


def _vectors(database: Database, encoder: Encoder, texts: Sequence[str]) -> dict[str, Vector]:
    wanted = {input_hash(text): text for text in texts}
    with database.read() as session:
        known = load_vectors(session, list(wanted), encoder_id=encoder.id, dim=encoder.dim)
    fresh = {key: encode_item(encoder, text) for key, text in wanted.items() if key not in known}
    if fresh:
        with database.write() as session:
            store_vectors(session, fresh, encoder_id=encoder.id, rounded=frozenset(fresh))
    return {**known, **fresh}


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks items up on one shelf; what it reads of passages and scales is read once."""

    shelves: Shelves
    shelf: Shelf
    _sources: dict[PassageId, Source | None] = field(default_factory=dict)
    _held: dict[PassageId, frozenset[str]] = field(default_factory=dict)
    _scales: dict[tuple[str, str], Scale | None] = field(default_factory=dict)

    def columns(self, session: Session, item: _Waiting, vector: Vector, named: LessonHead | None) -> dict[str, Any]:
        """What is written of an item: its language, the name of its vector, and its place where one was found."""
        source = self._source(session, item, vector, named)
        lesson, anchor, passage, revision = item.lesson, item.anchor, item.passage, item.revision
        if source is not None:
            lesson, anchor = source.lesson.slug, source.anchor
            passage, revision = source.passage, source.lesson.revision
        about = {"lang": language_of(item.text), "input_hash": input_hash(item.text)}
        place = {"lesson": lesson, "anchor": anchor, "passage": passage, "revision": revision}
        written = {"text": item.text, "redacted": item.redacted, **about, **place}
        return {"item": item.id, "kept": item.kept, **{f"new_{name}": written[name] for name in _WRITTEN}}

    def _source(self, session: Session, item: _Waiting, vector: Vector, named: LessonHead | None) -> Source | None:
        """The passage an item belongs to; None where its place is known already, or nothing is sure."""
        unknown = item.lesson is not None and named is None
        if item.passage is not None or unknown or not self.shelf.places:
            return None
        asked = ask_with(item.text, vector, self.shelf, encoder_id=self.shelves.encoder.id)
        if named is None:
            return self._sure(session, search_within(asked, self.shelf, hidden=(), count=LOOKED_AT), least=_SURE)
        found = search_among(asked, self.shelf, rows=self._rows(named), count=LOOKED_AT)
        return self._sure(session, found, least=_IN_ITS_LESSON)

    def _rows(self, lesson: LessonHead) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.shelf.places.lessons == lesson.id.encode())

    def _sure(self, session: Session, found: Ranking, *, least: float) -> Source | None:
        """The best passage, when those of its language speak for it strongly enough on the shelf's own scale."""
        if not found.hits or not found.terms:
            return None
        lang = found.hits[0].place.lang
        best = [hit for hit in found.hits if hit.place.lang == lang]
        self._load(session, [hit.place.passage for hit in best])
        best = [hit for hit in best if self._sources[hit.place.passage] is not None]
        scale = self._scale(session, found.lang, lang)
        # Without a scale nothing is sure.
        if not best or scale is None or self._strength(found, best, scale) < least:
            return None
        return self._sources[best[0].place.passage]

    def _load(self, session: Session, passages: Sequence[PassageId]) -> None:
        new = [passage for passage in passages if passage not in self._sources]
        found = load_sources(session, new) if new else {}
        for passage in new:
            source = self._sources[passage] = found.get(passage)
            if source is not None:
                self._held[passage] = frozenset(terms(" ".join((*source.heading_path, source.text))))

    def _scale(self, session: Session, asked: str, read: str) -> Scale | None:
        if (asked, read) not in self._scales:
            key, encoder_id = self.shelf.key, self.shelves.encoder.id
            self._scales[asked, read] = find_scale(
                session, key, encoder_id=encoder_id, question_lang=asked, passage_lang=read
            )
        return self._scales[asked, read]

    def _strength(self, found: Ranking, best: Sequence[Hit], scale: Scale) -> float:
        """How far above the shelf's threshold, in standard deviations of questions about anything."""
        held = [self._held[hit.place.passage] for hit in best]
        return scale.strength(read_signs(found, best, held, shelf=self.shelf)) - scale.threshold
