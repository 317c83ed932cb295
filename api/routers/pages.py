"""The pages a reader opens."""

from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, RedirectResponse, Response

from api.callers import TheHouse
from api.pages import page_texts, reader_language
from api.pages.lesson_body import lesson_body, media_hosts
from api.pages.related import RelatedLessons
from api.routers.case_pages import case_texts
from assistant.links import lesson_url
from companion.case_shelf import case_on_page
from companion.wiring import House
from foundation.errors import NotFound
from knowledge.exercises import exercises_of
from knowledge.language import Lang
from knowledge.lessons import LessonHead, find_lesson, live_lessons, read_lesson
from knowledge.products import Product, ProductKind, find_product, list_products
from knowledge.recordings import KeptRecording, find_recording
from knowledge.related import NONE_RELATED, related_lessons
from knowledge.spots import recording_name

router = APIRouter(include_in_schema=False)
_RECORDING_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}
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
    c = case_texts(reader_language(request))
    return _render(request, "product.html", product=product, blocks=blocks, c=c)


@router.get("/p/{slug}/lessons/{lesson}")
async def lesson_page(slug: str, lesson: str, request: Request, house: TheHouse) -> Response:
    """A lesson as learners may see it."""
    try:
        values = await to_thread.run_sync(_lesson, house, slug, lesson, reader_language(request))
    except NotFound:
        # A lesson that took the place of another answers for its address; not for good, for a release can be undone.
        return RedirectResponse(await to_thread.run_sync(_successor, house, slug, lesson))
    return _render(request, "lesson.html", c=case_texts(reader_language(request)), **values)


@router.get("/p/{slug}/recordings/{lesson}/{name}")
async def recording(slug: str, lesson: str, name: str, house: TheHouse) -> Response:
    """A recording of a lesson that learners may see, whole or the part that a player asks for."""
    file, told = await to_thread.run_sync(_recording, house, slug, lesson, name)
    return FileResponse(file, media_type=told.media_type, headers=_RECORDING_HEADERS | {"ETag": f'"{told.sha256}"'})


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


def _lesson(house: House, slug: str, name: str, lang: Lang) -> dict[str, Any]:
    with house.database.read() as session:
        product = find_product(session, slug)
        page = read_lesson(session, slug, name)
        lessons = live_lessons(session, slug)
        related = related_lessons(session, slug, now=house.clock()).get(page.head.id, NONE_RELATED)
        told = RelatedLessons(session).tell(related)
        case = case_on_page(session, product, page.head)
        hints = product.kind is ProductKind.COURSE
        exercises = exercises_of(session, [page.head.id]) if hints else []
    before = {after.id: _link(product, lesson) for lesson, after in pairwise(lessons)}
    behind = {lesson.id: _link(product, after) for lesson, after in pairwise(lessons)}
    head = page.head
    lesson = {"id": head.slug, "title": head.title, "block": head.block_title, "outcome": head.outcome}
    body = lesson_body(page, product, page_texts(lang), exercises)
    return {
        "product": product,
        "lesson": lesson,
        "case": case,
        "related": told,
        "body": body,
        "media": media_hosts(body),
        "previous": before.get(head.id),
        "next": behind.get(head.id),
    }


def _recording(house: House, slug: str, lesson: str, name: str) -> tuple[Path, KeptRecording]:
    with house.database.read() as session:
        find_product(session, slug)
        shown = read_lesson(session, slug, lesson).recordings
        found = next((each.path for each in shown if each.path and recording_name(each.id) == name), None)
        if found is None:
            raise NotFound(f"there is no recording {name[:70]!r} in this lesson")
        return find_recording(session, slug, found, house.settings.home)


def _successor(house: House, slug: str, name: str) -> str:
    with house.database.read() as session:
        return lesson_url(find_product(session, slug), find_lesson(session, slug, name))


def _link(product: Product, lesson: LessonHead) -> dict[str, str]:
    return {"id": lesson.slug, "title": lesson.title, "url": lesson_url(product, lesson)}
