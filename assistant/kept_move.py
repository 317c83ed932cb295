"""A move as a turn's trace keeps it: what it said, word for word, and where its quotes stand."""

from collections.abc import Mapping
from typing import Any

from assistant.compose import Draft
from assistant.extract import Quote
from assistant.move import Move, Offer
from assistant.reply import Outcome
from foundation.ids import PassageId, RevisionId
from knowledge.lessons import Source


def plain_move(move: Move) -> dict[str, Any]:
    """Plain values for the trace."""
    return {
        "name": move.name,
        "outcome": move.outcome.value,
        "offers": [offer.value for offer in move.offers],
        "facts": dict(move.facts),
        "drafts": [_plain_draft(draft) for draft in move.drafts],
    }


def move_sources(plain: Mapping[str, Any]) -> dict[PassageId, RevisionId]:
    """The passages a kept move quotes, each with the revision of its lesson."""
    return {
        PassageId(quote["passage"]): RevisionId(quote["revision"])
        for draft in plain["drafts"]
        for quote in draft["quotes"]
    }


def move_again(plain: Mapping[str, Any], sources: Mapping[PassageId, Source]) -> Move:
    """The move as it was, with the texts it quoted; KeyError where one of them is gone."""
    return Move(
        name=plain["name"],
        drafts=tuple(_draft(draft, sources) for draft in plain["drafts"]),
        outcome=Outcome(plain["outcome"]),
        offers=tuple(Offer(offer) for offer in plain["offers"]),
        facts=plain["facts"],
    )


def _plain_draft(draft: Draft) -> dict[str, Any]:
    quotes = [
        {"passage": each.source.passage, "start": each.start, "end": each.end, "revision": each.source.lesson.revision}
        for each in draft.quotes
    ]
    return {"text": draft.text, "joint": draft.joint, "by_model": draft.by_model, "quotes": quotes}


def _draft(plain: Mapping[str, Any], sources: Mapping[PassageId, Source]) -> Draft:
    quotes = tuple(Quote(sources[PassageId(q["passage"])], q["start"], q["end"]) for q in plain["quotes"])
    return Draft(plain["text"], quotes, joint=plain["joint"], by_model=plain["by_model"])
