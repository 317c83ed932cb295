"""Finds where in the course an item belongs: the lesson, the section, the passage, in the revision that is live.

What a learner wrote is looked up as a question is, by a vector that is kept for grouping as well. In the lesson an item
names, its best passage is taken when the lesson speaks of it at all; else the item is about the lesson as a whole. An
item that names no lesson is bound to the best passage of the course only where a question like it would be answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.redaction import redact
from feedback.tables import ItemRow
from foundation.database import Database
from foundation.errors import EncoderUnavailable
from foundation.ids import PassageId, ProductSlug, content_hash
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

_A_BATCH = 64
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


def _waits(product: str) -> tuple[Any, ...]:
    return ItemRow.product == product, ItemRow.text != "", ItemRow.input_hash.is_(None)


def _waiting(session: Session, product: str, count: int) -> list[_Waiting]:
    columns = ItemRow.id, ItemRow.text, ItemRow.lang, ItemRow.lesson, ItemRow.passage, ItemRow.redacted
    rows = session.execute(select(*columns).where(*_waits(product)).order_by(ItemRow.created, ItemRow.id).limit(count))
    found = []
    for row in rows:
        # What was kept before there was a door has no language, and never passed it.
        seen = redact(row.text) if not row.lang else None
        text, redacted = (row.text, row.redacted) if seen is None else (seen.text, row.redacted + seen.count)
        found.append(_Waiting(row.id, row.text, text, redacted, row.lesson, row.passage))
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
        for item, values in zip(waiting, placed, strict=True):
            # Not over what was emptied or blacked out meanwhile.
            mine = update(ItemRow).where(ItemRow.id == item.id, ItemRow.text == item.kept)
            session.execute(mine.values(text=item.text, redacted=item.redacted, **values))


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
    """Looks items up on one shelf."""

    shelves: Shelves
    shelf: Shelf

    def columns(self, session: Session, item: _Waiting, vector: Vector, named: LessonHead | None) -> dict[str, Any]:
        """What is written of an item: its language, the name of its vector, and its place where one was found."""
        known = {"lang": language_of(item.text), "input_hash": input_hash(item.text)}
        unknown = item.lesson is not None and named is None
        if item.passage is not None or unknown or not self.shelf.places:
            return known
        asked = ask_with(item.text, vector, self.shelf, encoder_id=self.shelves.encoder.id)
        if named is None:
            source = self._sure(session, search_within(asked, self.shelf, hidden=(), count=LOOKED_AT), least=_SURE)
        else:
            found = search_among(asked, self.shelf, rows=self._rows(named), count=LOOKED_AT)
            source = self._sure(session, found, least=_IN_ITS_LESSON)
        if source is None:
            return known
        place = {"lesson": source.lesson.slug, "anchor": source.anchor}
        return known | place | {"passage": source.passage, "revision": source.lesson.revision}

    def _rows(self, lesson: LessonHead) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.shelf.places.lessons == lesson.id.encode())

    def _sure(self, session: Session, found: Ranking, *, least: float) -> Source | None:
        """The best passage, when those of its language speak for it strongly enough on the shelf's own scale."""
        if not found.hits or not found.terms:
            return None
        lang = found.hits[0].place.lang
        best = [hit for hit in found.hits if hit.place.lang == lang]
        sources = load_sources(session, [hit.place.passage for hit in best])
        best = [hit for hit in best if hit.place.passage in sources]
        if not best or self._strength(session, found, best, sources) < least:
            return None
        return sources[best[0].place.passage]

    def _strength(
        self, session: Session, found: Ranking, best: Sequence[Hit], sources: dict[PassageId, Source]
    ) -> float:
        """How far above the shelf's threshold, in standard deviations; without a scale nothing is sure."""
        langs = {"question_lang": found.lang, "passage_lang": best[0].place.lang}
        scale = find_scale(session, self.shelf.key, encoder_id=self.shelves.encoder.id, **langs)
        if scale is None:
            return -np.inf
        said = [sources[hit.place.passage] for hit in best]
        held = [frozenset(terms(" ".join((*source.heading_path, source.text)))) for source in said]
        return scale.strength(read_signs(found, best, held, shelf=self.shelf)) - scale.threshold
