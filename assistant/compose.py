"""Lets a chat model word the answer, from whole passages within a token budget, every sentence checked."""

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from anyio import to_thread

from assistant.extract import Quote
from assistant.orders import orders_to_say
from assistant.supported import Supported, SupportedSentences
from foundation.errors import ModelUnavailable
from foundation.ids import content_hash
from knowledge.language import Lang
from knowledge.lessons import Source
from prompts.budget import TokenCount, count_tokens, fit_passages
from prompts.catalogue import Prompt, load_prompt
from prompts.chat import ChatModel, Message
from prompts.fences import Fenced, fence, fence_numbered

_LANGUAGE_NAMES: dict[Lang, str] = {"ru": "Russian", "en": "English"}
ANSWER_PROMPT = "answer"
_MAX_WORDS = 120
# 120 words and a quote of 30 words for each of a dozen sentences take 4,000 characters.
_MAX_REPLY_CHARS = 12_000

# Code and quoted terms say nothing about the language of the sentence around them.
_ASIDE = re.compile('`[^`]*`|«[^»]*»|“[^”]*”|"[^"]*"')
_OWN_LETTERS: dict[Lang, re.Pattern[str]] = {
    "ru": re.compile("[\u0400-\u04ff]"),
    "en": re.compile("[A-Za-z\u00c0-\u024f]"),
}
# Russian prose about programming may carry four Latin letters for each of its own, English prose hardly any foreign.
_LEAST_OWN: dict[Lang, float] = {"ru": 0.2, "en": 0.5}
_FEWEST_LETTERS = 12
_WORD = re.compile(r"[^\W\d_]+")
# What ends so is half a sentence, and may claim the opposite of the whole.
_BREAKS_OFF = re.compile(
    r"\b(?:the|of|to|and|or|but|with|и|или|на|с|к|что|чтобы|для|по|из|но)[\s….,:;–—-]*$", re.IGNORECASE
)
_LIST_MARK = re.compile(r"\s*(?:[-*•]|\d{1,3}[.)])\s+")
# What is left of "he'll" when it is cut at the apostrophe, at the beginning or behind a semicolon.
_CUT_WORD = re.compile(r"(?:^|;\s*)(?:ll|ve|re)\b")
# A course has no "I" of its own; "Type I error" stays.
_SPEAKS_AS_I = re.compile(r"I['’](?:m|ve|ll|d)\b|I (?:am|will|can|cannot|have|do|must)\b|Я\s")
# One word in letters that look alike; "A/B-тест" and "p-значение" are two.
_TWO_ALPHABETS = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """How much of the learner's and the course's words goes to a chat model with one question.

    In tokens of that model, fences included; the prompt's own words come on top.
    """

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
    chat: ChatModel,
    question: str,
    sources: Sequence[Source],
    *,
    lang: Lang,
    limits: ModelLimits,
    prompt: str = ANSWER_PROMPT,
) -> AsyncGenerator[Draft, None]:
    """Supported sentences as the model writes them, told by the newest version of `prompt`.

    Empty drafts carry the trace.

    Raises ModelUnavailable, possibly after some sentences. What was given out is supported either way. The model is not
    asked when no passage fits in the budget beside the question.
    """
    filling = partial(_fill_in, load_prompt(prompt), question, sources, lang=lang, limits=limits, model=chat.name)
    letter = await to_thread.run_sync(filling)
    yield Draft("", trace=letter.trace)
    if not letter.messages:
        return
    reading = _Reading(letter.sources, lang)
    failure: ModelUnavailable | None = None
    try:
        async with aclosing(_bounded(chat, letter.messages)) as pieces:
            async for piece in pieces:
                for draft in reading.hear(piece):
                    yield draft
    except ModelUnavailable as err:
        failure = err
    for draft in reading.finish():
        yield draft
    yield Draft("", trace=await to_thread.run_sync(reading.trace, chat.name))
    if failure is not None:
        raise failure


async def read_again(
    reply: str, sources: Sequence[Source], *, lang: Lang, failure: str | None
) -> AsyncGenerator[Draft, None]:
    """The drafts of a reply that was kept, from the sources that were sent, in the order they were.

    `failure` is what the model broke off with; it is raised again, as ModelUnavailable.
    """
    reading = _Reading(sources, lang)
    for draft in reading.hear(reply):
        yield draft
    for draft in reading.finish():
        yield draft
    yield Draft("", trace=reading.counts())
    if failure is not None:
        raise ModelUnavailable(failure)


def render_again(
    prompt: Prompt, question: str, sources: Sequence[Source], *, lang: Lang
) -> tuple[tuple[Message, ...], str]:
    """What a version of the prompt makes of a question and the sources sent with it, and the hash of that."""
    passages = fence_numbered([_told(source) for source in sources], "passage")
    messages = _rendered(prompt, passages, fence(question, "question"), lang=lang)
    return messages, _hash_of(messages)


@dataclass(frozen=True, slots=True)
class _Letter:
    """What goes to the model; no messages when no source fits."""

    sources: tuple[Source, ...]
    messages: tuple[Message, ...]
    trace: dict[str, Any]


def _fill_in(
    prompt: Prompt, question: str, sources: Sequence[Source], *, lang: Lang, limits: ModelLimits, model: str
) -> _Letter:
    """The prompt with the question and as many whole passages, best first, as the budget leaves room for."""
    asked = fence(question, "question")
    asked_count = count_tokens(f"{asked}\n\n", model=model)
    room = limits.budget_tokens - asked_count.tokens
    fitting = fit_passages([_told(source) for source in sources], budget_tokens=room, model=model)
    sent = tuple(sources[place] for place in fitting.kept)
    used = {"name": prompt.name, "version": prompt.version, "hash": prompt.hash}
    trace: dict[str, Any] = {"prompt": used, "model": model, "passages_sent": len(sent), "sent": list(fitting.kept)}
    if not sent:
        return _Letter((), (), trace)
    total = _own_words(prompt, lang=lang, model=model) + asked_count + fitting.count
    trace["tokens"] = {"prompt_tokens": total.tokens, "exact": total.exact}
    messages, trace["messages_hash"] = render_again(prompt, question, sent, lang=lang)
    return _Letter(sent, messages, trace)


