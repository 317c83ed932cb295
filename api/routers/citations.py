"""Where what an answer cited stands today."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from api.callers import Slug, TheHouse
from api.errors import documented
from api.missing import name_missing
from assistant.standings import CitationToday, citation_today
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import ID_PATTERN
from knowledge.products import find_product
from knowledge.resolve import Standing

router = APIRouter(prefix="/v1/products", tags=["citations"])
# The server takes addresses of 64 kB, and a character may take 12 bytes in one.
_QUOTE_CHARS = 4_000

PassagePath = Annotated[str, Path(pattern=ID_PATTERN, description="passage id, as a citation names it")]
Quote = Annotated[
    str | None, Query(max_length=_QUOTE_CHARS, description="the quote as it was cited; left out: the whole passage")
]


class Replacing(BaseModel):
    """A lesson that took the place of another."""

    lesson: str
    title: str
    url: str


class CitationReply(BaseModel):
    """Where a citation stands: lesson, heading and quote are what is there now, null or "" where it is gone."""

    passage: str
    standing: Standing
    lesson: str | None
    title: str
    heading: str
    quote: str
    url: str | None
    alike: float | None = Field(description="how much of the wording is left, 0 to 1")
    replaced_by: list[Replacing]


@router.get("/{slug}/citations/{passage}", response_model=CitationReply, responses=documented(403, 404, 422))
async def show(slug: Slug, passage: PassagePath, house: TheHouse, quote: Quote = None) -> Any:
    """Where a citation stands today: the same, moved, changed or gone."""
    return await to_thread.run_sync(_find, house, slug, passage, quote)


def _find(house: House, slug: str, passage: str, quote: str | None) -> CitationToday:
    try:
        with house.database.read() as session:
            return citation_today(session, find_product(session, slug), passage, quote, now=house.clock())
    except NotFound as err:
        raise name_missing(house, err, product=slug) from err
