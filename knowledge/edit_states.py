"""Edits as they are kept, and what becomes of them when releases go live, are rolled back or given up.

An edit is shown by the release it was made for and by every one that was made from that; which those are is told by the
releases' numbers, so that a rollback takes back just the edits its release did not show.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from foundation.ids import LessonId, ProductSlug, RevisionId
from knowledge.edits import Change, EditState, change_from_plain
from knowledge.tables import EditRow, LessonRow


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit; its fields are those of `knowledge.tables.EditRow`, `slug` is its lesson's."""

    id: str
    product: ProductSlug
    lesson: LessonId
    slug: str
    changes: tuple[Change, ...]
    base: RevisionId
    revision: RevisionId | None
    release: int | None
    state: EditState
    who: str
    created: datetime
    updated: datetime


def list_edits(
    session: Session, product: str, *, states: Collection[EditState] | None = None, release: int | None = None
) -> list[Edit]:
    """A product's edits in the order of their releases, of one release where it is named."""
    mine = select(EditRow, LessonRow.slug).join(LessonRow, LessonRow.id == EditRow.lesson)
    mine = mine.where(EditRow.product == product)
    if states is not None:
        mine = mine.where(EditRow.state.in_(states))
    if release is not None:
        mine = mine.where(EditRow.release == release)
    ordered = mine.order_by(EditRow.release, EditRow.created, EditRow.id)
    return [_edit(row, slug) for row, slug in session.execute(ordered)]


def find_edit(session: Session, product: str, edit: str) -> Edit:
    """One edit; raises NotFound, also for one of another product."""
    row = session.get(EditRow, edit)
    if row is None or row.product != product:
        raise NotFound(
            f"{product} has no edit {edit[:70]!r}; `companion release edits --product {product}` shows those it has"
        )
    return _edit(row, session.get_one(LessonRow, row.lesson).slug)


def show_edits(session: Session, product: str, release: int, *, now: datetime) -> None:
    """The edits of a draft that was just published are live."""
    _set(_rows(session, product, EditRow.release == release, EditRow.state == EditState.DRAFT), EditState.LIVE, now=now)


def take_edits_back(
    session: Session, product: str, *, shown: Collection[int], since: datetime | None, now: datetime
) -> None:
    """An earlier release is brought back: live are the edits of the releases that led to it (`shown`), and no others.

    What the author's files had made of one when the earlier release went live (`since`) still holds.
    """
    for row in _rows(session, product, EditRow.state != EditState.DRAFT):
        settled_before = row.state in (EditState.ABSORBED, EditState.CONFLICT) and since and row.updated <= since
        if row.release not in shown:
            _set([row], EditState.TAKEN_BACK, now=now)
        elif not settled_before:
            _set([row], EditState.LIVE, now=now)


def settle_edits(session: Session, states: Mapping[str, EditState], *, now: datetime) -> None:
    """Note what the author's files made of live edits, by their ids."""
    for name, state in states.items():
        _set([session.get_one(EditRow, name)], state, now=now)


def drop_edits(session: Session, product: str, release: int) -> None:
    """The draft they were made for is given up: nobody saw them."""
    session.execute(
        delete(EditRow).where(EditRow.product == product, EditRow.release == release, EditRow.state == EditState.DRAFT)
    )


def _rows(session: Session, product: str, *where: object) -> list[EditRow]:
    mine = select(EditRow).where(EditRow.product == product, *where)  # type: ignore[arg-type]
    return list(session.scalars(mine.order_by(EditRow.created, EditRow.id)))


def _set(rows: Iterable[EditRow], state: EditState, *, now: datetime) -> None:
    for row in rows:
        if row.state != state:
            row.state, row.updated = state, now


def _edit(row: EditRow, slug: str) -> Edit:
    return Edit(
        id=row.id,
        product=ProductSlug(row.product),
        lesson=LessonId(row.lesson),
        slug=slug,
        changes=tuple(map(change_from_plain, row.changes)),
        base=RevisionId(row.base),
        revision=RevisionId(row.revision) if row.revision else None,
        release=row.release,
        state=EditState(row.state),
        who=row.who,
        created=row.created,
        updated=row.updated,
    )
