"""Related lessons as pages and the wire show them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from assistant.links import lesson_url
from knowledge.products import Product, find_product
from knowledge.related import Related, RelatedLesson

KINDS = ("requires", "equivalent", "replaces", "replaced_by")


class RelatedLessons:
    """Tells relations with addresses; looks every product up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._products: dict[str, Product] = {}

    def tell(self, related: Related) -> Mapping[str, list[dict[str, Any]]]:
        """The lessons by the kind of relation; one that is gone has no address."""
        return {kind: [self._lesson(lesson) for lesson in getattr(related, kind)] for kind in KINDS}

    def _lesson(self, lesson: RelatedLesson) -> dict[str, Any]:
        product = self._products.setdefault(lesson.product, find_product(self._session, lesson.product))
        return {
            "product": lesson.product,
            "id": lesson.head.slug if lesson.head else None,
            "title": lesson.title,
            "lang": product.lang,
            "url": lesson_url(product, lesson.head) if lesson.head else None,
        }
