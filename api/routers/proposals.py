"""Proposed changes of lessons, for authors' own tools; deciding on them takes a person at the console."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.callers import Authorization, Slug, TheHouse, check_host, product_of
from api.errors import documented
from companion.wiring import House
from feedback.proposal import Proposal, ProposalKind, ProposalState
from feedback.proposals import list_proposals
from foundation.errors import NotProven
from knowledge.edits import ChangeKind
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/feedback/proposals", tags=["feedback"])


class ChangeReply(BaseModel):
    """One change in the terms of the base revision: blocks by their number, from 0."""

    kind: ChangeKind
    first: int
    last: int
    before: str = Field(description="what these blocks say, or the one it is put behind")
    markdown: str
    to: int | None


class ProposalReply(BaseModel):
    """A proposal; `changes` are empty where the text is the author's to write."""

    id: str
    kind: ProposalKind
    state: ProposalState
    version: int
    lesson: str | None
    anchor: str
    base: str = Field(description="the revision its changes are in the terms of")
    severity: float = Field(description="how many of a hundred active learners are held up there, at least")
    reason: str
    themes: list[str]
    evidence: list[str] = Field(description="ids of items")
    changes: list[ChangeReply]
    expected: dict[str, Any]
    reuse: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    origin: str = Field(description="rule, model or person")
    release: int | None
    created: datetime
    updated: datetime


class ProposalList(BaseModel):
    """Those that matter most first."""

    product: str
    proposals: list[ProposalReply]


States = Annotated[list[ProposalState] | None, Query(alias="state", description="only those in these states")]


@router.get("", response_model=ProposalList, responses=documented(401, 403, 404, 422))
async def proposals(slug: Slug, house: TheHouse, state: States = None, authorization: Authorization = None) -> Any:
    """What is proposed for a product's lessons, with a host's token (scope read)."""
    return await to_thread.run_sync(_proposals, house, slug, state, authorization)


def _proposals(
    house: House, slug: str, states: list[ProposalState] | None, authorization: str | None
) -> dict[str, Any]:
    if check_host(house, slug, authorization=authorization, scope=Scope.READ) is None:
        raise NotProven("nothing says who asks; send a token with the scope read")
    with house.database.read() as session:
        found = list_proposals(session, product_of(session, slug), states=states or None)
    return {"product": slug, "proposals": [_told(each) for each in found]}


def _told(found: Proposal) -> dict[str, Any]:
    names = (name for name in ProposalReply.model_fields if name not in ("lesson", "anchor"))
    plain = {name: getattr(found, name) for name in names}
    changes = [{name: getattr(change, name) for name in ChangeReply.model_fields} for change in found.changes]
    return plain | {"lesson": found.place.lesson, "anchor": found.place.anchor, "changes": changes}
