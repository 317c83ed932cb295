"""Answers one question: find, judge, compose, keep; told as a stream of events.

Computing and SQL run in threads; only waiting for a chat model is asynchronous. The turn is written before `done` is
given out, so that what a reader saw can always be looked up again.
"""

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, to_thread

from assistant.compose import Draft, ModelLimits, compose_with_model
from assistant.conversations import begin_conversation
from assistant.extract import Evidence, Quote, extract
from assistant.grounding import is_evidence, judge
from assistant.phrases import Phrase, phrase
from assistant.record import record_turn
from assistant.reply import Event, EventName, Outcome
from assistant.turn import Found, TurnLog
from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import CompanionError, Invalid, ModelUnavailable
from foundation.ids import TurnId, random_id
from foundation.text import clean_text
from knowledge.language import Lang, language_of
from knowledge.lessons import find_lesson, load_sources
from knowledge.products import Collection, find_product
from knowledge.search import Ranking, search
from knowledge.shelf import ShelfKey
from knowledge.shelves import Shelves
from prompts.chat import ChatModel

_log = logging.getLogger(__name__)
MAX_QUESTION_CHARS = 8_000
_HITS = 20
_EVIDENCE = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked and where.

    `locale` is the language of the words around the quotes; None follows the question. `learner` is the asker's id in
    the event log.
    """

    product: str
    text: str
    conversation: str | None = None
    lesson: str | None = None
    locale: Lang | None = None
    learner: str | None = None


@dataclass(frozen=True, slots=True)
class Answerer:
    """The collaborators an answer needs; without `chat` every answer is extractive."""

    database: Database
    shelves: Shelves
    clock: Clock
    chat: ChatModel | None
    limits: ModelLimits
    threads: CapacityLimiter

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The turn's events, `meta` first and `done` last.

        Raises NotFound, Invalid, IndexUnavailable or EncoderUnavailable; before `meta` at most an
        empty conversation was written.
        """
        started = time.perf_counter()
        found = await to_thread.run_sync(self._find, question, limiter=self.threads)
        log = TurnLog(found)
        yield log.add(EventName.META, found.meta())
        async with aclosing(self._compose(found)) as drafts:
            async for draft in drafts:
                for event in log.add_draft(draft):
                    yield event
        log.timing["total"] = _ms_since(started)
        yield await to_thread.run_sync(self._keep, found, log, limiter=self.threads)

    async def reply(self, question: Question) -> dict[str, Any]:
        """The turn as one JSON object, the data of its `done` event."""
        last: Event | None = None
        async with aclosing(self.answer(question)) as events:
            async for event in events:
                last = event
        if last is None or last.name is not EventName.DONE:
            raise CompanionError("the turn ended without an answer; ask again")
        return last.data

    def _find(self, question: Question) -> Found:
        text = clean_text(question.text).strip()
        if not text:
            raise Invalid("the question is empty; write what you want to know")
        if len(text) > MAX_QUESTION_CHARS:
            raise Invalid(f"the question has {len(text)} characters; {MAX_QUESTION_CHARS} are the most")
        with self.database.read() as session:
            product = find_product(session, question.product)
            lesson = find_lesson(session, product.slug, question.lesson).slug if question.lesson else None
        shelf = self.shelves.shelf(ShelfKey(product.slug, Collection.LESSONS))
        started = time.perf_counter()
        ranking = search(text, shelf, encoder=self.shelves.encoder, index=self.shelves.index, count=_HITS)
        evidence = self._load(ranking)
        searched = _ms_since(started)
        judgement = judge(ranking, evidence, shelf=shelf, encoder_id=self.shelves.encoder.id)
        with self.database.write() as session:
            conversation = begin_conversation(session, product.slug, question.conversation, now=self.clock())
        locale = question.locale or language_of(text, default="ru" if product.lang == "ru" else "en")
        turn = TurnId(random_id("t"))
        return Found(
            turn,
            conversation,
            product,
            text,
            lesson,
            question.learner,
            locale,
            shelf,
            ranking,
            evidence,
            judgement,
            searched,
        )

    def _load(self, ranking: Ranking) -> tuple[Evidence, ...]:
        hits = [hit for hit in ranking.hits if is_evidence(hit)][:_EVIDENCE]
        with self.database.read() as session:
            sources = load_sources(session, [hit.place.passage for hit in hits])
        return tuple(
            Evidence(sources[hit.place.passage], hit.place.lang, hit.place.order, hit.score)
            for hit in hits
            if hit.place.passage in sources
        )

    async def _compose(self, found: Found) -> AsyncGenerator[Draft, None]:
        if found.judgement.outcome is Outcome.DECLINED:
            yield Draft(_decline(found))
            return
        written, partly = False, found.judgement.outcome is Outcome.PARTLY
        if self.chat is not None:
            try:
                sources = [item.source for item in found.evidence]
                composed = compose_with_model(self.chat, found.text, sources, lang=found.locale, limits=self.limits)
                async with aclosing(composed) as drafts:
                    async for draft in drafts:
                        written = written or bool(draft.quotes)
                        partly = partly or "not_covered" in draft.trace
                        yield draft
                if written:
                    return
            except ModelUnavailable as err:
                _log.warning("model.unavailable turn=%s reason=%s", found.turn, err)
                yield Draft("", trace={"model_error": str(err)})
        quotes = await to_thread.run_sync(self._extract, found, limiter=self.threads)
        for draft in _extractive(found, quotes, after_model=written, partly=partly):
            yield draft

    def _extract(self, found: Found) -> tuple[Quote, ...]:
        return extract(found.ranking, found.evidence, shelf=found.shelf)

    def _keep(self, found: Found, log: TurnLog) -> Event:
        with self.database.write() as session:
            done = record_turn(session, found, log, now=self.clock())
        _log.info("turn.answered turn=%s outcome=%s citations=%d", found.turn, log.outcome(), len(log.citations))
        return done


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
    elif partly:
        drafts.append(Draft(phrase(Phrase.PARTLY, found.locale)))
    elif quotes and language_of(quotes[0].text, default=found.locale) != found.locale:
        drafts.append(Draft(phrase(Phrase.ANSWERED_ELSEWHERE, found.locale)))
    return [*drafts, *(Draft(quote.text, (quote,)) for quote in quotes)]


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
