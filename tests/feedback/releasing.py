"""Approved proposals about a small course, for tests of their release."""

from collections.abc import Sequence

from companion.wiring import House
from feedback.decide import approve
from feedback.proposal import Proposal, ProposalKind, ProposalState
from feedback.proposals import find_proposal
from feedback.tables import ProposalRow
from foundation.ids import PersonId, ProductSlug
from knowledge.edit_states import list_edits
from knowledge.edits import Change, EditState, change_to_plain
from knowledge.revisions import LessonState, live_state
from learning.people import add_person
from learning.roles import Role, grant_role
from tests.knowledge.editing import LESSON

PRODUCT = ProductSlug("course")
SEA = "# Seas\n\nA sea is salt.\n"
FILES = {"rivers.md": LESSON, "seas.md": SEA}


def staff(house: House, name: str, role: Role = Role.AUTHOR, product: str = PRODUCT) -> PersonId:
    """Somebody with a role."""
    with house.database.write() as session:
        person = add_person(session, name=name, now=house.clock())
        grant_role(session, person, role, product=product, now=house.clock())
    return person


def live(house: House, slug: str = "rivers") -> LessonState:
    """A lesson as it is live."""
    with house.database.read() as session:
        return live_state(session, PRODUCT, slug)


def proposed(
    house: House,
    name: str,
    changes: Sequence[Change],
    *,
    slug: str = "rivers",
    anchor: str = "springs",
    origin: str = "rule",
) -> str:
    """An open proposal on what is live."""
    plain = [change_to_plain(change) for change in changes]
    with house.database.write() as session:
        row = ProposalRow(id=name, product=PRODUCT, kind=ProposalKind.CLARIFY, state=ProposalState.OPEN, version=1)
        row.lesson, row.anchor, row.themes, row.reason, row.evidence = slug, anchor, [], "not clear", []
        row.base, row.changes, row.drafted = live_state(session, PRODUCT, slug).revision, plain, plain
        row.expected, row.reuse, row.sources, row.origin, row.made_with = {}, [], [], origin, {}
        row.severity, row.decision, row.created, row.updated = 1.0, "", house.clock(), house.clock()
        session.add(row)
    return name


def approved(house: House, name: str, changes: Sequence[Change], *, by: PersonId, slug: str = "rivers") -> str:
    """An approved one."""
    proposed(house, name, changes, slug=slug)
    with house.database.write() as session:
        approve(session, PRODUCT, name, by=by, version=1, now=house.clock())
    return name


def found(house: House, name: str) -> Proposal:
    """A proposal as it is now."""
    with house.database.read() as session:
        return find_proposal(session, PRODUCT, name)


def edit_states(house: House) -> list[EditState]:
    """What has become of the product's edits, in the order they were made."""
    with house.database.read() as session:
        return [edit.state for edit in list_edits(session, PRODUCT)]
