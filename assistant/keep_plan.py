"""A learner's plans as they are kept: at most one interview under way, and every version of the plan.

The newest version counts; an interview leaves it in force until its own plan is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assistant.tables import PlanRow
from foundation.errors import Conflict
from foundation.ids import PersonId, ProductSlug, random_id
from learning.events import Verb, record_event


class PlanState(StrEnum):
    """How far a version is."""

    ASKING = "asking"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """One version; `answers` are those of `interview`, `weeks` those of `make_plan`, both as plain values."""

    id: str
    person: PersonId
    product: ProductSlug
    version: int
    state: PlanState
    answers: Mapping[str, Any]
    weeks: Sequence[Mapping[str, Any]]
    created: datetime
    updated: datetime


def open_interview(session: Session, person: str, product: str) -> KeptPlan | None:
    """The interview that is under way."""
    row = _newest(session, person, product, PlanState.ASKING)
    return None if row is None else _kept(row)


def plan_in_force(session: Session, person: str, product: str) -> KeptPlan | None:
    """The newest plan that was made."""
    row = _newest(session, person, product, PlanState.PLANNED)
    return None if row is None else _kept(row)


def keep_answers(
    session: Session, person: PersonId, product: ProductSlug, answers: Mapping[str, Any], *, now: datetime
) -> KeptPlan:
    """The interview under way with these answers in the place of what it had; begun when there is none."""
    row = _newest(session, person, product, PlanState.ASKING)
    if row is None:
        row = _add(session, person, product, state=PlanState.ASKING, now=now)
    row.answers, row.updated = dict(answers), now
    session.flush()
    return _kept(row)


def keep_plan(session: Session, interview: KeptPlan, weeks: Sequence[Mapping[str, Any]], *, now: datetime) -> KeptPlan:
    """An interview's plan. Raises Conflict when its answers were changed meanwhile."""
    row = session.get(PlanRow, interview.id)
    if row is None or row.state != PlanState.ASKING or row.answers != interview.answers:
        raise Conflict("the answers were changed while the plan was made; make it again")
    highest = _highest(session, row.person, row.product)
    # The plan before may have been laid out anew while the questions were answered.
    row.version = row.version if row.version == highest else highest + 1
    row.weeks, row.state, row.updated = [dict(week) for week in weeks], PlanState.PLANNED, now
    return _told(session, row, now=now)


def keep_version(
    session: Session, before: KeptPlan, answers: Mapping[str, Any], weeks: Sequence[Mapping[str, Any]], *, now: datetime
) -> KeptPlan:
    """A further version of a plan. Raises Conflict when another one was made meanwhile."""
    newest = _newest(session, before.person, before.product, PlanState.PLANNED)
    if newest is None or newest.id != before.id:
        raise Conflict("the plan was changed meanwhile; look at it again")
    row = _add(session, before.person, before.product, state=PlanState.PLANNED, now=now)
    row.answers, row.weeks = dict(answers), [dict(week) for week in weeks]
    return _told(session, row, now=now)


def erase_plans(session: Session, person: str, *, product: str | None = None) -> None:
    """Remove every version of a person's plans."""
    mine = delete(PlanRow).where(PlanRow.person == person)
    session.execute(mine if product is None else mine.where(PlanRow.product == product))


def _newest(session: Session, person: str, product: str, state: PlanState) -> PlanRow | None:
    mine = select(PlanRow).where(PlanRow.person == person, PlanRow.product == product, PlanRow.state == state)
    return session.scalars(mine.order_by(PlanRow.version.desc()).limit(1)).one_or_none()


def _add(session: Session, person: PersonId, product: ProductSlug, *, state: PlanState, now: datetime) -> PlanRow:
    version = _highest(session, person, product) + 1
    row = PlanRow(id=random_id("n"), person=person, product=product, version=version, state=state)
    row.answers, row.weeks, row.created, row.updated = {}, [], now, now
    session.add(row)
    session.flush()
    return row


def _highest(session: Session, person: str, product: str) -> int:
    mine = select(func.max(PlanRow.version)).where(PlanRow.person == person, PlanRow.product == product)
    return session.scalar(mine) or 0


def _told(session: Session, row: PlanRow, *, now: datetime) -> KeptPlan:
    """Write the plan and its event; the event holds numbers only."""
    session.flush()
    lessons = {share["lesson"] for week in row.weeks for share in week["lessons"]}
    detail = {"version": row.version, "weeks": sum(week["number"] > 0 for week in row.weeks), "lessons": len(lessons)}
    product, event = ProductSlug(row.product), f"planned-{row.id}"
    record_event(
        session, event, product=product, verb=Verb.PLANNED, actor=row.person, lesson=None, detail=detail, at=now
    )
    return _kept(row)


def _kept(row: PlanRow) -> KeptPlan:
    return KeptPlan(
        id=row.id,
        person=PersonId(row.person),
        product=ProductSlug(row.product),
        version=row.version,
        state=PlanState(row.state),
        answers=row.answers,
        weeks=row.weeks,
        created=row.created,
        updated=row.updated,
    )