def _hash_of(messages: Sequence[Message]) -> str:
    return content_hash(*(part for message in messages for part in (message.role, message.text)))


def _own_words(prompt: Prompt, *, lang: Lang, model: str) -> TokenCount:
    """What the prompt takes before anything is put in; the vendor's few tokens around a message are not known here."""
    nothing = fence_numbered([], "passage")
    messages = _rendered(prompt, nothing, nothing, lang=lang)
    return sum((count_tokens(each.text, model=model) for each in messages), start=TokenCount(0, exact=True))


def _rendered(prompt: Prompt, passages: Fenced, question: Fenced, *, lang: Lang) -> tuple[Message, ...]:
    return prompt.render(passages=passages, question=question, language=_LANGUAGE_NAMES[lang], max_words=_MAX_WORDS)


class _Reading:
    """Turns a reply into drafts as it comes, and knows at its end what is worth keeping about it."""

    def __init__(self, sources: Sequence[Source], lang: Lang) -> None:
        self._supported = SupportedSentences(sources)
        self._lang = lang
        self._heard: list[str] = []
        self._foreign = 0

    def hear(self, piece: str) -> Iterator[Draft]:
        self._heard.append(piece)
        return self._drafts(self._supported.feed(piece))

    def finish(self) -> Iterator[Draft]:
        return self._drafts(self._supported.finish())

    def trace(self, model: str) -> dict[str, Any]:
        """`reply_tokens` is our own count of what arrived; a vendor may bill for thoughts that never do.

        `reply` is all that was read: with it the turn is replayed without the model.
        """
        reply = "".join(self._heard)
        return {**self.counts(), "reply_tokens": count_tokens(reply, model=model).tokens, "reply": reply}

    def counts(self) -> dict[str, Any]:
        """What came of the reply."""
        read = self._supported
        covered = {"not_covered": True} if read.not_covered else {}
        # Counted are the sentences that brought marks; greetings and what else has none are only dropped.
        held_back = {**read.faults, "foreign": self._foreign} if self._foreign else dict(read.faults)
        return {
            **covered,
            "sentences_dropped": read.dropped + self._foreign,
            "claims_kept": read.kept - self._foreign,
            "claims_held_back": held_back,
        }

    def _drafts(self, sentences: Iterable[Supported]) -> Iterator[Draft]:
        for sentence in sentences:
            if _is_foreign(sentence.text, self._lang) or _is_beyond_proof(sentence, self._lang):
                self._foreign += 1
            else:
                yield _draft(sentence)


async def _bounded(chat: ChatModel, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
    """The reply, cut off where no honest one goes on: a model may repeat itself for ever."""
    left = _MAX_REPLY_CHARS
    async with aclosing(chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
        async for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return


def _is_foreign(sentence: str, lang: Lang) -> bool:
    """Whether it is written in other letters than the reader's; languages that share an alphabet look the same."""
    letters = sum(map(str.isalpha, _ASIDE.sub("", sentence)))
    return letters >= _FEWEST_LETTERS and _own_share(sentence, lang) < _LEAST_OWN[lang]


def _own_share(text: str, lang: Lang) -> float:
    """How much of its letters, code and quoted terms aside, are a language's own; 1 where there are none."""
    letters = "".join(filter(str.isalpha, _ASIDE.sub("", text)))
    return len(_OWN_LETTERS[lang].findall(letters)) / len(letters) if letters else 1.0


def _is_beyond_proof(sentence: Supported, lang: Lang) -> bool:
    """Whether it is half a sentence, its words cannot be compared with its quotes', or these only order it said.

    A model that means harm tells any lie behind a true quote of another language, in letters that look alike, or in
    the words a planted order puts into its mouth (`evals.safety`, 2026-11).
    """
    words = _ASIDE.sub("", sentence.text)
    if not _is_whole(sentence.text):
        return True
    translated = any(_own_share(quote.text, lang) < _LEAST_OWN[lang] for quote in sentence.quotes)
    if (
        _BREAKS_OFF.search(sentence.text)
        or _TWO_ALPHABETS.search(words)
        or (translated and _OWN_LETTERS[lang].search(words))
    ):
        return True
    told = " ".join(quote.text for quote in sentence.quotes).casefold()
    strange = (word for word in _WORD.findall(sentence.text) if not _OWN_LETTERS[lang].match(word))
    if any(word.casefold() not in told for word in strange):
        return True
    return any(orders_to_say(quote.text) for quote in sentence.quotes)


def _is_whole(text: str) -> bool:
    """Whether it begins where a sentence does, closes every bracket it opens, and does not speak as an "I"."""
    plain = _LIST_MARK.sub("", text)
    balanced = all(text.count(opening) == text.count(closing) for opening, closing in ("()", "[]", "{}"))
    return balanced and not _CUT_WORD.search(plain) and not _SPEAKS_AS_I.match(plain)


def _told(source: Source) -> str:
    return "\n".join((" › ".join(source.heading_path), source.text))


def _draft(sentence: Supported) -> Draft:
    joint = "\n" if sentence.text.startswith("- ") else " "
    return Draft(sentence.text, sentence.quotes, joint=joint, by_model=True)
