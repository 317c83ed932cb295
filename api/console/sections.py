"""What a product's desk is made of: its sections, who may open each, and what waits there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.hand_over import count_waiting_hand_overs
from feedback.gaps import count_gaps
from feedback.proposal import ProposalState
from feedback.proposals import count_proposals
from foundation.ids import ProductSlug
from knowledge.cases.case import count_waiting
from knowledge.releases import ReleaseState, list_releases
from learning.roles import STAFF, Role, may


@dataclass(frozen=True, slots=True)
class Section:
    """One page of a product's desk, for whoever holds one of `roles`; `count` says how much waits there.

    Its address ends with `name`, dashes for underscores; its texts are `section_{name}` and `count_{name}`. `group`
    says with which others it stands in a line: `group_{group}`.
    """

    name: str
    roles: frozenset[Role]
    count: Callable[[Session, ProductSlug], int] | None = None
    group: str = "loop"

    def path(self, product: str) -> str:
        """Where it opens."""
        return f"/console/p/{product}/{self.name.replace('_', '-')}"


def _count_open(session: Session, product: ProductSlug) -> int:
    return count_proposals(session, product)[ProposalState.OPEN]


def _count_drafts(session: Session, product: ProductSlug) -> int:
    return len(list_releases(session, product, state=ReleaseState.DRAFT))


_READERS = frozenset({Role.AUTHOR, Role.CURATOR, Role.TEAM})
SECTIONS = (
    Section("week", _READERS),
    Section("themes", _READERS),
    Section("gaps", _READERS, count_gaps),
    Section("lessons", _READERS),
    Section("proposals", _READERS, _count_open),
    Section("releases", _READERS, _count_drafts),
    Section("effects", _READERS),
    Section("hand_overs", STAFF, count_waiting_hand_overs, group="people"),
    Section("verified", STAFF, group="people"),
    Section("cases", frozenset({Role.MODERATOR}), count_waiting, group="people"),
    Section("ask", STAFF, group="people"),
    Section("people", frozenset({Role.ADMIN}), group="house"),
    Section("settings", frozenset({Role.AUTHOR}), group="house"),
)


def sections_for(held: Iterable[Role]) -> list[Section]:
    """What may be opened with these roles, in the order in which it is shown."""
    holds = frozenset(held)
    return [section for section in SECTIONS if may(holds, section.roles)]
