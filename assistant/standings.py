"""Tells where a citation stands today, with the address to open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.links import cite, heading_of, near
from assistant.reply import NearLesson
from foundation.errors import Invalid, NotFound
from knowledge.lessons import lesson_heads
from knowledge.products import Product, find_product
from knowledge.resolve import Standing, resolve_citation


@dataclass(frozen=True, slots=True)
class CitationToday:
    """Where a citation stands; lesson, place and quote are what is there now, "" and None where it is gone.

    `alike` says how much of the quote's wording is left, 0 to 1.
    """

    passage: str
    standing: Standing
    lesson: str | None = None
    title: str = ""
    heading: str = ""
    quote: str = ""
    url: str | None = None
    alike: float | None = None
    replaced_by: tuple[NearLesson, ...] = ()


def citation_today(
    session: Session, product: Product, passage: str, quote: str | None = None, *, now: datetime
) -> CitationToday:
    """Find a citation again. Raises NotFound for a passage learners never saw, Invalid for a quote it does not hold."""
    found = resolve_citation(session, product.slug, passage, quote, now=now)
    if found.source is None:
        heads = lesson_heads(session, found.replaced_by)
        replaced_by = tuple(near(product, heads[lesson]) for lesson in found.replaced_by if lesson in heads)
        return CitationToday(passage, found.standing, replaced_by=replaced_by)
    citation = cite(product, found.source, found.quote, number=1)
    return CitationToday(
        passage=passage,
        standing=found.standing,
        lesson=citation.lesson,
        title=citation.title,
        heading=heading_of(found.source),
        quote=citation.quote,
        url=citation.locator.url,
        alike=found.alike,
    )


def citations_today(session: Session, product: str, reply: Mapping[str, Any], *, now: datetime) -> list[CitationToday]:
    """Where every citation of a kept reply stands, in their order; what was erased since is gone."""
    try:
        found = find_product(session, product)
    except NotFound:
        return [CitationToday(each["passage"], Standing.GONE) for each in reply["citations"]]
    return [_today(session, found, each["passage"], each["quote"], now=now) for each in reply["citations"]]


def _today(session: Session, product: Product, passage: str, quote: str, *, now: datetime) -> CitationToday:
    try:
        return citation_today(session, product, passage, quote, now=now)
    except NotFound:
        return CitationToday(passage, Standing.GONE)
    except Invalid:
        # Something in the quote was blacked out; where its passage stands is still known.
        return citation_today(session, product, passage, now=now)
