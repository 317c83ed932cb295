"""The pages a reader opens."""

from itertools import groupby, pairwise
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import Response

from api.callers import TheHouse
from assistant.links import lesson_url
from companion.wiring import House
from knowledge.lessons import LessonHead, live_lessons, read_lesson
from knowledge.products import Product, find_product, list_products

router = APIRouter(include_in_schema=False)
_DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)


@router.get("/")
async def start(request: Request, house: TheHouse) -> Response:
    """What this is, and the products there are."""
    products = await to_thread.run_sync(_products, house)
    base_url = request.app.state.base_url(request)
    return _render(request, "start.html", products=products, base_url=base_url)


@router.get("/p/{slug}")
async def product_page(slug: str, request: Request, house: TheHouse) -> Response:
    """A product's lessons with its assistant."""
    product, lessons = await to_thread.run_sync(_product, house, slug)
    blocks = [
        {"title": title, "lessons": [_link(product, lesson) for lesson in group]}
        for title, group in groupby(lessons, key=lambda lesson: lesson.block_title)
    ]
    return _render(request, "product.html", product=product, blocks=blocks)


@router.get("/p/{slug}/lessons/{lesson}")
async def lesson_page(slug: str, lesson: str, request: Request, house: TheHouse) -> Response:
    """A lesson as learners may see it."""
    values = await to_thread.run_sync(_lesson, house, slug, lesson)
    return _render(request, "lesson.html", **values)


@router.get("/docs")
async def docs() -> Response:
    """The HTTP interface, to read and try."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Learning Companion",
        swagger_js_url="/static/docs/swagger-ui-bundle.js",
        swagger_css_url="/static/docs/swagger-ui.css",
        swagger_favicon_url="data:,",
    )
    page.headers["Content-Security-Policy"] = _DOCS_POLICY
    return page


def _render(request: Request, template: str, **values: Any) -> Response:
    page: Response = request.app.state.pages.render(request, template, **values)
    return page


def _products(house: House) -> list[Product]:
    with house.database.read() as session:
        return list_products(session)


def _product(house: House, slug: str) -> tuple[Product, list[LessonHead]]:
    with house.database.read() as session:
        return find_product(session, slug), live_lessons(session, slug)


def _lesson(house: House, slug: str, name: str) -> dict[str, Any]:
    with house.database.read() as session:
        product = find_product(session, slug)
        page = read_lesson(session, slug, name)
        lessons = live_lessons(session, slug)
    before = {after.id: _link(product, lesson) for lesson, after in pairwise(lessons)}
    behind = {lesson.id: _link(product, after) for lesson, after in pairwise(lessons)}
    head = page.head
    lesson = {"id": head.slug, "title": head.title, "block": head.block_title, "outcome": head.outcome}
    # The template writes the lesson's title as the page's own heading.
    body = page.html[1:] if page.html and page.opens_with_title else page.html
    return {
        "product": product,
        "lesson": lesson,
        "body": "\n".join(body),
        "previous": before.get(head.id),
        "next": behind.get(head.id),
    }


def _link(product: Product, lesson: LessonHead) -> dict[str, str]:
    return {"id": lesson.slug, "title": lesson.title, "url": lesson_url(product, lesson)}
