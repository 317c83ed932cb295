"""Addresses of the places that are cited."""

from urllib.parse import quote

from assistant.reply import Citation, Locator, NearLesson
from knowledge.blocks import Spot, SpotKind
from knowledge.lessons import LessonHead, Source
from knowledge.products import Product
from knowledge.spots import spot_anchor, spot_query

_TEMPLATE_SPOTS = {
    "page": SpotKind.PAGE,
    "slide": SpotKind.SLIDE,
    "cell": SpotKind.CELL,
    "second": SpotKind.TIME,
}


def lesson_url(product: Product, lesson: LessonHead, *, anchor: str = "", spot: Spot | None = None) -> str:
    """Where a lesson opens: our own page at a spot or heading, or the product's `url_template` filled in.

    In a template a place that is counted otherwise is empty: for a page's number `{second}` is.
    """
    if product.url_template:
        places = {"slug": product.slug, "lesson": lesson.slug, "external_id": lesson.external_id, "anchor": anchor}
        for name, kind in _TEMPLATE_SPOTS.items():
            places[name] = str(spot.number) if spot is not None and spot.kind is kind else ""
        return product.url_template.format(**{name: quote(value, safe="/") for name, value in places.items()})
    url = f"/p/{product.slug}/lessons/{lesson.slug}"
    if spot is not None:
        return f"{url}{spot_query(spot)}#{spot_anchor(spot)}"
    return f"{url}#{quote(anchor)}" if anchor else url


def case_url(product: Product, case: LessonHead, *, anchor: str = "") -> str:
    """Where an alumni case opens: always here, for nobody else shows it."""
    url = f"/p/{product.slug}/lessons/{case.slug}"
    return f"{url}#{quote(anchor)}" if anchor else url


def cite(product: Product, source: Source, text: str, *, number: int, start: int | None = None) -> Citation:
    """A citation of a stretch of a source; `start` is its offset there, else it is looked for."""
    spot = source.spot_at(source.text.find(text) if start is None else start)
    url = lesson_url(product, source.lesson, anchor=source.anchor, spot=spot)
    kind, value = ("heading", heading_of(source)) if spot is None else (spot.kind.value, str(spot.number))
    return Citation(number, source.passage, source.lesson.slug, source.lesson.title, text, Locator(kind, value, url))


def heading_of(source: Source) -> str:
    """The heading a source stands under, its lesson's title where there is none."""
    return source.heading_path[-1] if source.heading_path else source.lesson.title


def near(product: Product, lesson: LessonHead) -> NearLesson:
    """A lesson as a next step."""
    return NearLesson(lesson.slug, lesson.title, lesson_url(product, lesson))
