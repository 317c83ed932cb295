"""Proposals: a change of a lesson, why, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from feedback.item import Place
from foundation.ids import ProductSlug
from knowledge.edits import Change


class ProposalKind(StrEnum):
    """What kind of mending it is."""

    CLARIFY = "clarify"
    ADD_EXAMPLE = "add_example"
    ADD_ANSWER = "add_answer"
    FIX_ERROR = "fix_error"
    MOVE = "move"
    SPLIT = "split"
    RETIRE = "retire"
    REPLACE = "replace"


class ProposalState(StrEnum):
    """Open and postponed ones wait for a decision; approved ones for a release."""

    OPEN = "open"
    POSTPONED = "postponed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    # Taken back by a rollback.
    ROLLED_BACK = "rolled_back"
    # The trouble went away, or its place did, before anybody decided.
    WITHDRAWN = "withdrawn"


class Origin(StrEnum):
    """Who wrote what is proposed first."""

    RULE = "rule"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal; its fields are those of `feedback.tables.ProposalRow`."""

    id: str
    product: ProductSlug
    kind: ProposalKind
    state: ProposalState
    version: int
    place: Place
    passage: str | None
    themes: tuple[str, ...]
    base: str
    changes: tuple[Change, ...]
    drafted: tuple[Change, ...]
    reason: str
    evidence: tuple[str, ...]
    expected: dict[str, Any]
    reuse: tuple[dict[str, Any], ...]
    sources: tuple[dict[str, Any], ...]
    origin: str
    made_with: dict[str, Any]
    severity: float
    edit: str | None
    release: int | None
    decided_by: str | None
    decided: datetime | None
    decision: str
    until: datetime | None
    created: datetime
    updated: datetime
