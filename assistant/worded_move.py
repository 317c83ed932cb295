"""Lets a model word the quotes of a move: it reads these quotes and nothing else, and cites where they stand."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from assistant.compose import Draft
from assistant.extract import Quote
from assistant.move import Move
from foundation.errors import ModelUnavailable
from knowledge.lessons import Source
from knowledge.passages import Segment

HINT_PROMPT = "hint"
Drafts = AsyncGenerator[Draft, None]


def told_sources(move: Move) -> list[Source]:
    """The quotes of a move as sources of their own, in the order they are said."""
    return [_as_source(quote) for quote in _quotes(move)]


def _quotes(move: Move) -> list[Quote]:
    return [quote for draft in move.drafts for quote in draft.quotes]


def _as_source(quote: Quote) -> Source:
    source, text = quote.source, quote.text
    segments = tuple(
        Segment(each.kind, max(each.start - quote.start, 0), min(each.end - quote.start, len(text)), each.spot)
        for each in source.segments
        if each.end > quote.start and each.start < quote.end
    )
    return replace(source, text=text, segments=segments)


async def rebased(drafts: Drafts, move: Move) -> Drafts:
    """A model's drafts over `told_sources`, their quotes counted in the passages these were taken from."""
    original = {(told.passage, told.text): quote for told, quote in zip(told_sources(move), _quotes(move), strict=True)}

    def back(quote: Quote) -> Quote:
        whole = original[quote.source.passage, quote.source.text]
        return Quote(whole.source, whole.start + quote.start, whole.start + quote.end, whole.product)

    async with aclosing(drafts) as told:
        async for draft in told:
            yield replace(draft, quotes=tuple(back(quote) for quote in draft.quotes)) if draft.quotes else draft


async def word_move(move: Move, by_model: Callable[[], Drafts] | None) -> Drafts:
    """A move's drafts; those that quote give way to the model's, where it writes any that may be said."""
    quoting = [number for number, draft in enumerate(move.drafts) if draft.quotes]
    if by_model is None or not quoting:
        for draft in move.drafts:
            yield draft
        return
    first, last = quoting[0], quoting[-1]
    for draft in move.drafts[:first]:
        yield draft
    written = False
    try:
        async with aclosing(by_model()) as drafts:
            async for draft in drafts:
                # What follows the words around it begins a paragraph.
                yield draft if written or not draft.text else replace(draft, joint="\n\n")
                written = written or bool(draft.quotes)
    except ModelUnavailable as err:
        yield Draft("", trace={"model_error": str(err)})
    for draft in move.drafts[last + 1 if written else first :]:
        yield draft
