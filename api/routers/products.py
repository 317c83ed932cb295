"""What there is to ask about."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel

from api.callers import Slug, TheHouse
from api.errors import documented
from api.missing import name_missing
from api.pages.related import RelatedLessons
from assistant.links import lesson_url
from assistant.suggestions import suggest
from companion.wiring import House
from foundation.errors import NotFound
from knowledge.lessons import live_lessons
from knowledge.products import ProductKind, find_product, list_products
from knowledge.related import related_lessons

router = APIRouter(prefix="/v1/products", tags=["products"])


class ProductHead(BaseModel):
    """A product; `lessons` is how many it has."""

    slug: str
    title: str
    description: str
    kind: ProductKind
    lang: str
    lessons: int


class RelatedReply(BaseModel):
    """A lesson another one relates to; `id` and `url` are null for one that was replaced and is gone."""

    product: str
    id: str | None
    title: str
    lang: str
    url: str | None


class LessonReply(BaseModel):
    """A lesson, where it opens, and how it relates to others, of other products too."""

    id: str
    title: str
    block: str
    url: str
    requires: list[RelatedReply] = []
    equivalent: list[RelatedReply] = []
    replaces: list[RelatedReply] = []
    replaced_by: list[RelatedReply] = []


class ProductList(BaseModel):
    """All products of this installation."""

    products: list[ProductHead]


class ProductReply(BaseModel):
    """A product with its lessons in order; `suggestions` are questions it answers."""

    slug: str
    title: str
    description: str
    kind: ProductKind
    lang: str
    lessons: list[LessonReply]
    suggestions: list[str]


@router.get("", response_model=ProductList, responses=documented(403))
async def list_all(house: TheHouse) -> Any:
    """All products."""
    return await to_thread.run_sync(_list, house)


@router.get("/{slug}", response_model=ProductReply, responses=documented(403, 404, 422))
async def show(slug: Slug, house: TheHouse) -> Any:
    """One product and its lessons."""
    return await to_thread.run_sync(_show, house, slug)


def _list(house: House) -> dict[str, Any]:
    with house.database.read() as session:
        return {"products": list_products(session)}


def _show(house: House, slug: str) -> dict[str, Any]:
    try:
        with house.database.read() as session:
            product = find_product(session, slug)
            heads = live_lessons(session, slug)
            telling = RelatedLessons(session)
            found = related_lessons(session, slug, now=house.clock())
            related = {lesson: telling.tell(each) for lesson, each in found.items()}
    except NotFound as err:
        raise name_missing(house, err, product=slug) from err
    lessons = [
        {
            "id": head.slug,
            "title": head.title,
            "block": head.block_title,
            "url": lesson_url(product, head),
            **related.get(head.id, {}),
        }
        for head in heads
    ]
    head = {name: getattr(product, name) for name in ("slug", "title", "description", "kind", "lang")}
    return {**head, "lessons": lessons, "suggestions": suggest(product, heads)}
