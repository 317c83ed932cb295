"""Products: what an assistant speaks for, and who may embed it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from foundation.database import UtcDateTime, moment
from foundation.errors import Invalid, NotFound
from foundation.ids import ProductSlug
from knowledge.hint_rules import HintRules
from knowledge.openings import is_hidden_lesson
from knowledge.tables import LessonRow, ProductRow, RevisionRow

_ORIGIN = re.compile(r"^https?://[^/\s?#@*]+$")
_PLACES = ("lesson", "anchor", "slug", "external_id", "page", "slide", "cell", "second")


class ProductKind(StrEnum):
    """What a product is; decides the assistant's profile."""

    COURSE = "course"
    AUTHOR = "author"
    TEAM = "team"
    COMMUNITY = "community"
    PLATFORM = "platform"


class Spoilers(StrEnum):
    """What becomes of lessons a learner has not come to yet: kept from them, or shown like any other."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class Collection(StrEnum):
    """A product's lessons, and the alumni cases kept apart from them."""

    LESSONS = "lessons"
    CASES = "cases"


_USUAL_HINTS = HintRules()
_USUALLY = {ProductKind.COURSE: Spoilers.HIDDEN}
_LIVE_LESSONS = (LessonRow.live_revision.is_not(None), LessonRow.collection == Collection.LESSONS)
_LESSONS = select(func.count()).where(LessonRow.product == ProductRow.slug, *_LIVE_LESSONS).scalar_subquery()
# Counted apart: these few an index finds, where asking every lesson would take longer than all else about a product.
_MINE = (LessonRow.id == RevisionRow.lesson) & (LessonRow.live_revision == RevisionRow.id)
_HIDDEN = (
    select(func.count(RevisionRow.lesson))
    .where(is_hidden_lesson(bindparam("now", type_=UtcDateTime)))
    .where(select(LessonRow.id).where(_MINE, LessonRow.product == ProductRow.slug, *_LIVE_LESSONS).exists())
    .correlate(ProductRow)
    .scalar_subquery()
)
# The table's columns, not a row with an identity: every question looks its product up.
_OPEN = (_LESSONS - _HIDDEN).label("lessons")
_PRODUCT = select(*ProductRow.__table__.columns, _OPEN).where(ProductRow.slug == bindparam("slug"))


@dataclass(frozen=True, slots=True)
class Product:
    """A product as others see it; `lessons` counts those learners may open, cases not included."""

    slug: ProductSlug
    title: str
    description: str
    kind: ProductKind
    lang: str
    origins: tuple[str, ...]
    suggestions: tuple[str, ...]
    url_template: str | None
    version: int
    lessons: int
    spoilers: Spoilers | None = None
    hints: HintRules = _USUAL_HINTS

    @property
    def hides_spoilers(self) -> bool:
        """Whether later lessons are kept from a learner whose position is known; courses do unless they say otherwise.

        What authors, teams, communities and platforms say has an order, but nobody works through it.
        """
        return (self.spoilers or _USUALLY.get(self.kind, Spoilers.SHOWN)) is Spoilers.HIDDEN


def find_product(session: Session, slug: str) -> Product:
    """One product; raises NotFound."""
    row = session.execute(_PRODUCT, {"slug": slug, "now": moment(session)}).one_or_none()
    if row is None:
        raise NotFound(f"there is no product {slug[:70]!r} here")
    return _product(row, row.lessons)


def list_products(session: Session) -> list[Product]:
    """All products, oldest first."""
    counts = _lesson_counts(session)
    rows = session.scalars(select(ProductRow).order_by(ProductRow.created, ProductRow.slug))
    return [_product(row, counts.get(row.slug, 0)) for row in rows]


def register_product(
    session: Session, slug: ProductSlug, *, title: str, kind: ProductKind, lang: str, now: datetime
) -> None:
    """Make a product known; one that exists is left as it is."""
    if session.get(ProductRow, slug) is None:
        row = ProductRow(slug=slug, title=title, description="", kind=kind, lang=lang, origins=[], created=now)
        row.suggestions = []
        session.add(row)
        session.flush()


def describe_product(
    session: Session,
    slug: str,
    *,
    title: str | None = None,
    description: str | None = None,
    kind: ProductKind | None = None,
    lang: str | None = None,
    origins: Sequence[str] | None = None,
    suggestions: Sequence[str] | None = None,
    url_template: str | None = None,
    spoilers: Spoilers | str | None = None,
    hints: Mapping[str, Any] | None = None,
) -> None:
    """Change what is given, leave the rest. Raises NotFound, or Invalid for an origin or template that cannot work."""
    row = session.get(ProductRow, slug)
    if row is None:
        raise NotFound(f"there is no product {slug[:70]!r} here")
    if origins is not None:
        row.origins = list(dict.fromkeys(check_origin(origin) for origin in origins))
    if suggestions is not None:
        row.suggestions = list(suggestions)
    if url_template is not None:
        row.url_template = check_url_template(url_template) if url_template else None
    for name, value in {
        "title": title,
        "description": description,
        "kind": kind,
        "lang": lang,
        "spoilers": spoilers,
        "hints": hints,
    }.items():
        if value is not None:
            setattr(row, name, value)


def check_origin(origin: str) -> str:
    """A web origin as browsers send it; raises Invalid with an example."""
    plain = origin.strip().rstrip("/").lower()
    if not _ORIGIN.match(plain):
        raise Invalid(
            f"{origin[:100]!r} is not an origin; write it like https://school.example or http://localhost:3000"
        )
    return plain


def check_url_template(template: str) -> str:
    """An address with places to fill in; raises Invalid when it is not one."""
    # Bare names only: `{lesson.upper}` or `{lesson:>9999999}` would be carried out as well.
    if re.sub(rf"{{(?:{'|'.join(_PLACES)})}}", "", template).count("{") or template.count("{") != template.count("}"):
        raise Invalid(f"url_template may only hold {', '.join(f'{{{place}}}' for place in _PLACES)}")
    if not template.startswith(("https://", "http://")):
        raise Invalid("url_template must start with https:// or http://")
    return template


def _lesson_counts(session: Session) -> dict[str, int]:
    counted = select(LessonRow.product, func.count()).where(*_LIVE_LESSONS).group_by(LessonRow.product)
    live = dict(session.execute(counted).all())
    mine = (RevisionRow.lesson == LessonRow.id) & (RevisionRow.id == LessonRow.live_revision)
    few = counted.select_from(LessonRow).join(RevisionRow, mine).where(is_hidden_lesson(moment(session)))
    hidden = dict(session.execute(few).all())
    return {product: count - hidden.get(product, 0) for product, count in live.items()}


def _product(row: Any, lessons: int) -> Product:
    """From a row of the table or of the ORM."""
    return Product(
        slug=ProductSlug(row.slug),
        title=row.title,
        description=row.description,
        kind=ProductKind(row.kind),
        lang=row.lang,
        origins=tuple(row.origins),
        suggestions=tuple(row.suggestions),
        url_template=row.url_template,
        version=row.version,
        lessons=lessons,
        spoilers=Spoilers(row.spoilers) if row.spoilers else None,
        hints=HintRules.from_plain(row.hints),
    )
