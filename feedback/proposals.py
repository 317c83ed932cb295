"""Reads proposals, and keeps what happened to them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.item import Place
from feedback.proposal import Proposal, ProposalKind, ProposalState
from feedback.tables import ProposalEventRow, ProposalRow
from foundation.errors import NotFound
from foundation.ids import ProductSlug
from knowledge.edits import change_from_plain

WAITING = frozenset({ProposalState.OPEN, ProposalState.POSTPONED})
"""Nothing was decided on these yet."""


@dataclass(frozen=True, slots=True)
class ProposalEvent:
    """What happened to a proposal; `who` is a person's id, "" for what the loop did by itself."""

    proposal: str
    what: str
    who: str
    at: datetime
    detail: dict[str, Any]


def list_proposals(
    session: Session, product: str, *, states: Collection[ProposalState] | None = None
) -> list[Proposal]:
    """A product's proposals, those that matter most first; ties by id."""
    mine = select(ProposalRow).where(ProposalRow.product == product)
    if states is not None:
        mine = mine.where(ProposalRow.state.in_(states))
    return [as_proposal(row) for row in session.scalars(mine.order_by(ProposalRow.severity.desc(), ProposalRow.id))]


def count_proposals(session: Session, product: str) -> dict[ProposalState, int]:
    """How many proposals of a product are in each state."""
    counted = select(ProposalRow.state, func.count()).where(ProposalRow.product == product)
    found = dict(session.execute(counted.group_by(ProposalRow.state)).all())
    return {state: found.get(state, 0) for state in ProposalState}


def find_proposal(session: Session, product: str, proposal: str) -> Proposal:
    """One proposal; raises NotFound, also for one of another product."""
    return as_proposal(row_of(session, product, proposal))


def row_of(session: Session, product: str, proposal: str) -> ProposalRow:
    """A proposal's row, to change it; raises NotFound, also for one of another product."""
    row = session.get(ProposalRow, proposal)
    if row is None or row.product != product:
        raise NotFound(
            f"there is no proposal {proposal[:70]!r} in {product[:70]}; "
            f"`companion feedback proposals --product {product[:70]}` shows those there are"
        )
    return row


def keep_event(
    session: Session, proposal: str, what: str, *, who: str, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Note what happened to a proposal."""
    session.add(ProposalEventRow(proposal=proposal, what=what, who=who, at=at, detail=detail or {}))
    session.flush()


def history_of(session: Session, product: str, proposal: str) -> list[ProposalEvent]:
    """What happened to a proposal, in order; raises NotFound."""
    row = row_of(session, product, proposal)
    told = select(ProposalEventRow).where(ProposalEventRow.proposal == row.id).order_by(ProposalEventRow.id)
    return [ProposalEvent(each.proposal, each.what, each.who, each.at, each.detail) for each in session.scalars(told)]


def last_to_change(session: Session, proposal: str) -> str:
    """Who did what happened to a proposal last, "" for nobody."""
    last = select(ProposalEventRow.who).where(ProposalEventRow.proposal == proposal)
    return session.scalar(last.order_by(ProposalEventRow.id.desc()).limit(1)) or ""


def as_proposal(row: ProposalRow) -> Proposal:
    """A row as plain values."""
    return Proposal(
        id=row.id,
        product=ProductSlug(row.product),
        kind=ProposalKind(row.kind),
        state=ProposalState(row.state),
        version=row.version,
        place=Place(row.lesson, row.anchor),
        passage=row.passage,
        themes=tuple(row.themes),
        base=row.base,
        changes=tuple(map(change_from_plain, row.changes)),
        drafted=tuple(map(change_from_plain, row.drafted)),
        reason=row.reason,
        evidence=tuple(row.evidence),
        expected=row.expected,
        reuse=tuple(row.reuse),
        sources=tuple(row.sources),
        origin=row.origin,
        made_with=row.made_with,
        severity=row.severity,
        edit=row.edit,
        release=row.release,
        decided_by=row.decided_by,
        decided=row.decided,
        decision=row.decision,
        until=row.until,
        created=row.created,
        updated=row.updated,
    )
