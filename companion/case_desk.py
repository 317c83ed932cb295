"""What moderators are shown: cases with the signs to look at, why one is hidden, and what happened to it."""

from dataclasses import asdict
from typing import Any

from foundation.database import Database
from knowledge.cases.case import WORDS, Case, CaseState, case_events, find_case, list_cases
from knowledge.cases.groups import told_of, why_hidden
from knowledge.cases.remarks import Remark, remarks_on

_KEPT_BACK = ("person", "lesson_row")


def list_for_moderators(
    database: Database, product: str, *, k: int, state: CaseState | None = None
) -> list[dict[str, Any]]:
    """A product's cases, oldest first, each with `told`, `remarks` and `hidden_because`."""
    with database.read() as session:
        cases = list_cases(session, product)
    return [_seen(case, cases, k=k) for case in cases if state in (None, case.state)]


def show_to_moderators(database: Database, product: str, case: str, *, k: int) -> dict[str, Any]:
    """One case with what happened to it (`events`); raises NotFound."""
    with database.read() as session:
        found, cases = find_case(session, product, case), list_cases(session, product)
        events = case_events(session, case)
    return {**_seen(found, cases, k=k), "events": [asdict(event) for event in events]}


def remarks_of(case: Case) -> list[Remark]:
    """What to look at in a case's words."""
    words = {name: getattr(case, name) for name in WORDS if getattr(case, name)}
    return remarks_on(words, employer=case.employer)


def _seen(case: Case, cases: list[Case], *, k: int) -> dict[str, Any]:
    kept = {name: getattr(case, name) for name in Case.__slots__ if name not in _KEPT_BACK}
    remarks = [str(remark) for remark in remarks_of(case)]
    return {**kept, "told": told_of(case), "remarks": remarks, "hidden_because": why_hidden(case, cases, k=k)}
