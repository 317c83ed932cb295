"""Answers one question: find, judge, compose, keep; told as a stream of events.

Computing and SQL run in threads; only waiting for a chat model is asynchronous. The turn is written before `done` is
given out, so that what a reader saw can always be looked up again.
"""

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session

from assistant.compose import Draft, ModelLimits, compose_with_model
from assistant.conversations import OpenConversations
from assistant.extract import Evidence, Quote, extract
from assistant.grounding import Judgement, best_lang, is_evidence, judge
from assistant.record import record_turn
from assistant.reply import Event, EventName
from assistant.trace import evidence_of, settle
from assistant.turn import Found, TurnLog
from assistant.wording import word_answer
from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import CompanionError, Invalid
from foundation.ids import ConversationId, TurnId, random_id
from foundation.text import clean_text
from knowledge.coverage import Scale
from knowledge.coverage_scales import find_scale
from knowledge.language import Lang, language_of
from knowledge.lessons import find_lesson, load_sources
from knowledge.products import Collection, Product, find_product
from knowledge.search import Ranking, search
from knowledge.shelf import Shelf, ShelfKey
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
class Looked:
    """What was found for a question, and how it was judged."""

    shelf: Shelf
    ranking: Ranking
    evidence: tuple[Evidence, ...]
    judgement: Judgement
    searched_ms: float


@dataclass(frozen=True, slots=True)
class Answerer:
    """The collaborators an answer needs; without `chat` every answer is extractive."""

    database: Database
    shelves: Shelves
    clock: Clock
    chat: ChatModel | None
    limits: ModelLimits
    threads: CapacityLimiter
    conversations: OpenConversations = field(default_factory=OpenConversations)

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The turn's events, `meta` first and `done` last.

        Raises NotFound, Invalid, IndexUnavailable or EncoderUnavailable, all before `meta`; nothing is written
        before `done`, the conversation included.
        """
        started = time.perf_counter()
        found = await to_thread.run_sync(self._find, question, limiter=self.threads)
        log = TurnLog(found)
        yield log.add(EventName.META, found.meta())
        async with aclosing(self._word(found)) as drafts:
            async for draft in drafts:
                for event in log.add_draft(draft):
                    yield event
        if "model_error" in log.notes:
            _log.warning("model.unavailable turn=%s reason=%s", found.turn, log.notes["model_error"])
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
            conversation = self._conversation(session, product, question.conversation)
        looked = self.look(text, product)
        meant = looked.ranking.question
        locale = question.locale or language_of(meant, default="ru" if product.lang == "ru" else "en")
        turn = TurnId(random_id("t"))
        return Found(
            turn,
            conversation,
            product,
            text,
            lesson,
            question.learner,
            locale,
            looked.shelf,
            self.shelves.encoder.id,
            looked.ranking,
            looked.evidence,
            looked.judgement,
            looked.searched_ms,
        )

    def _conversation(self, session: Session, product: Product, named: str | None) -> ConversationId:
        if named is None:
            return self.conversations.begin(product.slug)
        return self.conversations.resume(session, product.slug, named)

    def look(self, text: str, product: Product) -> Looked:
        """What a product has to say to a question now; nothing is written."""
        shelf = self.shelves.shelf(ShelfKey(product.slug, Collection.LESSONS))
        started = time.perf_counter()
        ranking = search(text, shelf, encoder=self.shelves.encoder, index=self.shelves.index, count=_HITS)
        ranking = settle(ranking)
        with self.database.read() as session:
            evidence = self._evidence(session, ranking)
            scale = self._scale(session, shelf.key, ranking)
        searched = _ms_since(started)
        return Looked(shelf, ranking, evidence, judge(ranking, evidence, shelf=shelf, scale=scale), searched)

    def _evidence(self, session: Session, ranking: Ranking) -> tuple[Evidence, ...]:
        hits = [hit for hit in ranking.hits if is_evidence(hit)][:_EVIDENCE]
        return evidence_of(ranking, load_sources(session, [hit.place.passage for hit in hits]))

    def _scale(self, session: Session, key: ShelfKey, ranking: Ranking) -> Scale | None:
        lang, encoder_id = best_lang(ranking), self.shelves.encoder.id
        if lang is None:
            return None
        return find_scale(session, key, encoder_id=encoder_id, question_lang=ranking.lang, passage_lang=lang)

    def _word(self, found: Found) -> AsyncGenerator[Draft, None]:
        by_model = None
        if self.chat is not None:
            sources = [item.source for item in found.evidence]
            asking = (self.chat, found.ranking.question, sources)
            by_model = partial(compose_with_model, *asking, lang=found.locale, limits=self.limits)
        quotes = partial(to_thread.run_sync, self._extract, found, limiter=self.threads)
        return word_answer(found, by_model=by_model, quotes=quotes)

    def _extract(self, found: Found) -> tuple[Quote, ...]:
        return extract(found.ranking, found.evidence, shelf=found.shelf)

    def _keep(self, found: Found, log: TurnLog) -> Event:
        with self.database.write() as session:
            done = record_turn(session, found, log, now=self.clock())
        _log.info("turn.answered turn=%s outcome=%s citations=%d", found.turn, log.outcome(), len(log.citations))
        return done


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
