"""Takes items into themes: as they come, and all anew.

An opinion of the course as a whole goes to the facet it speaks of. Everything else is arranged with what was said at
the same place, each kind by itself. A place with few items is arranged anew whenever one is added, so that what came
first decides nothing; a large one when it has grown by a quarter, and until then an item joins what it is nearest to.
How it was found: docs/design/themes.md.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.arrange import Voiced, arrange, kept_names
from feedback.cluster import best_fit, near_enough
from feedback.corners import Corner, Eyes, Told, corners_of, eyes_of, told_items, voiced
from feedback.settings import loop_settings
from feedback.tables import ItemRow
from feedback.theme_rows import InCorner, Kept, all_loose, keep_themes, loose_theme, members_of, new_theme, themes_in
from foundation.database import Database

Progress = Callable[[int, int], None]

_ITEMS_A_TIME = 2_000
# A place with no more items is arranged anew for each that comes; 100 take 40 CPU ms with reading and writing.
_FEW = 100
_GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many items were taken into themes, how many of these themes are new, and how many items wait for a vector."""

    joined: int = 0
    began: int = 0
    waiting: int = 0


def group_items(
    database: Database, product: str, *, encoder_id: str, now: datetime, progress: Progress = lambda _done, _all: None
) -> Grouped:
    """Take every item that has its vector and was not looked at yet into a theme; what has no words stays out of them.

    Committed place by place: stopped anywhere, what was done stays and the rest waits.
    """
    new = ItemRow.product == product, ItemRow.input_hash.is_not(None), ItemRow.grouped.is_(None)
    with database.read() as session:
        ids = list(session.scalars(select(ItemRow.id).where(*new)))
    _pass_over_wordless(database, product, now=now)
    return _Round(database, product, encoder_id, now, progress, anew=False).group(ids)


def regroup(
    database: Database, product: str, *, encoder_id: str, now: datetime, progress: Progress = lambda _done, _all: None
) -> Grouped:
    """Arrange everything anew, whatever order it came in; a theme that is still the same keeps its id."""
    mine = ItemRow.product == product, ItemRow.input_hash.is_not(None)
    with database.read() as session:
        ids = list(session.scalars(select(ItemRow.id).where(*mine)))
    return _Round(database, product, encoder_id, now, progress, anew=True).group(ids)


def _pass_over_wordless(database: Database, product: str, *, now: datetime) -> None:
    """Presses without words are in no theme; looked at once, they are not looked at again."""
    wordless = ItemRow.product == product, ItemRow.grouped.is_(None), ItemRow.text == "", ItemRow.input_hash.is_(None)
    with database.read() as session:
        some = session.scalar(select(ItemRow.id).where(*wordless).limit(1))
    if some is not None:
        with database.write() as session:
            session.execute(update(ItemRow).where(*wordless).values(grouped=now))


