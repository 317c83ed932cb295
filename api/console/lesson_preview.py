"""A lesson as a learner sees it now, without the learner's assistant and without a word in their log."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import show
from api.console.staff import Desk, desk_for
from api.pages import page_texts, reader_language
from api.pages.lesson_body import lesson_body, media_hosts
from foundation.ids import ProductSlug
from knowledge.language import Lang
from knowledge.lessons import LessonPage, read_lesson
from knowledge.products import Product, find_product

router = APIRouter(prefix="/console/p/{slug}/lessons", include_in_schema=False)


@router.get("/{lesson}/preview")
async def preview(lesson: str, request: Request, desk: Annotated[Desk, Depends(desk_for())]) -> Response:
    """The live lesson; what is not open to learners yet is not in it."""
    values = await to_thread.run_sync(_read, desk, lesson, reader_language(request))
    return show(request, desk, "lesson_preview.html", **values)


def shown_lesson(page: LessonPage, product: Product, lang: Lang) -> dict[str, Any]:
    """What the template needs to show a lesson's page."""
    body = lesson_body(page, product, page_texts(lang))
    return {"lesson": page.head, "body": body, "media": media_hosts(body), "reading": page_texts(lang)}


def _read(desk: Desk, lesson: str, lang: Lang) -> dict[str, Any]:
    with desk.house.database.read() as session:
        page = read_lesson(session, desk.slug, lesson)
        product = find_product(session, ProductSlug(desk.slug))
    return shown_lesson(page, product, lang)
