"""Lets a chat model word the answer, from whole passages within a token budget, every sentence checked."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from assistant.extract import Quote
from assistant.supported import Supported, SupportedSentences
from knowledge.language import Lang
from knowledge.lessons import Source
from prompts.budget import fit_passages
from prompts.chat import ChatModel
from prompts.fences import fence, fence_numbered
from prompts.library import load_prompt

_LANGUAGE_NAMES: dict[Lang, str] = {"ru": "Russian", "en": "English"}
_MAX_WORDS = 120


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
    """Supported sentences as the model writes them; the last draft is empty and carries the trace.

    Raises ModelUnavailable, possibly after some sentences. What was given out is supported either way.
    """
    prompt = load_prompt("answer")
    sent = _fitting(sources, budget_tokens=limits.budget_tokens, model=chat.name)
    messages = prompt.render(
        passages=fence_numbered([_told(source) for source in sent], "passage"),
        question=fence(question, "question"),
        language=_LANGUAGE_NAMES[lang],
        max_words=_MAX_WORDS,
    )
    reader = SupportedSentences(sent)
    reply = ""
    async with aclosing(chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
        async for piece in pieces:
            reply += piece
            for sentence in reader.feed(piece):
                yield _draft(sentence)
    for sentence in reader.finish():
        yield _draft(sentence)
    trace = {"prompt": {"name": prompt.name, "version": prompt.version, "hash": prompt.hash}, "model": chat.name}
    covered = {"not_covered": True} if reader.says_not_covered(reply) else {}
    yield Draft("", trace={**trace, **covered, "passages_sent": len(sent), "sentences_dropped": reader.dropped})


def _fitting(sources: Sequence[Source], *, budget_tokens: int, model: str) -> list[Source]:
    """Whole passages, best first, as many as fit; one that is too long alone does not keep out the rest."""
    alone = [s for s in sources if fit_passages([_told(s)], budget_tokens=budget_tokens, model=model)]
    return alone[: fit_passages([_told(source) for source in alone], budget_tokens=budget_tokens, model=model)]


def _told(source: Source) -> str:
    return "\n".join((" › ".join(source.heading_path), source.text))


def _draft(sentence: Supported) -> Draft:
    joint = "\n" if sentence.text.startswith("- ") else " "
    return Draft(sentence.text, sentence.quotes, joint=joint, by_model=True)
