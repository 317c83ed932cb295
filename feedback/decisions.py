"""Decisions on proposals as cases to measure the drafting by: what was drafted, and what an author made of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.concern import items_named
from feedback.effects import list_effects
from feedback.item import Item
from feedback.proposal import ProposalState
from feedback.tables import ProposalRow
from feedback.theme import ThemeKind

_DECIDED = (ProposalState.APPROVED, ProposalState.RELEASED, ProposalState.ROLLED_BACK, ProposalState.REJECTED)


@dataclass(frozen=True, slots=True)
class DecisionCase:
    """A proposal somebody decided on; `verdict` is "approved", "edited" (approved with other words) or "rejected".

    `said` are the learners' words, redacted, without names; `drafted` and `decided` are changes as plain values in the
    terms of the revision `base`. `effect` is what it did later, "" where that is not known.
    """

    proposal: str
    product: str
    kind: str
    lesson: str
    anchor: str
    passage: str | None
    base: str
    origin: str
    verdict: str
    note: str
    effect: str
    kinds: tuple[str, ...]
    terms: tuple[str, ...]
    said: tuple[str, ...]
    drafted: tuple[dict[str, Any], ...]
    decided: tuple[dict[str, Any], ...]


def decision_cases(session: Session, product: str) -> list[DecisionCase]:
    """The cases of a product, the first decided first."""
    mine = select(ProposalRow).where(ProposalRow.product == product, ProposalRow.state.in_(_DECIDED))
    rows = session.scalars(mine.order_by(ProposalRow.decided, ProposalRow.id)).all()
    effects = {effect.proposal: str(effect.verdict) for effect in list_effects(session, product)}
    return [_case(session, row, effects.get(row.id, "")) for row in rows]


def items_behind(session: Session, proposal: str) -> tuple[Item, ...]:
    """What was said that a proposal was made of, as far as it is still kept, the oldest first."""
    return items_named(session, session.get_one(ProposalRow, proposal).evidence)


def as_plain(cases: Iterable[DecisionCase]) -> list[dict[str, Any]]:
    """As they are written down, one a line."""
    return [asdict(case) for case in cases]


def _case(session: Session, row: ProposalRow, effect: str) -> DecisionCase:
    asked = row.made_with.get("asked", {})
    return DecisionCase(
        proposal=row.id,
        product=row.product,
        kind=row.kind,
        lesson=row.lesson,
        anchor=row.anchor,
        passage=row.passage,
        base=row.base,
        origin=row.origin,
        verdict=_verdict(row),
        note=row.decision,
        effect=effect,
        kinds=tuple(asked.get("kinds", [ThemeKind.TROUBLE])),
        terms=tuple(asked.get("terms", [])),
        said=tuple(item.text for item in items_behind(session, row.id)),
        drafted=tuple(row.drafted),
        decided=tuple(row.changes),
    )


def _verdict(row: ProposalRow) -> str:
    if row.state == ProposalState.REJECTED:
        return "rejected"
    words = [(change["kind"], change["markdown"]) for change in row.changes]
    return "approved" if words == [(change["kind"], change["markdown"]) for change in row.drafted] else "edited"
