"""Corners: one kind of things said at one place, arranged together; and the items in them with their vectors."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.arrange import Voiced, facet_of
from feedback.cluster import common_ground
from feedback.facet_vectors import facet_vectors
from feedback.facets import FacetSet, Scores, score_facets
from feedback.item import ItemKind
from feedback.tables import ItemRow
from feedback.theme import ThemeKind
from feedback.tone import asks, is_praise
from knowledge.encoder import Vector
from knowledge.language import language_of
from knowledge.vectors import load_vectors, rounded_dim

_IDS_A_QUERY = 500
_GAPS = frozenset({ItemKind.UNANSWERED, ItemKind.REPEATED, ItemKind.HANDED_OVER})
_COMMENTS = frozenset({ItemKind.COMMENT, ItemKind.SURVEY, ItemKind.FORUM})
_PRAISES = frozenset({ItemKind.THUMB_UP, ItemKind.PRAISE})


@dataclass(frozen=True, slots=True)
class Corner:
    """One kind of things said at one place; `facet` is that of a course, "" for what is told apart by its own words."""

    kind: ThemeKind
    lesson: str | None
    anchor: str
    facet: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What arranging needs of an item; `waits`: it was not looked at since it came, or was placed anew."""

    id: str
    kind: ThemeKind
    text: str
    learner: str | None
    lesson: str | None
    anchor: str
    passage: str | None
    input_hash: str
    theme: str | None
    created: datetime
    waits: bool


@dataclass(frozen=True, slots=True)
class Eyes:
    """What items are looked at with: an encoder, and the length of its vectors."""

    encoder_id: str
    dim: int


def eyes_of(session: Session, ids: Sequence[str], *, encoder_id: str) -> Eyes | None:
    """The eyes for these items; None where this encoder has read none of them."""
    for start in range(0, len(ids), _IDS_A_QUERY):
        some = select(ItemRow.input_hash).where(ItemRow.id.in_(ids[start : start + _IDS_A_QUERY]))
        hashes = [each for each in session.scalars(some) if each is not None]
        dim = rounded_dim(session, hashes, encoder_id=encoder_id)
        if dim is not None:
            return Eyes(encoder_id, dim)
    return None


def kind_of(*, kind: str, score: float | None, text: str, lesson: str | None) -> ThemeKind:
    """What an item is about: something missing, something that hurts, or something that is good as it is.

    Whether a comment praises its learner's number says, where there is one, and else its words. A comment that asks
    what no lesson has is a question the course does not answer, like one the assistant was asked.
    """
    if kind in _GAPS or (kind in _COMMENTS and lesson is None and score is None and asks(text)):
        return ThemeKind.GAP
    praised = kind in _PRAISES or (score is not None and score > 0)
    if praised or (kind in _COMMENTS and not score and is_praise(text)):
        return ThemeKind.PRAISE
    return ThemeKind.TROUBLE


def told_items(session: Session, ids: Collection[str]) -> list[Told]:
    """Those of these items that have a vector's name, the oldest first."""
    columns = ItemRow.id, ItemRow.kind, ItemRow.score, ItemRow.text, ItemRow.lesson, ItemRow.anchor
    more = ItemRow.passage, ItemRow.input_hash, ItemRow.theme, ItemRow.created, ItemRow.grouped, ItemRow.learner
    ordered = sorted(ids)
    found = []
    for start in range(0, len(ordered), _IDS_A_QUERY):
        mine = ItemRow.id.in_(ordered[start : start + _IDS_A_QUERY]), ItemRow.input_hash.is_not(None)
        for row in session.execute(select(*columns, *more).where(*mine)):
            kind = kind_of(kind=row.kind, score=row.score, text=row.text, lesson=row.lesson)
            place = row.lesson, row.anchor if row.lesson is not None else ""
            told = row.passage, row.input_hash, row.theme, row.created
            found.append(Told(row.id, kind, row.text, row.learner, *place, *told, waits=row.grouped is None))
    return sorted(found, key=lambda each: (each.created, each.id))


def corners_of(session: Session, items: Sequence[Told], eyes: Eyes) -> Iterator[tuple[Corner, Told]]:
    """Each item with its corner; an item without a vector by this encoder is left out."""
    vectors = _vectors(session, items, eyes)
    items = [item for item in items if item.input_hash in vectors]
    opinions = [item for item in items if item.lesson is None and item.kind is not ThemeKind.GAP]
    scores = _scores(session, FacetSet.COURSE, opinions, vectors, eyes)
    facets = {item.id: facet_of(FacetSet.COURSE, each) for item, each in zip(opinions, scores, strict=True)}
    for item in items:
        yield Corner(item.kind, item.lesson, item.anchor, facets.get(item.id, "")), item


def voiced(session: Session, items: Sequence[Told], eyes: Eyes) -> list[Voiced]:
    """Items as they are arranged at their place; one without a vector by this encoder is left out."""
    vectors = _vectors(session, items, eyes)
    items = [item for item in items if item.input_hash in vectors]
    if not items:
        return []
    ground = common_ground(_stacked(items, vectors), [item.text for item in items], encoder_id=eyes.encoder_id)
    placed = [item for item in items if item.lesson is not None]
    scores = _scores(session, FacetSet.LESSON, placed, vectors, eyes)
    facets = {item.id: facet_of(FacetSet.LESSON, each) for item, each in zip(placed, scores, strict=True)}
    return [
        Voiced(item.id, vector, facets.get(item.id, ""), item.learner)
        for item, vector in zip(items, ground, strict=True)
    ]


def _vectors(session: Session, items: Sequence[Told], eyes: Eyes) -> dict[str, Vector]:
    return load_vectors(session, [item.input_hash for item in items], encoder_id=eyes.encoder_id, dim=eyes.dim)


def _stacked(items: Sequence[Told], vectors: dict[str, Vector]) -> Vector:
    return np.stack([vectors[item.input_hash] for item in items])


def _scores(
    session: Session, which: FacetSet, items: Sequence[Told], vectors: dict[str, Vector], eyes: Eyes
) -> Scores | list[Scores]:
    if not items:
        return []
    texts = [item.text for item in items]
    at = facet_vectors(session, which, encoder_id=eyes.encoder_id, dim=eyes.dim)
    return score_facets(which, texts, _stacked(items, vectors), [language_of(text) for text in texts], at=at)