@dataclass(frozen=True, slots=True)
class _Round:
    """One going over of a product's items."""

    database: Database
    product: str
    encoder_id: str
    now: datetime
    progress: Progress
    anew: bool

    def group(self, ids: Sequence[str]) -> Grouped:
        self.progress(0, len(ids))
        corners: dict[Corner, list[Told]] = {}
        with self.database.read() as session:
            eyes = eyes_of(session, ids, encoder_id=self.encoder_id)
            if eyes is None:
                return Grouped(waiting=len(ids))
            for start in range(0, len(ids), _ITEMS_A_TIME):
                for corner, item in corners_of(session, told_items(session, ids[start : start + _ITEMS_A_TIME]), eyes):
                    corners.setdefault(corner, []).append(item)
        joined = began = 0
        for corner in sorted(corners, key=lambda each: (each.kind, each.lesson or "", each.anchor, each.facet)):
            began += self._settle(corner, corners[corner], eyes)
            joined += len(corners[corner])
            self.progress(joined, len(ids))
        return Grouped(joined, began, len(ids) - joined)

    def _settle(self, corner: Corner, items: Sequence[Told], eyes: Eyes) -> int:
        """Take these items of a corner in; gives how many themes are new."""
        with self.database.read() as session:
            kept = self._plan(session, corner, items, eyes)
        with self.database.write() as session:
            return keep_themes(session, self.product, corner, kept, encoder_id=eyes.encoder_id, now=self.now)

    def _plan(self, session: Session, corner: Corner, items: Sequence[Told], eyes: Eyes) -> list[Kept]:
        """The themes that change, with the items they get."""
        if corner.facet:
            return [Kept(loose_theme(self.product, corner, corner.facet), tuple(items), corner.facet, None)]
        there = themes_in(session, self.product, corner, encoder_id=eyes.encoder_id)
        before = sum(theme.size for theme in there)
        known = {theme.id for theme in there}
        anew = self.anew or any(item.theme in known for item in items) or _grown(before, before + len(items))
        if not anew and before + len(items) > _FEW:
            return self._joined(session, corner, items, there, eyes)
        was = members_of(session, self.product, sorted(known))
        every = {item.id: item for item in told_items(session, list(was)) if _belongs(item, corner)}
        every |= {item.id: item for item in items}
        return self._arranged(session, corner, list(every.values()), was, eyes)

    def _arranged(
        self, session: Session, corner: Corner, items: Sequence[Told], was: Mapping[str, str], eyes: Eyes
    ) -> list[Kept]:
        """All of a corner's items, arranged anew; `was` is the theme each was in."""
        groups = arrange(voiced(session, items, eyes), floor=loop_settings(session, self.product).k)
        by_id = {item.id: item for item in items}
        members = {number: tuple(by_id[each] for each in group.members) for number, group in enumerate(groups)}
        in_words = {number: group for number, group in enumerate(groups) if not group.loose}
        loose = all_loose(self.product, corner)
        names = kept_names(
            {number: group.members for number, group in in_words.items()},
            {item: theme for item, theme in was.items() if theme not in loose},
        )
        kept = []
        for number, group in enumerate(groups):
            if group.loose:
                name, mean = loose_theme(self.product, corner, group.facet), None
            else:
                name, mean = names.get(number) or self._new_name(session, members[number], names), group.mean
                names[number] = name
            kept.append(Kept(name, members[number], group.facet, mean))
        return kept

    def _joined(
        self, session: Session, corner: Corner, items: Sequence[Told], there: Sequence[InCorner], eyes: Eyes
    ) -> list[Kept]:
        """Each item with the group of a large corner it is nearest to, or with what only its facet tells apart."""
        groups = [(theme, theme.mean) for theme in there if theme.mean is not None]
        means = np.stack([mean for _, mean in groups]) if groups else np.zeros((0, eyes.dim), np.float32)
        sizes = np.asarray([theme.size for theme, _ in groups], dtype=np.float32)
        near = near_enough(means.T @ sizes, int(sizes.sum()))
        by_id = {item.id: item for item in items}
        took: dict[str, list[Voiced]] = {}
        for each in voiced(session, items, eyes):
            fit = best_fit(each.vector, means, near=near)
            loose = loose_theme(self.product, corner, each.facet)
            took.setdefault(loose if fit is None else groups[fit.group][0].id, []).append(each)
        known = {theme.id: theme for theme in there}
        kept = []
        for name, new in sorted(took.items()):
            theme = known.get(name)
            facet = theme.facet if theme is not None else new[0].facet
            mean = None
            if theme is not None and theme.mean is not None:
                total = theme.mean * theme.size + np.sum([each.vector for each in new], axis=0)
                mean = np.asarray(total / (theme.size + len(new)), dtype=np.float32)
            kept.append(Kept(name, tuple(by_id[each.id] for each in new), facet, mean))
        return kept

    def _new_name(self, session: Session, members: Sequence[Told], names: Mapping[int, str]) -> str:
        return new_theme(session, self.product, members[0], taken=set(names.values()))


def _grown(before: int, after: int) -> bool:
    """Whether a corner has grown by a quarter since it was arranged last: whether it passed a power of 1.25."""
    return before == 0 or math.floor(math.log(after, _GROWTH)) > math.floor(math.log(before, _GROWTH))


def _belongs(item: Told, corner: Corner) -> bool:
    return (item.kind, item.lesson, item.anchor) == (corner.kind, corner.lesson, corner.anchor)
