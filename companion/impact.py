"""What publishing a draft, or a proposal, would change in answers, measured beside what is live."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.impact import Impact, measure_impact
from companion.wiring import House
from feedback.proposals import find_proposal
from foundation.errors import Invalid
from foundation.ids import ProductSlug, RevisionId
from knowledge.adapters.exact_index import ExactIndex
from knowledge.releases import Release
from knowledge.revise import NewEdit, try_edits
from knowledge.vectors import Progress


def impact_of(house: House, draft: Release, *, limit: int, progress: Progress) -> Impact:
    """Ask past questions of what is live and of a draft, which gets an index of its own, in memory.

    Raises Conflict, IndexUnavailable and EncoderUnavailable.
    """
    index, now = ExactIndex(), house.clock()
    return measure_impact(house.database, house.shelves, draft, index=index, now=now, limit=limit, progress=progress)


def impact_of_proposal(house: House, product: str, proposal: str, *, limit: int, progress: Progress) -> Impact:
    """The same of a proposal, before anybody decides on it; nothing is kept of the draft that is asked.

    Others wait with what they write while the questions are asked: ask few. Raises NotFound, Invalid, StaleBase, and as
    `impact_of`.
    """
    with house.database.read() as session:
        found = find_proposal(session, product, proposal)
    if not found.changes or found.place.lesson is None:
        raise Invalid("nothing is drafted yet, so that no answer would change")
    edit = NewEdit(found.place.lesson, RevisionId(found.base), found.changes, "")
    workers, now = house.settings.encode_workers, house.clock()
    trying = try_edits(house.database, house.encoder, ProductSlug(product), [edit], clock=house.clock, workers=workers)
    with trying as (session, draft):
        reads = _OneSession(session)
        return measure_impact(reads, house.shelves, draft, index=ExactIndex(), now=now, limit=limit, progress=progress)


@dataclass(frozen=True, slots=True)
class _OneSession:
    """Reads in a session that is open already."""

    session: Session

    @contextmanager
    def read(self) -> Iterator[Session]:
        yield self.session
