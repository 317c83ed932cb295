"""A case as it is handed in and as it is kept.

A case is somebody's own words about themselves. Nobody sees it but moderators until one of them has approved it; how
much of the person is told then is decided by `groups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.errors import Invalid, NotFound
from knowledge.tables import CaseEventRow, CaseRow

EXAMPLE = "example"
WORDS = ("title", "stuck", "did", "changed")


class CaseState(StrEnum):
    """Where a case stands; only an approved one may be shown, and a withdrawn one is empty."""

    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class ConsentAs(StrEnum):
    """Under what the graduate agreed to be shown."""

    ANONYMOUS = "anonymous"
    NAMED = "named"


class ConsentWhere(StrEnum):
    """To whom: learners who are stuck in a similar place, or everyone who opens the product's list of cases."""

    STUCK = "stuck"
    EVERYONE = "everyone"


class Shown(StrEnum):
    """How much of the person is told: what they agreed to, and what their group is large enough for."""

    NAMED = "named"
    FULL = "full"
    SECTOR = "sector"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case before it is kept; everything is as its author wrote it.

    `lesson` is a lesson's slug or its author's own id, `block` the title of a part of the course: one of the two says
    what the case belongs to. `date` is when it happened, a year, month or day. `person` is the graduate's id in the
    school, if known: only a hash of it is kept, so that one person counts once.
    """

    stuck: str
    did: str
    changed: str
    title: str = ""
    lesson: str = ""
    block: str = ""
    skill: str = ""
    date: str = ""
    employer: str = ""
    employer_agreed: bool = False
    sector: str = ""
    link: str = ""
    name: str = ""
    person: str = ""
    consent_as: str = ""
    consent_where: str = ""
    consent_date: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as moderators see it; `graduates` is how many fit its description, by the moderator's knowledge."""

    id: str
    product: str
    source: str
    lang: str
    title: str
    lesson: str
    block: str
    skill: str
    stuck: str
    did: str
    changed: str
    date: str
    employer: str
    sector: str
    link: str
    name: str
    person: str
    consent_as: str
    consent_where: str
    consent_date: str
    consent_withdrawn: datetime | None
    state: CaseState
    moderator: str
    reason: str
    graduates: int | None
    shown: Shown | None
    lesson_row: str | None
    created: datetime

    @property
    def is_example(self) -> bool:
        """Whether it was invented: then there is no person, and nothing to agree to."""
        return self.source == EXAMPLE


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of the audit record."""

    what: str
    who: str
    at: datetime
    detail: dict[str, object]


def find_case(session: Session, product: str, case: str) -> Case:
    """One case; raises NotFound."""
    return case_of(find_row(session, product, case))


def list_cases(session: Session, product: str, *, state: CaseState | None = None) -> list[Case]:
    """A product's cases, oldest first, invented ones included."""
    wanted = select(CaseRow).where(CaseRow.product == product).order_by(CaseRow.created, CaseRow.id)
    rows = session.scalars(wanted if state is None else wanted.where(CaseRow.state == state))
    return [case_of(row) for row in rows]


def count_waiting(session: Session, product: str) -> int:
    """How many of a product's cases wait for a moderator."""
    waiting = CaseRow.product == product, CaseRow.state.in_((CaseState.SUBMITTED, CaseState.CHECKED))
    return session.scalar(select(func.count()).select_from(CaseRow).where(*waiting)) or 0


def cases_of_lessons(session: Session, lessons: Sequence[str]) -> dict[str, Case]:
    """Cases by the id of the lesson they are published as."""
    rows = session.scalars(select(CaseRow).where(CaseRow.lesson_row.in_(lessons)))
    return {str(row.lesson_row): case_of(row) for row in rows}


def case_events(session: Session, case: str) -> list[CaseEvent]:
    """What happened to a case, in order."""
    rows = session.scalars(select(CaseEventRow).where(CaseEventRow.case == case).order_by(CaseEventRow.id))
    return [CaseEvent(row.what, row.who, row.at, dict(row.detail)) for row in rows]


def find_row(session: Session, product: str, case: str) -> CaseRow:
    """The row of a case; raises NotFound."""
    row = session.get(CaseRow, case)
    if row is None or row.product != product:
        raise NotFound(f"there is no case {case[:70]!r} in {product[:70]}")
    return row


def note_event(session: Session, case: str, what: str, *, who: str, at: datetime, **detail: object) -> None:
    """Add a line to the audit record; `detail` holds ids, numbers and states, no word of the case."""
    session.add(CaseEventRow(case=case, what=what, who=who, at=at, detail=detail))
    session.flush()


def case_of(row: CaseRow) -> Case:
    """A row as others see it."""
    fields = {name: getattr(row, name) for name in Case.__slots__ if name not in ("state", "shown")}
    return Case(**fields, state=CaseState(row.state), shown=None if row.shown is None else Shown(row.shown))


def check_named(who: str) -> str:
    """A moderator's name; raises Invalid where there is none: a decision is always somebody's."""
    name = " ".join(who.split())
    if not name or len(name) > 100:
        raise Invalid("say who decides, in at most 100 characters: a decision about a case is somebody's by name")
    return name
