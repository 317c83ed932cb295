"""Answers one question: find, judge, compose, keep; told as a stream of events.

Computing and SQL run in threads; only waiting for a chat model is asynchronous. The turn is written before `done` is
given out, so that what a reader saw can always be looked up again.
"""

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from anyio import CapacityLimiter, to_thread

from assistant.compose import Draft, ModelLimits, compose_with_model
from assistant.conversations import begin_conversation, keep_turn
from assistant.extract import Evidence, Quote, extract
from assistant.grounding import Judgement, is_evidence, judge
from assistant.links import cite, near
from assistant.phrases import Phrase, phrase
from assistant.reply import Citation, Composer, Event, EventName, NearLesson, Outcome, Reply
from feedback.gaps import record_gap
from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import CompanionError, Invalid, ModelUnavailable
from foundation.ids import ConversationId, ProductSlug, TurnId, random_id
from foundation.text import clean_text
from knowledge.language import Lang, language_of
from knowledge.lessons import find_lesson, load_sources
from knowledge.library import Library
from knowledge.products import Collection, Product, find_product
from knowledge.search import Ranking, search
from knowledge.shelf import Shelf, ShelfKey
from learning.events import Verb, record_event
from prompts.chat import ChatModel

_log = logging.getLogger(__name__)
MAX_QUESTION_CHARS = 8_000
_HITS = 20
_EVIDENCE = 8
_NEAREST = 3


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
    library: Library
    clock: Clock
    chat: ChatModel | None
    limits: ModelLimits
    threads: CapacityLimiter

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The turn's events, `meta` first and `done` last.

        Raises NotFound, Invalid, IndexUnavailable or EncoderUnavailable; before `meta` nothing was written.
        """
        started = time.perf_counter()
        found = await to_thread.run_sync(self._find, question, limiter=self.threads)
        log = _TurnLog(found)
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

    def _find(self, question: Question) -> "_Found":
        text = clean_text(question.text).strip()
        if not text:
            raise Invalid("the question is empty; write what you want to know")
        if len(text) > MAX_QUESTION_CHARS:
            raise Invalid(f"the question has {len(text)} characters; {MAX_QUESTION_CHARS} are the most")
        with self.database.read() as session:
            product = find_product(session, question.product)
            lesson = find_lesson(session, product.slug, question.lesson).slug if question.lesson else None
        shelf = self.library.shelf(ShelfKey(product.slug, Collection.LESSONS))
        started = time.perf_counter()
        ranking = search(text, shelf, encoder=self.library.encoder, index=self.library.index, count=_HITS)
        evidence = self._load(ranking)
        searched = _ms_since(started)
        judgement = judge(ranking, evidence, lexical=shelf.lexical)
        with self.database.write() as session:
            conversation = begin_conversation(session, product.slug, question.conversation, now=self.clock())
        locale = question.locale or language_of(text, default="ru" if product.lang == "ru" else "en")
        turn = TurnId(random_id("t"))
        return _Found(
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
            Evidence(sources[hit.place.passage], hit.place.order, hit.score)
            for hit in hits
            if hit.place.passage in sources
        )

    async def _compose(self, found: "_Found") -> AsyncGenerator[Draft, None]:
        if found.judgement.outcome is Outcome.DECLINED:
            yield Draft(_decline(found))
            return
        written = False
        if self.chat is not None:
            try:
                sources = [item.source for item in found.evidence]
                composed = compose_with_model(self.chat, found.text, sources, lang=found.locale, limits=self.limits)
                async with aclosing(composed) as drafts:
                    async for draft in drafts:
                        written = written or bool(draft.quotes)
                        yield draft
                if written:
                    return
            except ModelUnavailable as err:
                _log.warning("model.unavailable turn=%s reason=%s", found.turn, err)
                yield Draft("", trace={"model_error": str(err)})
        quotes = await to_thread.run_sync(self._extract, found, limiter=self.threads)
        for draft in _extractive(found, quotes, after_model=written):
            yield draft

    def _extract(self, found: "_Found") -> tuple[Quote, ...]:
        return extract(found.ranking, found.evidence, lexical=found.shelf.lexical, encoder=self.library.encoder)

    def _keep(self, found: "_Found", log: "_TurnLog") -> Event:
        now = self.clock()
        outcome = log.outcome()
        with self.database.write() as session:
            gap = None
            if outcome is not Outcome.ANSWERED:
                lesson = found.evidence[0].source.lesson.id if found.evidence else None
                gap = record_gap(
                    session,
                    product=ProductSlug(found.product.slug),
                    turn=found.turn,
                    question=found.text,
                    outcome=outcome,
                    lesson=lesson,
                    now=now,
                )
            reply = log.reply(outcome, gap)
            done = log.add(EventName.DONE, reply.to_json())
            keep_turn(
                session,
                reply,
                question=found.text,
                locale=found.locale,
                lesson=found.lesson,
                events=log.events,
                trace=log.trace(),
                now=now,
            )
            record_event(
                session,
                f"asked-{found.turn}",
                product=found.product.slug,
                verb=Verb.ASKED,
                actor=found.learner,
                lesson=found.lesson,
                detail={"turn": found.turn, "outcome": outcome},
                at=now,
            )
        _log.info("turn.answered turn=%s outcome=%s citations=%d", found.turn, outcome, len(log.citations))
        return done


@dataclass(frozen=True, slots=True)
class _Found:
    turn: TurnId
    conversation: ConversationId
    product: Product
    text: str
    lesson: str | None
    learner: str | None
    locale: Lang
    shelf: Shelf
    ranking: Ranking
    evidence: tuple[Evidence, ...]
    judgement: Judgement
    searched_ms: float

    def meta(self) -> dict[str, Any]:
        return {
            "turn": self.turn,
            "conversation": self.conversation,
            "product": self.product.slug,
            "locale": self.locale,
        }

    def nearest(self) -> tuple[NearLesson, ...]:
        lessons = {item.source.lesson.id: item.source.lesson for item in self.evidence}
        return tuple(near(self.product, lesson) for lesson in list(lessons.values())[:_NEAREST])


@dataclass(slots=True)
class _TurnLog:
    """What has been said in a turn so far."""

    found: _Found
    events: list[Event] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    timing: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    by_model: bool = False

    def add(self, name: EventName, data: dict[str, Any]) -> Event:
        event = Event(name, data)
        self.events.append(event)
        return event

    def add_draft(self, draft: Draft) -> Sequence[Event]:
        self.notes.update(draft.trace)
        if not draft.text:
            return ()
        self.by_model = self.by_model or draft.by_model
        fresh: list[Citation] = []
        marks = "".join(f" [{self._number(quote, fresh)}]" for quote in draft.quotes)
        joint = "" if not self.paragraphs else draft.joint
        piece = f"{joint}{draft.text}{marks}"
        self.paragraphs.append(piece)
        cited = [self.add(EventName.CITATION, citation_json(citation)) for citation in fresh]
        return [self.add(EventName.DELTA, {"text": piece}), *cited]

    def _number(self, quote: Quote, fresh: list[Citation]) -> int:
        for citation in self.citations:
            if citation.passage == quote.source.passage and citation.quote == quote.text:
                return citation.number
        citation = cite(self.found.product, quote.source, quote.text, number=len(self.citations) + 1)
        self.citations.append(citation)
        fresh.append(citation)
        return citation.number

    def outcome(self) -> Outcome:
        """The judgement, taken back a step when the model found the passages wanting."""
        judged = self.found.judgement.outcome
        return Outcome.PARTLY if judged is Outcome.ANSWERED and self.notes.get("not_covered") else judged

    def reply(self, outcome: Outcome, gap: str | None) -> Reply:
        return Reply(
            turn=self.found.turn,
            conversation=self.found.conversation,
            outcome=outcome,
            text="".join(self.paragraphs),
            citations=tuple(self.citations),
            nearest=self.found.nearest(),
            confidence=self.found.judgement.confidence,
            gap=gap,
            composer=Composer.MODEL if self.by_model else Composer.EXTRACTIVE,
            timing_ms={"search": self.found.searched_ms, **self.timing},
        )

    def trace(self) -> dict[str, Any]:
        hits = [
            {"passage": hit.place.passage, "score": hit.score, "dense": hit.dense, "lexical": hit.lexical}
            for hit in self.found.ranking.hits
        ]
        return {"shelf": self.found.shelf.version, "hits": hits, **self.notes}


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation as its event carries it."""
    return {
        "number": citation.number,
        "passage": citation.passage,
        "lesson": citation.lesson,
        "title": citation.title,
        "quote": citation.quote,
        "locator": {"kind": citation.locator.kind, "value": citation.locator.value, "url": citation.locator.url},
    }


def _decline(found: _Found) -> str:
    if not found.shelf.places:
        name = Phrase.DECLINED_EMPTY
    elif not found.ranking.terms:
        name = Phrase.DECLINED_WORDS
    else:
        name = Phrase.DECLINED_NEAR if found.evidence else Phrase.DECLINED
    return phrase(name, found.locale)


def _extractive(found: _Found, quotes: Sequence[Quote], *, after_model: bool) -> list[Draft]:
    drafts = []
    if after_model:
        drafts.append(Draft(phrase(Phrase.MODEL_FAILED, found.locale)))
    elif found.judgement.outcome is Outcome.PARTLY:
        drafts.append(Draft(phrase(Phrase.PARTLY, found.locale)))
    elif quotes and language_of(quotes[0].text, default=found.locale) != found.locale:
        drafts.append(Draft(phrase(Phrase.ANSWERED_ELSEWHERE, found.locale)))
    return [*drafts, *(Draft(quote.text, (quote,)) for quote in quotes)]


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
