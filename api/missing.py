"""Says which of the things a request names is not there, so that a client can tell them apart."""

from api.errors import LessonNotFound, ProductNotFound
from companion.wiring import House
from foundation.errors import NotFound
from knowledge.lessons import find_lesson
from knowledge.products import find_product


def name_missing(house: House, error: NotFound, *, product: str, lesson: str | None = None) -> NotFound:
    """The error to raise instead; the one given where product and lesson are there."""
    with house.database.read() as session:
        try:
            find_product(session, product)
        except NotFound:
            return ProductNotFound(f"there is no product {product[:70]!r} here")
        try:
            if lesson is not None:
                find_lesson(session, product, lesson)
        except NotFound as missing:
            return LessonNotFound(str(missing))
    return error
