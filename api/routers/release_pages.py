"""Pages on what changed: a product's changelog, and where a passage that was cited stands today."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.callers import TheHouse
from api.pages.changes import tell_entries
from assistant.standings import CitationToday, citation_today
from companion.wiring import House
from knowledge.changelog import read_changelog
from knowledge.products import Product, find_product
from knowledge.resolve import Standing

router = APIRouter(include_in_schema=False)
_ENTRIES = 20


@router.get("/p/{slug}/changes")
async def changes_page(slug: str, request: Request, house: TheHouse, before: int | None = None) -> Response:
    """What changed in a product's lessons, release by release."""
    values = await to_thread.run_sync(_changes, house, slug, before)
    page: Response = request.app.state.pages.render(request, "changes.html", **values)
    return page


@router.get("/p/{slug}/passages/{passage}")
async def passage_page(
    slug: str, passage: str, request: Request, house: TheHouse, quote: str | None = None
) -> Response:
    """The place in the lesson where a passage stands; a page that says so where it was changed or is gone."""
    product, citation = await to_thread.run_sync(_citation, house, slug, passage, quote)
    if citation.standing in (Standing.SAME, Standing.MOVED) and citation.url is not None:
        return RedirectResponse(citation.url)
    status = 410 if citation.standing is Standing.GONE else 200
    page: Response = request.app.state.pages.render(
        request, "passage.html", status=status, product=product, citation=citation
    )
    return page


def _changes(house: House, slug: str, before: int | None) -> dict[str, Any]:
    with house.database.read() as session:
        product = find_product(session, slug)
        entries = read_changelog(session, slug, now=house.clock(), before=before, count=_ENTRIES + 1)
        told = tell_entries(session, product, entries[:_ENTRIES])
    older = told[-1]["number"] if len(entries) > _ENTRIES else None
    return {"product": product, "releases": told, "older": older}


def _citation(house: House, slug: str, passage: str, quote: str | None) -> tuple[Product, CitationToday]:
    with house.database.read() as session:
        product = find_product(session, slug)
        return product, citation_today(session, product, passage, quote, now=house.clock())
