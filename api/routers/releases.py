"""What was released, for whoever follows a course."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.callers import Slug, TheHouse
from api.errors import documented
from api.missing import name_missing
from api.pages.changes import tell_entries
from companion.wiring import House
from foundation.errors import NotFound
from knowledge.changelog import Change, read_changelog
from knowledge.products import find_product

router = APIRouter(prefix="/v1/products", tags=["releases"])
_MOST = 100


class SectionReply(BaseModel):
    """A section of a lesson; "" is what stands above its first heading."""

    heading: str
    change: Change


class ChangedLesson(BaseModel):
    """A lesson of which something changed; `unnamed` more sections did whose headings are no longer shown."""

    id: str
    title: str
    was: str = Field(description="its title before, where that changed")
    block: str = Field(description="the part of the course it stands in")
    url: str | None = Field(description="where it opens, if it is there today")
    sections: list[SectionReply]
    unnamed: int
    for_learners: bool = Field(description="it was changed because of what learners said of it")


class ReleaseReply(BaseModel):
    """A release: `opened` counts the lessons of the first, `restores` names the one that was brought back."""

    number: int
    published: datetime
    note: str
    restores: int | None
    opened: int | None
    new: list[ChangedLesson]
    changed: list[ChangedLesson]
    moved: list[ChangedLesson]
    removed: list[ChangedLesson]


class ReleaseList(BaseModel):
    """Releases in which something changed for learners, newest first."""

    releases: list[ReleaseReply]


Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="only releases with smaller numbers")]
Count = Annotated[int, Query(ge=1, le=_MOST, description="how many at most")]


@router.get("/{slug}/releases", response_model=ReleaseList, responses=documented(403, 404, 422))
async def list_all(slug: Slug, house: TheHouse, before: Before = None, count: Count = 20) -> Any:
    """What changed for learners, release by release."""
    return await to_thread.run_sync(_list, house, slug, before, count)


def _list(house: House, slug: str, before: int | None, count: int) -> dict[str, Any]:
    try:
        with house.database.read() as session:
            product = find_product(session, slug)
            entries = read_changelog(session, slug, now=house.clock(), before=before, count=count)
            return {"releases": tell_entries(session, product, entries)}
    except NotFound as err:
        raise name_missing(house, err, product=slug) from err
