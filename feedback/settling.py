"""Settles where in the course what was said belongs, from all that was said (`feedback.likely_sections`).

Items come placed by their own words alone (`feedback.placing`). Where something new was said in a lesson, the newest
things said there settle each other's sections; what names no lesson then joins a section where it is sure. The place
of a question that was asked stays: the assistant knows what it found for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from feedback.likely_sections import SURE, Matrix, shares_in_course, shares_in_lesson
from feedback.tables import ItemRow
from feedback.theme_rows import recount_themes
from foundation.database import Database
from foundation.ids import ProductSlug
from knowledge.centring import centre
from knowledge.encoder import Vector
from knowledge.language import language_of
from knowledge.lessons import LessonHead, Source, live_lessons, load_sources
from knowledge.products import Collection
from knowledge.search import Hit, ask_with, search_among
from knowledge.shelf import Shelf, ShelfKey
from knowledge.shelves import Shelves
from knowledge.vectors import load_vectors

# The newest so many settle each other in a lesson: a sixth of a CPU second.
_MOST_IN_LESSON = 300
_OPENING_WORDS = 60
# So many of those that name no lesson are looked at, and compared with so many of the others.
_MOST_UNNAMED, _MOST_COMPARED = 150, 3_000


@dataclass(frozen=True, slots=True)
class _Told:
    """A placed item with its vector; `moves`: it is no question with a place of its own."""

    id: str
    text: str
    lesson: str | None
    anchor: str
    moves: bool
    vector: Vector


@dataclass(frozen=True, slots=True)
class _Sections:
    """Sections, as lesson slug and anchor in reading order; the rows of their passages on the shelf, their sources."""

    names: tuple[tuple[str, str], ...]
    rows: npt.NDArray[np.int64]
    sources: Mapping[str, Source]

    def number_of(self, passage: str) -> int:
        source = self.sources[passage]
        return self.names.index((source.lesson.slug, source.anchor))


def settle_items(database: Database, shelves: Shelves, product: str, *, now: datetime) -> int:
    """Settle what was said since the last time; gives how many items moved to another section.

    An item that was in a theme leaves it when it moves, to be grouped anew. Raises IndexUnavailable.
    """
    with database.read() as session:
        new = set(session.scalars(_lessons_with_new(product)))
        lessons = [head for head in live_lessons(session, product) if head.slug in new]
    settling = _Settling(database, shelves, ProductSlug(product), now)
    moved = sum(settling.in_lesson(lesson) for lesson in lessons)
    return moved + (settling.unnamed() if None in new else 0)


def _lessons_with_new(product: str) -> Select[str | None]:
    new = ItemRow.product == product, ItemRow.input_hash.is_not(None), ItemRow.grouped.is_(None)
    return select(ItemRow.lesson).where(*new).distinct()


@dataclass(frozen=True, slots=True)
class _Settling:
    database: Database
    shelves: Shelves
    product: ProductSlug
    now: datetime

    def in_lesson(self, lesson: LessonHead) -> int:
        """Settle the newest things said in a lesson."""
        shelf = self._shelf()
        with self.database.read() as session:
            said = self._said(session, ItemRow.lesson == lesson.slug, most=_MOST_IN_LESSON)
            sections = _sections(session, shelf, np.flatnonzero(shelf.places.lessons == lesson.id.encode()))
        if not said or len(sections.names) < 2:
            return 0
        found = self._found(said, shelf, sections)
        unit = self._centred(said)
        likely = shares_in_lesson(_own(found, sections), unit @ unit.T)
        # The first column is the lesson as a whole: where it stood is as good.
        best = [int(share.argmax()) - 1 for share in likely]
        return self._move(said, [section if section >= 0 else None for section in best], found, sections)

    def unnamed(self) -> int:
        """Have what names no lesson join a section, where it is sure."""
        shelf = self._shelf()
        with self.database.read() as session:
            said = self._said(session, ItemRow.lesson.is_(None), most=_MOST_UNNAMED)
            known = self._said(session, ItemRow.lesson.is_not(None), most=_MOST_COMPARED)
            sections = _sections(session, shelf, np.arange(len(shelf.places)))
        number = {name: place for place, name in enumerate(sections.names)}
        known = [each for each in known if (each.lesson, each.anchor) in number]
        if not said or not known:
            return 0
        settled = np.zeros((len(known), len(number)))
        for row, each in enumerate(known):
            settled[row, number[each.lesson or "", each.anchor]] = 1.0
        found = self._found(said, shelf, sections)
        likely = shares_in_course(_own(found, sections), self._centred(said) @ self._centred(known).T, settled)
        best = [int(share.argmax()) if share.max() >= SURE else None for share in likely]
        return self._move(said, best, found, sections)

    def _shelf(self) -> Shelf:
        return self.shelves.shelf(ShelfKey(self.product, Collection.LESSONS))

    def _said(self, session: Session, where: ColumnElement[bool], *, most: int) -> list[_Told]:
        """The newest things said, the oldest first."""
        columns = ItemRow.id, ItemRow.text, ItemRow.input_hash, ItemRow.lesson, ItemRow.anchor, ItemRow.passage
        mine = ItemRow.product == self.product, ItemRow.input_hash.is_not(None), ItemRow.text != "", where
        newest = select(*columns, ItemRow.turn).where(*mine).order_by(ItemRow.created.desc(), ItemRow.id).limit(most)
        rows = session.execute(newest).all()[::-1]
        encoder = self.shelves.encoder
        keys = [row.input_hash or "" for row in rows]
        vectors = load_vectors(session, keys, encoder_id=encoder.id, dim=encoder.dim)
        told = []
        for row, key in zip(rows, keys, strict=True):
            if key in vectors:
                told.append(_Told(row.id, row.text, row.lesson, row.anchor, row.turn is None, vectors[key]))
        return told

    def _found(self, said: Sequence[_Told], shelf: Shelf, sections: _Sections) -> list[tuple[Hit, ...]]:
        """The sections' passages for each item, best first; scores are standard deviations above the whole shelf."""
        asked = (ask_with(each.text, each.vector, shelf, encoder_id=self.shelves.encoder.id) for each in said)
        return [search_among(each, shelf, rows=sections.rows, count=len(sections.rows)).hits for each in asked]

    def _centred(self, said: Sequence[_Told]) -> Matrix:
        """Unit vectors `(n, d)` with what belongs to their language alone taken out."""
        encoder_id = self.shelves.encoder.id
        told = [
            centre(each.vector, lang=language_of(each.text), role="question", encoder_id=encoder_id) for each in said
        ]
        return np.stack(told).astype(np.float64)

    def _move(
        self,
        said: Sequence[_Told],
        best: Sequence[int | None],
        found: Sequence[Sequence[Hit]],
        sections: _Sections,
    ) -> int:
        moved = 0
        with self.database.write() as session:
            themes = _themes_of(session, said)
            for each, section, hits in zip(said, best, found, strict=True):
                if section is None or not each.moves or sections.names[section] == (each.lesson, each.anchor):
                    continue
                passage = next(hit.place.passage for hit in hits if sections.number_of(hit.place.passage) == section)
                moved += _moved(session, each, sections.sources[passage])
            if moved:
                recount_themes(session, themes, now=self.now)
        return moved


