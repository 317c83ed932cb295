"""Lets a chat model draft a reply for the person who answers: staff see it, a learner only what they send."""

from contextlib import aclosing

from anyio import to_thread

from assistant.answer import Answerer
from assistant.compose import compose_with_model
from assistant.decide_hand_over import keep_draft
from assistant.hand_over import HandOver
from foundation.errors import Invalid, ModelUnavailable
from foundation.ids import PassageId
from knowledge.language import Lang
from knowledge.lessons import Source, load_sources


async def draft_reply(answerer: Answerer, done: HandOver) -> str:
    """Sentences that passages on the card support, kept on the card.

    Raises ModelUnavailable, Invalid where nothing the model wrote was supported, HandOverClosed.
    """
    if answerer.chat is None:
        raise ModelUnavailable("no chat model is set up; write the reply yourself")
    sources = await to_thread.run_sync(_sources, answerer, done)
    lang: Lang = "ru" if done.card.get("locale") == "ru" else "en"
    told: list[str] = []
    spending = answerer.spending
    chat = answerer.chat if spending is None else spending.chat_for(answerer.chat, done.product)
    composed = compose_with_model(chat, done.question, sources, lang=lang, limits=answerer.limits)
    async with aclosing(composed) as drafts:
        async for draft in drafts:
            if draft.text:
                told.append(f"{draft.joint if told else ''}{draft.text}")
    if not told:
        raise Invalid("the model wrote nothing that these passages support; write the reply yourself")
    await to_thread.run_sync(_keep, answerer, done, "".join(told))
    return "".join(told)


def _sources(answerer: Answerer, done: HandOver) -> list[Source]:
    """The card's passages as they are live now, in the card's order."""
    named = [PassageId(each["passage"]) for each in done.card.get("evidence", [])]
    with answerer.database.read() as session:
        found = load_sources(session, named)
    return [found[passage] for passage in dict.fromkeys(named) if passage in found]


def _keep(answerer: Answerer, done: HandOver, draft: str) -> None:
    with answerer.database.write() as session:
        keep_draft(session, done.product, done.id, draft)
