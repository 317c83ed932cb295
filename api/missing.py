"""Says which of the things a request names is not there, so that a client can tell them apart."""

from collections.abc import Sequence

from api.errors import LessonNotFound, ProductNotFound
from companion.wiring import House
from foundation.errors import NotFound
from knowledge.lessons import find_lesson
from knowledge.products import find_product


def name_missing(house: House, error: NotFound, *, product: str, lessons: Sequence[str | None] = ()) -> NotFound:
    """The error to raise instead; the one given where the product and the lessons named are there."""
    with house.database.read() as session:
        try:
            find_product(session, product)
        except NotFound:
            return ProductNotFound(f"there is no product {product[:70]!r} here")
        try:
            for lesson in filter(None, lessons):
                find_lesson(session, product, lesson)
        except NotFound as missing:
            return LessonNotFound(str(missing))
    return error
