"""What a turn says once it was judged: a decline, the model's supported sentences, or the course's own.

One piece of code for a turn that is being answered and for one that is replayed: who asks brings the model's drafts,
fresh or kept, and the quotes.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from assistant.compose import Draft
from assistant.echo import echoed
from assistant.extract import Quote
from assistant.phrases import Phrase, phrase
from assistant.reply import Outcome
from assistant.turn import Found
from assistant.worded_move import word_move
from foundation.errors import ModelUnavailable
from knowledge.language import language_of
from knowledge.repair import Mistake

Drafts = AsyncGenerator[Draft, None]


async def word_answer(
    found: Found, *, by_model: Callable[[], Drafts] | None, quotes: Callable[[], Awaitable[Sequence[Quote]]]
) -> Drafts:
    """The drafts of an answer in order; first of all how the question was read, where that is not how it stands.

    A model that fails, or of whose claims too little is left, leaves the word to the quotes; its failure is noted in a
    draft's trace as `model_error`.
    """
    if found.move is not None:
        async with aclosing(word_move(found.move, by_model)) as said:
            async for draft in said:
                yield draft
        return
    if any(change.mistake is not Mistake.SPELLING for change in found.ranking.changes):
        meant = found.carried.own if found.carried is not None else found.ranking.question
        yield Draft(phrase(Phrase.SEARCHED, found.locale).format(text=echoed(meant)))
    if found.topic:
        name = Phrase.CARRIED_HERE if found.carried is not None and found.carried.is_here else Phrase.CARRIED
        yield Draft(phrase(name, found.locale).format(topic=echoed(found.topic)))
    if found.later:
        yield Draft(phrase(Phrase.LATER, found.locale).format(title=found.later))
    if found.judgement.outcome is Outcome.DECLINED:
        if not found.later:
            yield Draft(_decline(found))
        return
    written, enough, partly = False, False, found.judgement.outcome is Outcome.PARTLY
    if by_model is not None:
        try:
            async with aclosing(by_model()) as drafts:
                async for draft in drafts:
                    written = written or bool(draft.quotes)
                    partly = partly or "not_covered" in draft.trace
                    enough = enough or _is_enough(draft.trace)
                    yield draft
            if written and enough:
                return
        except ModelUnavailable as err:
            yield Draft("", trace={"model_error": str(err)})
    for draft in _extractive(found, await quotes(), after_model=written, partly=partly):
        yield draft


def _is_enough(trace: Mapping[str, Any]) -> bool:
    """Whether of what a model claimed at least half was borne out: a reply that lost more is no answer of its own."""
    kept = trace.get("claims_kept", 0)
    return bool(kept) and kept >= sum(trace["claims_held_back"].values())


def _decline(found: Found) -> str:
    if not found.shelf.places:
        name = Phrase.DECLINED_EMPTY
    elif not found.ranking.terms:
        name = Phrase.DECLINED_WORDS
    else:
        name = Phrase.DECLINED_NEAR if found.evidence else Phrase.DECLINED
    return phrase(name, found.locale)


def _extractive(found: Found, quotes: Sequence[Quote], *, after_model: bool, partly: bool) -> list[Draft]:
    drafts = []
    if after_model:
        drafts.append(Draft(phrase(Phrase.MODEL_FAILED, found.locale)))
    elif found.later:
        drafts.append(Draft(phrase(Phrase.UP_TO_HERE, found.locale)))
    elif partly:
        drafts.append(Draft(phrase(Phrase.PARTLY, found.locale)))
    elif quotes and language_of(quotes[0].text, default=found.locale) != found.locale:
        drafts.append(Draft(phrase(Phrase.ANSWERED_ELSEWHERE, found.locale)))
    return [*drafts, *(Draft(quote.text, (quote,)) for quote in quotes)]
