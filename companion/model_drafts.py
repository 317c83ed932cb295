"""Lets the house's chat model draft proposals, each sentence compared with its quotes as an answer's is."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from assistant.compose import compose_with_model
from companion.wiring import House
from feedback.draft_with_model import ModelSentence, Written, draft_with_model
from feedback.proposal import Proposal
from foundation.errors import ModelUnavailable
from knowledge.language import Lang
from knowledge.lessons import Source
from prompts.chat import ChatModel

_PROMPT = "proposal"
_KEPT = ("prompt", "model", "messages_hash", "sentences_dropped")


async def draft_proposal(house: House, product: str, proposal: str, *, by: str) -> Proposal:
    """A proposal with the model's text; raises as `draft_with_model`, ModelUnavailable where no model is set up."""
    answerer = house.answerer
    if answerer.chat is None:
        raise ModelUnavailable("no chat model is set up; write the text yourself")
    spending = answerer.spending
    chat = answerer.chat if spending is None else spending.chat_for(answerer.chat, product)

    async def write(asked: str, sources: Sequence[Source], lang: Lang) -> Written:
        return await _written(house, chat, asked, sources, lang)

    return await draft_with_model(house.database, product, proposal, by=by, write=write, now=house.clock())


async def _written(house: House, chat: ChatModel, asked: str, sources: Sequence[Source], lang: Lang) -> Written:
    sentences: list[ModelSentence] = []
    made_with: dict[str, Any] = {}
    composed = compose_with_model(chat, asked, sources, lang=lang, limits=house.answerer.limits, prompt=_PROMPT)
    async with aclosing(composed) as drafts:
        async for draft in drafts:
            made_with |= {name: draft.trace[name] for name in _KEPT if name in draft.trace}
            if draft.text:
                proofs = tuple((quote.source.passage, quote.text) for quote in draft.quotes)
                sentences.append(ModelSentence(draft.text, proofs))
    return Written(tuple(sentences), made_with)
