"""What publishing a draft would change in answers, measured beside what is live."""

from assistant.impact import Impact, measure_impact
from companion.wiring import House
from knowledge.adapters.exact_index import ExactIndex
from knowledge.releases import Release
from knowledge.vectors import Progress


def impact_of(house: House, draft: Release, *, limit: int, progress: Progress) -> Impact:
    """Ask past questions of what is live and of a draft, which gets an index of its own, in memory.

    Raises Conflict, IndexUnavailable and EncoderUnavailable.
    """
    index, now = ExactIndex(), house.clock()
    return measure_impact(house.database, house.shelves, draft, index=index, now=now, limit=limit, progress=progress)