def _sections(session: Session, shelf: Shelf, rows: npt.NDArray[np.int64]) -> _Sections:
    ids = [shelf.places[row].passage for row in rows.tolist()]
    sources = {str(each): source for each, source in load_sources(session, ids).items() if not _is_opening(source)}
    seen = np.asarray([passage in sources for passage in ids], dtype=bool)
    names = dict.fromkeys((sources[each].lesson.slug, sources[each].anchor) for each in ids if each in sources)
    return _Sections(tuple(names), rows[seen], sources)


def _is_opening(source: Source) -> bool:
    """Whether it is a few words below a lesson's title: they name all that follows, and are about none of it."""
    return source.heading_path == (source.lesson.title,) and len(source.text.split()) < _OPENING_WORDS


def _own(found: Sequence[Sequence[Hit]], sections: _Sections) -> Matrix:
    """The best score of each section's passages, `(n, sections)`."""
    number = {passage: sections.number_of(passage) for passage in sections.sources}
    own = np.full((len(found), len(sections.names)), -np.inf)
    for row, hits in enumerate(found):
        for hit in hits:
            section = number[hit.place.passage]
            own[row, section] = max(own[row, section], hit.score)
    return own


def _themes_of(session: Session, said: Sequence[_Told]) -> set[str]:
    mine = select(ItemRow.theme).where(ItemRow.id.in_([each.id for each in said]), ItemRow.theme.is_not(None))
    return {theme for theme in session.scalars(mine.distinct()) if theme is not None}


def _moved(session: Session, told: _Told, source: Source) -> int:
    # Not what was emptied or blacked out meanwhile.
    mine = update(ItemRow).where(ItemRow.id == told.id, ItemRow.text == told.text)
    place = {"lesson": source.lesson.slug, "anchor": source.anchor}
    values = place | {"passage": source.passage, "revision": source.lesson.revision, "theme": None, "grouped": None}
    return len(session.scalars(mine.values(**values).returning(ItemRow.id)).all())
