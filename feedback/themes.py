"""Reads themes and the items that are in them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.item import Item, ItemKind, Place, Source, Voice
from feedback.tables import ItemRow, ThemeRow
from feedback.theme import Theme, ThemeKind
from foundation.errors import NotFound
from foundation.ids import ProductSlug


def list_themes(session: Session, product: str, *, kind: ThemeKind | None = None) -> list[Theme]:
    """A product's themes as they stand, the oldest first; none that another one took in, and none without items."""
    mine = select(ThemeRow).where(ThemeRow.product == product, ThemeRow.merged_into.is_(None), ThemeRow.size > 0)
    if kind is not None:
        mine = mine.where(ThemeRow.kind == kind)
    return [_theme(row) for row in session.scalars(mine.order_by(ThemeRow.created, ThemeRow.id))]


def find_theme(session: Session, product: str, theme: str) -> Theme:
    """One theme; of one that was taken in by another, that one. Raises NotFound."""
    row = session.get(ThemeRow, theme)
    while row is not None and row.merged_into is not None:
        row = session.get(ThemeRow, row.merged_into)
    if row is None or row.product != product:
        raise NotFound(f"there is no theme {theme[:70]!r} in {product!r}; `companion feedback themes` lists them")
    return _theme(row)


def items_of_theme(session: Session, theme: str) -> list[Item]:
    """Everything that is in a theme, the oldest first."""
    # By product and theme, as the index has them; asked to sort, SQLite walks all the product's items instead.
    product = select(ThemeRow.product).where(ThemeRow.id == theme).scalar_subquery()
    rows = session.scalars(select(ItemRow).where(ItemRow.product == product, ItemRow.theme == theme))
    return [item_of(row) for row in sorted(rows, key=lambda row: (row.created, row.id))]


def item_of(row: ItemRow) -> Item:
    """A row as the loop sees it."""
    return Item(
        id=row.id,
        product=ProductSlug(row.product),
        kind=ItemKind(row.kind),
        source=Source(row.source),
        text=row.text,
        lang=row.lang,
        learner=row.learner,
        voice=Voice(row.voice),
        place=Place(row.lesson, row.anchor),
        passage=row.passage,
        revision=row.revision,
        turn=row.turn,
        outcome=row.outcome,
        score=row.score,
        consent=row.consent,
        theme=row.theme,
        created=row.created,
    )


def _theme(row: ThemeRow) -> Theme:
    return Theme(
        id=row.id,
        product=ProductSlug(row.product),
        kind=ThemeKind(row.kind),
        place=Place(row.lesson, row.anchor),
        passage=row.passage,
        facet=row.facet,
        label=row.label,
        label_by=row.label_by,
        terms=tuple(row.terms),
        created=row.created,
        updated=row.updated,
    )
