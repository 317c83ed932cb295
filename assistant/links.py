"""Addresses of the places that are cited."""

from urllib.parse import quote

from assistant.reply import Citation, Locator, NearLesson
from knowledge.lessons import LessonHead, Source
from knowledge.products import Product


def lesson_url(product: Product, lesson: LessonHead, *, anchor: str = "") -> str:
    """Where a lesson opens: our own page, or the product's `url_template` filled in."""
    if product.url_template:
        places = {"slug": product.slug, "lesson": lesson.slug, "external_id": lesson.external_id, "anchor": anchor}
        return product.url_template.format(**{name: quote(value, safe="/") for name, value in places.items()})
    url = f"/p/{product.slug}/lessons/{lesson.slug}"
    return f"{url}#{quote(anchor)}" if anchor else url


def cite(product: Product, source: Source, text: str, *, number: int) -> Citation:
    """A citation of a stretch of a source."""
    heading = source.heading_path[-1] if source.heading_path else source.lesson.title
    locator = Locator("heading", heading, lesson_url(product, source.lesson, anchor=source.anchor))
    return Citation(number, source.passage, source.lesson.slug, source.lesson.title, text, locator)


def near(product: Product, lesson: LessonHead) -> NearLesson:
    """A lesson as a next step."""
    return NearLesson(lesson.slug, lesson.title, lesson_url(product, lesson))
