"""The page on which a learner sees what is kept of them, and decides about it."""

import json
from functools import cache
from pathlib import Path

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

import api.pages as our_pages
from api.callers import TheHouse
from api.pages import reader_language
from companion.wiring import House
from knowledge.language import Lang
from knowledge.products import Product, find_product
from learning.enrolments import Dial

router = APIRouter(include_in_schema=False)


@router.get("/p/{slug}/me")
async def me(slug: str, request: Request, house: TheHouse) -> Response:
    """What is remembered, progress, the dial, one's own data; filled in by the script with the learner's key."""
    product = await to_thread.run_sync(_product, house, slug)
    texts = me_texts(reader_language(request))
    page: Response = request.app.state.pages.render(request, "me.html", product=product, c=texts, dials=list(Dial))
    return page


@cache
def me_texts(lang: Lang) -> dict[str, str]:
    """The words of this page in a reader's language."""
    path = Path(our_pages.__file__).parent / "texts" / "me" / f"{lang}.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def _product(house: House, slug: str) -> Product:
    with house.database.read() as session:
        return find_product(session, slug)
