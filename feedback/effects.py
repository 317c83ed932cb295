"""Reads the effects that are kept."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.effect import Effect, EffectState, Verdict
from feedback.item import Place
from feedback.tables import EffectRow
from foundation.errors import NotFound
from foundation.ids import ProductSlug


def list_effects(session: Session, product: str, *, release: int | None = None) -> list[Effect]:
    """A product's effects, those of the latest release first; of one release where it is named."""
    mine = select(EffectRow).where(EffectRow.product == product)
    if release is not None:
        mine = mine.where(EffectRow.release == release)
    return [as_effect(row) for row in session.scalars(mine.order_by(EffectRow.release.desc(), EffectRow.id))]


def find_effect(session: Session, product: str, effect: str) -> Effect:
    """One effect; raises NotFound, also for one of another product."""
    row = session.get(EffectRow, effect)
    if row is None or row.product != product:
        raise NotFound(f"there is no effect {effect[:70]!r} in {product[:70]}; the console lists those it has")
    return as_effect(row)


def as_effect(row: EffectRow) -> Effect:
    """A row as a value."""
    return Effect(
        id=row.id,
        product=ProductSlug(row.product),
        proposal=row.proposal,
        release=row.release,
        place=Place(row.lesson, row.anchor),
        released=row.released,
        plan=dict(row.plan),
        looks=tuple(row.looks),
        verdict=Verdict(row.verdict),
        state=EffectState(row.state),
    )
