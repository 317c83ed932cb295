"""Items with vectors made by hand, for tests of grouping: words that mean the same point the same way."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from sqlalchemy import delete, select, update

from feedback.grouping import Grouped, group_items, regroup
from feedback.item import ItemKind, Voice
from feedback.placing import input_hash
from feedback.settings import LEAST_K, choose_settings
from feedback.tables import ItemRow, ThemeRow
from feedback.theme import Theme
from feedback.themes import items_of_theme, list_themes
from foundation.database import Database
from knowledge.encoder import Vector
from knowledge.products import ProductKind, register_product
from knowledge.vectors import store_vectors
from tests.fakes import FixedClock

COURSE = "course"
ENCODER = "made-by-hand"
DIM = 32


class Spoken:
    """What learners of one course said, each about a matter, with the vector of that matter and a little noise."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self._count = 0
        with database.write() as session:
            register_product(session, COURSE, title="A course", kind=ProductKind.COURSE, lang="en", now=clock())  # type: ignore[arg-type]
            # The least there is: below it, small groups are gathered so that something can be shown.
            choose_settings(session, COURSE, by="p-author", now=clock(), k=LEAST_K)  # type: ignore[arg-type]

    def forget(self) -> None:
        """As if nobody had said anything."""
        with self.database.write() as session:
            session.execute(delete(ItemRow))
            session.execute(delete(ThemeRow))
        self._count = 0

    def say(
        self,
        text: str,
        about: int | None,
        *,
        lesson: str | None = "loops",
        anchor: str = "while",
        kind: ItemKind = ItemKind.COMMENT,
        by: str | None = None,
        voice: Voice = Voice.PERSON,
        **more: object,
    ) -> str:
        """One item; `about` numbers the matter, None leaves it without a vector."""
        self._count += 1
        name = f"i-{self._count:04d}"
        row = ItemRow(id=name, product=COURSE, kind=kind, text=text, lesson=lesson, anchor=anchor, **more)
        row.learner, row.voice = by or f"a-{self._count}", voice
        row.created = self.clock() + timedelta(seconds=self._count)
        row.input_hash = input_hash(text) if text else None
        with self.database.write() as session:
            session.add(row)
            if about is not None:
                vectors = {input_hash(text): vector_of(text, about)}
                store_vectors(session, vectors, encoder_id=ENCODER, rounded=frozenset(vectors))
        return name

    def say_all(self, texts: Sequence[str], about: int, **more: object) -> list[str]:
        """One item by each of as many learners."""
        return [self.say(text, about, **more) for text in texts]  # type: ignore[arg-type]

    def group(self) -> Grouped:
        return group_items(self.database, COURSE, encoder_id=ENCODER, now=self.clock())

    def regroup(self) -> Grouped:
        return regroup(self.database, COURSE, encoder_id=ENCODER, now=self.clock())

    def themes(self) -> list[Theme]:
        with self.database.read() as session:
            return list_themes(session, COURSE)

    def members(self) -> dict[str, set[str]]:
        """Theme → its items."""
        with self.database.read() as session:
            return {
                theme.id: {item.id for item in items_of_theme(session, theme.id)}
                for theme in list_themes(session, COURSE)
            }

    def partition(self) -> set[frozenset[str]]:
        """The themes as sets of texts."""
        with self.database.read() as session:
            rows = session.execute(select(ItemRow.theme, ItemRow.text).where(ItemRow.theme.is_not(None)))
            found: dict[str | None, set[str]] = {}
            for theme, text in rows:
                found.setdefault(theme, set()).add(text)
        return {frozenset(texts) for texts in found.values()}

    def move(self, item: str, *, anchor: str) -> None:
        """As an item that was placed anew."""
        with self.database.write() as session:
            session.execute(update(ItemRow).where(ItemRow.id == item).values(anchor=anchor, grouped=None))


def vector_of(text: str, about: int) -> Vector:
    """A unit vector: mostly that of the matter, a little of the text's own."""
    own = np.random.default_rng(sum(map(ord, text))).normal(size=DIM)
    made = np.eye(DIM)[about] + 0.6 * own / np.linalg.norm(own)
    return np.asarray(made / np.linalg.norm(made), dtype=np.float32)
