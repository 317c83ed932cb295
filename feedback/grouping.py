"""Takes items into themes as they come, place by place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.cluster import common_ground, nearest, unit
from feedback.item import ItemKind
from feedback.tables import ItemRow, ThemeRow
from feedback.theme import ThemeKind
from foundation.database import Database
from foundation.ids import content_hash
from knowledge.encoder import Vector
from knowledge.vectors import load_vectors

Progress = Callable[[int, int], None]

_ITEMS_A_COMMIT = 200
_GAPS = frozenset({ItemKind.UNANSWERED, ItemKind.REPEATED, ItemKind.HANDED_OVER})
_PRAISES = frozenset({ItemKind.THUMB_UP, ItemKind.PRAISE})


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many items joined a theme that was there, how many began one, and how many wait for their vector."""

    joined: int = 0
    began: int = 0
    waiting: int = 0


def group_items(
    database: Database, product: str, *, encoder_id: str, now: datetime, progress: Progress = lambda _done, _all: None
) -> Grouped:
    """Take every item that has its vector and was not looked at yet into a theme of its place, or begin one."""
    with database.read() as session:
        todo = list(session.scalars(_ungrouped(product)))
    total = Grouped()
    progress(0, len(todo))
    for start in range(0, len(todo), _ITEMS_A_COMMIT):
        with database.write() as session:
            took = _take(session, todo[start : start + _ITEMS_A_COMMIT], encoder_id=encoder_id, now=now)
        total = Grouped(total.joined + took.joined, total.began + took.began, total.waiting + took.waiting)
        progress(min(len(todo), start + _ITEMS_A_COMMIT), len(todo))
    return total


def kind_of(item: ItemRow) -> ThemeKind:
    """What an item is about: something missing, something that hurts, or something that is good as it is."""
    if item.kind in _GAPS:
        return ThemeKind.GAP
    if item.kind in _PRAISES or (item.score is not None and item.score > 0):
        return ThemeKind.PRAISE
    return ThemeKind.TROUBLE


def _ungrouped(product: str):  # type: ignore[no-untyped-def]
    new = ItemRow.product == product, ItemRow.input_hash.is_not(None), ItemRow.grouped.is_(None)
    return select(ItemRow.id).where(*new).order_by(ItemRow.created, ItemRow.id)


def _take(session: Session, ids: Sequence[str], *, encoder_id: str, now: datetime) -> Grouped:
    items = list(session.scalars(select(ItemRow).where(ItemRow.id.in_(ids)).order_by(ItemRow.created, ItemRow.id)))
    hashes = [item.input_hash for item in items if item.input_hash]
    vectors = _vectors(session, hashes, encoder_id=encoder_id)
    joined = began = 0
    for item in items:
        vector = vectors.get(item.input_hash or "")
        if vector is None:
            continue
        placed = common_ground(vector[None, :], [item.lang], encoder_id=encoder_id)[0]
        began_one = _join(session, item, placed, encoder_id=encoder_id, now=now)
        began, joined = began + began_one, joined + (not began_one)
    return Grouped(joined, began, len(items) - joined - began)


def _vectors(session: Session, hashes: Sequence[str], *, encoder_id: str) -> dict[str, Vector]:
    return load_vectors(session, hashes, encoder_id=encoder_id, dim=384)


def _join(session: Session, item: ItemRow, vector: Vector, *, encoder_id: str, now: datetime) -> bool:
    kind = kind_of(item)
    here = select(ThemeRow).where(
        ThemeRow.product == item.product,
        ThemeRow.kind == kind,
        ThemeRow.lesson == item.lesson if item.lesson is not None else ThemeRow.lesson.is_(None),
        ThemeRow.anchor == item.anchor,
        ThemeRow.encoder == encoder_id,
        ThemeRow.merged_into.is_(None),
    )
    themes = list(session.scalars(here.order_by(ThemeRow.created, ThemeRow.id)))
    centres = [np.frombuffer(theme.centroid or b"", dtype="<f4") for theme in themes]
    fit = nearest(vector, np.stack(centres)) if centres else None
    if fit is None:
        theme = _begin(item, kind, encoder_id=encoder_id, now=now)
        session.add(theme)
    else:
        theme = themes[fit.group]
    before = np.frombuffer(theme.centroid or b"", dtype="<f4") * theme.size if theme.size else np.zeros_like(vector)
    theme.centroid = unit((before + vector)[None, :])[0].astype("<f4").tobytes()
    theme.size += 1
    theme.updated, theme.figures = now, None
    item.theme, item.grouped = theme.id, now
    session.flush()
    return fit is None


def _begin(item: ItemRow, kind: ThemeKind, *, encoder_id: str, now: datetime) -> ThemeRow:
    theme = ThemeRow(id=f"t-{content_hash(item.id, kind, size=12)}", product=item.product, kind=kind)
    theme.lesson, theme.anchor, theme.passage, theme.facet = item.lesson, item.anchor, item.passage, ""
    theme.label, theme.label_by, theme.terms = item.text[:80], "rule", []
    theme.encoder, theme.size, theme.centroid = encoder_id, 0, None
    theme.created, theme.updated = now, now
    return theme
