"""Writes themes and which items are in them."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import numpy as np
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from feedback.corners import Corner, Told
from feedback.facets import FacetSet, read_facets
from feedback.labels import label_anew
from feedback.tables import ItemRow, ThemeRow
from foundation.ids import content_hash
from knowledge.encoder import Vector

_IDS_A_QUERY = 500
# Of a corner with more themes the largest are looked at: a new item is compared with no more than these.
_MOST_THEMES = 2_000
# Themes up to this size are labelled anew with every item; a tenth more or less is 1 / 10 of a logarithm.
_SMALL, _TENTHS = 30, 10


@dataclass(frozen=True, slots=True)
class InCorner:
    """A theme of a corner; `mean` is float32 `(d,)`, None for one that its facet holds together."""

    id: str
    facet: str
    size: int
    mean: Vector | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A theme as it is to be from now on, and the items it gets."""

    id: str
    items: tuple[Told, ...]
    facet: str
    mean: Vector | None


def themes_in(session: Session, product: str, corner: Corner, *, encoder_id: str) -> list[InCorner]:
    """The themes of a corner without a facet of the course, those that have items, the largest first."""
    place = ThemeRow.lesson.is_(None) if corner.lesson is None else ThemeRow.lesson == corner.lesson
    mine = select(ThemeRow.id, ThemeRow.facet, ThemeRow.size, ThemeRow.centroid).where(
        ThemeRow.product == product,
        ThemeRow.kind == corner.kind,
        place,
        ThemeRow.anchor == corner.anchor,
        ThemeRow.encoder == encoder_id,
        ThemeRow.size > 0,
    )
    if corner.lesson is None:
        mine = mine.where(ThemeRow.facet == "")
    rows = session.execute(mine.order_by(ThemeRow.size.desc(), ThemeRow.id).limit(_MOST_THEMES))
    return [
        InCorner(row.id, row.facet, row.size, None if row.centroid is None else np.frombuffer(row.centroid, "<f4"))
        for row in rows
    ]


def members_of(session: Session, product: str, themes: Sequence[str]) -> dict[str, str]:
    """Item → theme, of everything in these themes."""
    found: dict[str, str] = {}
    for start in range(0, len(themes), _IDS_A_QUERY):
        mine = (ItemRow.product == product) & ItemRow.theme.in_(themes[start : start + _IDS_A_QUERY])
        # A result has keys, those of its columns: as an argument of `update` it would be taken for a mapping.
        found.update((row.id, str(row.theme)) for row in session.execute(select(ItemRow.id, ItemRow.theme).where(mine)))
    return found


def loose_theme(product: str, corner: Corner, facet: str) -> str:
    """The id of the theme that a facet holds together in a corner: always the same."""
    return f"t-{content_hash(product, corner.kind, corner.lesson or '', corner.anchor, facet, 'facet', size=12)}"


def all_loose(product: str, corner: Corner) -> frozenset[str]:
    """The ids of all themes that a facet may hold together in a corner."""
    facets = ("", *(facet.id for facet in read_facets(FacetSet.LESSON).facets))
    return frozenset(loose_theme(product, corner, facet) for facet in facets)


def new_theme(session: Session, product: str, first: Told, *, taken: Collection[str]) -> str:
    """An id for a theme that begins with an item, one that no theme has."""
    again = 0
    while True:
        name = f"t-{content_hash(product, first.kind, first.id, str(again), size=12)}"
        if name not in taken and session.get(ThemeRow, name) is None:
            return name
        again += 1


def keep_themes(
    session: Session, product: str, corner: Corner, kept: Sequence[Kept], *, encoder_id: str, now: datetime
) -> int:
    """Write themes of a corner with the items they get, and those that lost some; gives how many are new."""
    began = 0
    left: Counter[tuple[str, str]] = Counter()
    for theme in kept:
        row = session.get(ThemeRow, theme.id)
        began += row is None
        row = row or _begin(session, product, corner, theme, now=now)
        row.facet, row.encoder, row.merged_into = theme.facet, encoder_id, None
        row.centroid = None if theme.mean is None else theme.mean.astype("<f4").tobytes()
        left.update((item.theme, theme.id) for item in theme.items if item.theme not in (None, theme.id))
        _put(session, theme, now=now)
    session.flush()
    label_anew(session, _count_anew(session, {theme.id for theme in kept} | {was for was, _ in left}, left, now=now))
    return began


def recount_themes(session: Session, themes: Collection[str], *, now: datetime) -> None:
    """Count and label anew what is left in themes that words were taken out of."""
    _count_anew(session, themes, Counter(), now=now)
    label_anew(session, themes)


def _put(session: Session, theme: Kept, *, now: datetime) -> None:
    """Items whose words were taken back meanwhile stay out."""
    table = cast(Table, ItemRow.__table__)
    same = table.c.id == bindparam("item"), table.c.input_hash == bindparam("words")
    moved = [item for item in theme.items if item.waits or item.theme != theme.id]
    rows = [{"item": item.id, "words": item.input_hash} for item in moved]
    if rows:
        session.connection().execute(update(table).where(*same).values(theme=theme.id, grouped=now), rows)


def _begin(session: Session, product: str, corner: Corner, theme: Kept, *, now: datetime) -> ThemeRow:
    row = ThemeRow(id=theme.id, product=product, kind=corner.kind, lesson=corner.lesson, anchor=corner.anchor)
    passages = Counter(item.passage for item in theme.items if item.passage is not None)
    row.passage = passages.most_common(1)[0][0] if passages else None
    row.label, row.label_by, row.terms, row.size = "", "rule", [], 0
    row.created, row.updated = now, now
    session.add(row)
    return row


def _count_anew(
    session: Session, themes: Collection[str], left: Counter[tuple[str, str]], *, now: datetime
) -> list[str]:
    """Count what is in these themes, and give those to label anew: small ones, and those that grew or lost a tenth.

    One that lost everything was taken in by the one that got the most of it.
    """
    to_label = []
    came = {heir for _, heir in left}
    for name in sorted(themes):
        row = session.get(ThemeRow, name)
        if row is None:
            continue
        before = row.size
        row.size = (
            session.scalar(select(func.count()).where(ItemRow.product == row.product, ItemRow.theme == name)) or 0
        )
        if row.size == before and name not in came:
            continue
        row.updated, row.figures = now, None
        heirs = sorted((-count, heir) for (was, heir), count in left.items() if was == name)
        row.merged_into = heirs[0][1] if heirs and not row.size else None
        if row.size <= _SMALL or round(_TENTHS * math.log(row.size)) != round(_TENTHS * math.log(max(before, 1))):
            to_label.append(name)
    session.flush()
    return to_label
