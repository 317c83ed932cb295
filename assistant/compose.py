"""Lets a chat model word the answer, from whole passages within a token budget, every sentence checked."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from assistant.extract import Quote
from assistant.supported import Supported, SupportedSentences
from foundation.errors import ModelUnavailable
from knowledge.language import Lang
from knowledge.lessons import Source
from prompts.budget import fit_passages
from prompts.chat import ChatModel, Message
from prompts.fences import fence, fence_numbered
from prompts.library import load_prompt

_LANGUAGE_NAMES: dict[Lang, str] = {"ru": "Russian", "en": "English"}
_MAX_WORDS = 120
# 120 words and a quote of 30 words for each of a dozen sentences take 4,000 characters.
_MAX_REPLY_CHARS = 12_000


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """How much course text goes to a chat model with one question, in tokens of that model."""

    budget_tokens: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece of an answer: text, the quotes that prove it, and what is worth keeping about how it came about."""

    text: str
    quotes: tuple[Quote, ...] = ()
    joint: str = "\n\n"
    by_model: bool = False
    trace: dict[str, Any] = field(default_factory=dict)


async def compose_with_model(
    chat: ChatModel, question: str, sources: Sequence[Source], *, lang: Lang, limits: ModelLimits
) -> AsyncGenerator[Draft, None]:
    """Supported sentences as the model writes them; empty drafts carry the trace.

    Raises ModelUnavailable, possibly after some sentences. What was given out is supported either way. The model is not
    asked when no passage fits in its budget.
    """
    prompt = load_prompt("answer")
    sent = _fitting(sources, budget_tokens=limits.budget_tokens, model=chat.name)
    used = {"name": prompt.name, "version": prompt.version, "hash": prompt.hash}
    yield Draft("", trace={"prompt": used, "model": chat.name, "passages_sent": len(sent)})
    if not sent:
        return
    messages = prompt.render(
        passages=fence_numbered([_told(source) for source in sent], "passage"),
        question=fence(question, "question"),
        language=_LANGUAGE_NAMES[lang],
        max_words=_MAX_WORDS,
    )
    reader = SupportedSentences(sent)
    failure: ModelUnavailable | None = None
    try:
        async with aclosing(_bounded(chat, messages)) as pieces:
            async for piece in pieces:
                for sentence in reader.feed(piece):
                    yield _draft(sentence)
    except ModelUnavailable as err:
        failure = err
    for sentence in reader.finish():
        yield _draft(sentence)
    covered = {"not_covered": True} if reader.not_covered else {}
    yield Draft("", trace={**covered, "sentences_dropped": reader.dropped})
    if failure is not None:
        raise failure


async def _bounded(chat: ChatModel, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
    """The reply, cut off where no honest one goes on: a model may repeat itself for ever."""
    left = _MAX_REPLY_CHARS
    async with aclosing(chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
        async for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return


def _fitting(sources: Sequence[Source], *, budget_tokens: int, model: str) -> list[Source]:
    """Whole passages, best first, as many as fit; one that is too long alone does not keep out the rest."""
    alone = [s for s in sources if fit_passages([_told(s)], budget_tokens=budget_tokens, model=model)]
    return alone[: fit_passages([_told(source) for source in alone], budget_tokens=budget_tokens, model=model)]


def _told(source: Source) -> str:
    return "\n".join((" › ".join(source.heading_path), source.text))


def _draft(sentence: Supported) -> Draft:
    joint = "\n" if sentence.text.startswith("- ") else " "
    return Draft(sentence.text, sentence.quotes, joint=joint, by_model=True)
