"""Trouble at a place of a lesson, as themes and items stand once they were grouped."""

from collections.abc import Sequence
from datetime import timedelta

from companion.wiring import House
from feedback.item import ItemKind, Place
from feedback.tables import ItemRow, ThemeRow
from feedback.theme import ThemeKind

LEARNERS = tuple(f"p-{number}" for number in range(8))


def troubled(
    house: House,
    theme: str,
    place: Place,
    texts: Sequence[str],
    *,
    kind: ThemeKind = ThemeKind.TROUBLE,
    item_kind: ItemKind = ItemKind.COMMENT,
    terms: Sequence[str] = (),
    product: str = "course",
    round_: int = 0,
) -> list[str]:
    """A theme of these texts, each by another learner; gives the items' ids. A later round adds to it."""
    with house.database.write() as session:
        if session.get(ThemeRow, theme) is None:
            row = ThemeRow(id=theme, product=product, kind=kind, lesson=place.lesson, anchor=place.anchor, facet="")
            row.label, row.label_by, row.terms, row.encoder = " ".join(terms) or theme, "rule", list(terms), ""
            row.size, row.created, row.updated = len(texts), house.clock(), house.clock()
            session.add(row)
            session.flush()
        ids = []
        for number, text in enumerate(texts):
            item = ItemRow(id=f"i-{theme}-{round_}-{number}", product=product, kind=item_kind, text=text, theme=theme)
            item.lesson, item.anchor, item.learner = place.lesson, place.anchor, LEARNERS[number]
            item.voice, item.lang = "person", ""
            item.created = house.clock() - timedelta(minutes=number)
            session.add(item)
            ids.append(item.id)
    return ids
