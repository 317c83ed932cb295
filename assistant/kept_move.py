"""A move as a turn's trace keeps it: what it said, word for word, and where its quotes stand."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assistant.compose import Draft
from assistant.extract import Quote
from assistant.move import Move, Offer
from assistant.reply import NearLesson, Outcome
from foundation.ids import PassageId, RevisionId
from knowledge.lessons import Source
from knowledge.products import Product


def plain_move(move: Move) -> dict[str, Any]:
    """Plain values for the trace."""
    return {
        "name": move.name,
        "outcome": move.outcome.value,
        "offers": [offer.value for offer in move.offers],
        "facts": dict(move.facts),
        "drafts": [_plain_draft(draft) for draft in move.drafts],
        "links": None if move.links is None else [asdict(link) for link in move.links],
    }


def move_sources(plain: Mapping[str, Any]) -> dict[PassageId, RevisionId]:
    """The passages a kept move quotes, each with the revision of its lesson."""
    return {
        PassageId(quote["passage"]): RevisionId(quote["revision"])
        for draft in plain["drafts"]
        for quote in draft["quotes"]
    }


def move_products(plain: Mapping[str, Any]) -> frozenset[str]:
    """The slugs of other products that a kept move quotes."""
    return frozenset(q["product"] for draft in plain["drafts"] for q in draft["quotes"] if q.get("product"))


def move_again(plain: Mapping[str, Any], sources: Mapping[PassageId, Source], products: Mapping[str, Product]) -> Move:
    """The move as it was, with the texts it quoted; KeyError where one of them is gone."""
    links = plain.get("links")
    return Move(
        name=plain["name"],
        drafts=tuple(_draft(draft, sources, products) for draft in plain["drafts"]),
        outcome=Outcome(plain["outcome"]),
        offers=tuple(Offer(offer) for offer in plain["offers"]),
        facts=plain["facts"],
        links=None if links is None else tuple(NearLesson(**link) for link in links),
    )


def _plain_draft(draft: Draft) -> dict[str, Any]:
    quotes = [_plain_quote(quote) for quote in draft.quotes]
    return {"text": draft.text, "joint": draft.joint, "by_model": draft.by_model, "quotes": quotes}


def _plain_quote(quote: Quote) -> dict[str, Any]:
    place = {"passage": quote.source.passage, "start": quote.start, "end": quote.end}
    return {
        **place,
        "revision": quote.source.lesson.revision,
        **({} if quote.product is None else {"product": quote.product.slug}),
    }


def _draft(plain: Mapping[str, Any], sources: Mapping[PassageId, Source], products: Mapping[str, Product]) -> Draft:
    quotes = tuple(
        Quote(
            sources[PassageId(each["passage"])],
            each["start"],
            each["end"],
            products[each["product"]] if "product" in each else None,
        )
        for each in plain["quotes"]
    )
    return Draft(plain["text"], quotes, joint=plain["joint"], by_model=plain["by_model"])
