"""Answers one question: find, judge, compose, keep; told as a stream of events.

Computing and SQL run in threads; only waiting for a chat model is asynchronous. The turn is written before `done` is
given out, so that what a reader saw can always be looked up again.
"""

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session

from assistant.at_stake import NOTHING_AT_STAKE, AtStake, Message, find_at_stake
from assistant.carrying import Nearby, Said, leans
from assistant.compose import Draft, ModelLimits, compose_with_model
from assistant.conversations import REMEMBERED_TURNS, OpenConversations, said_before
from assistant.extract import Quote, extract
from assistant.guard import Guard, guarded
from assistant.hints_given import MOVE
from assistant.intents import Intent, Want, is_off_topic, read_intent
from assistant.leaning import content_of
from assistant.looking import Looked, look
from assistant.masking import without_worked
from assistant.memory import language_asked_for
from assistant.move import Move
from assistant.movers import MOVERS
from assistant.moves import Asked, Movers
from assistant.nearby import find_nearby
from assistant.position import Position, find_position
from assistant.profile import profile_of
from assistant.record import record_turn
from assistant.reply import Event, EventName, Outcome
from assistant.self_told import asks_for_language
from assistant.turn import Found, TurnLog
from assistant.worded_move import HINT_PROMPT, rebased, told_sources
from assistant.wording import word_answer
from foundation.clock import Clock
from foundation.database import Database, moment
from foundation.errors import CompanionError, Invalid
from foundation.ids import ConversationId, TurnId, random_id
from foundation.text import clean_text
from knowledge.language import Lang, language_of
from knowledge.lessons import find_lesson
from knowledge.products import Product, find_product
from knowledge.shelf import Shelf
from knowledge.shelves import Shelves
from prompts.chat import ChatModel
from prompts.spending import Spending

__all__ = ["MAX_QUESTION_CHARS", "Answerer", "Looked", "Question"]

_log = logging.getLogger(__name__)
MAX_QUESTION_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked and where.

    `locale` is the language of the words around the quotes; None follows the question. `learner` is the asker's id in
    the event log. `earlier` are the learner's earlier questions, oldest first, where the caller keeps the conversation.
    `position` is the furthest lesson who asks has come to, by slug or its author's id, where the caller knows it.
    `block` is the exercise the page says it is about, `want` what a button said instead of words.
    """

    product: str
    text: str
    conversation: str | None = None
    lesson: str | None = None
    locale: Lang | None = None
    learner: str | None = None
    earlier: tuple[str, ...] = ()
    position: str | None = None
    block: str | None = None
    want: Want | None = None


@dataclass(frozen=True, slots=True)
class Answerer:
    """The collaborators an answer needs; without `chat` every answer is extractive, without `spending` uncounted."""

    database: Database
    shelves: Shelves
    clock: Clock
    chat: ChatModel | None
    limits: ModelLimits
    threads: CapacityLimiter
    conversations: OpenConversations = field(default_factory=OpenConversations)
    movers: Movers = MOVERS
    spending: Spending | None = None

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
        text = _checked(question.text)
        with self.database.read() as session:
            here = self._setting(session, question)
        looked = self.look(text, here.product, said=here.said, position=here.position, nearby=here.nearby)
        intent = read_asked(text, looked, want=question.want)
        message = Message(
            text, intent, here.product, here.conversation, question.learner, here.lesson, question.block, looked
        )
        at_stake = self._at_stake(message, looked)
        looked = without_worked(looked, at_stake.solutions)
        follows = language_of(looked.meant, default="ru" if here.product.lang == "ru" else "en")
        asked = Asked(
            turn=TurnId(random_id("t")),
            conversation=here.conversation,
            product=here.product,
            text=text,
            intent=intent,
            locale=asks_for_language(text) or here.language or question.locale or follows,
            learner=question.learner,
            lesson=here.lesson,
            block=question.block,
            looked=looked,
            now=here.now,
            at_stake=at_stake,
        )
        return self._found(asked)

    def _setting(self, session: Session, question: Question) -> "_Setting":
        product = find_product(session, question.product)
        opened = find_lesson(session, product.slug, question.lesson) if question.lesson else None
        lesson = opened.slug if opened else None
        conversation = self._conversation(session, product, question.conversation)
        now, learner = moment(session), question.learner
        return _Setting(
            product=product,
            lesson=lesson,
            conversation=conversation,
            position=find_position(session, product, stated=question.position, learner=learner, opened=lesson),
            said=_said(question) or said_before(session, conversation),
            language=self._language(session, question, product),
            nearby=find_nearby(session, product, opened=opened, block=question.block, learner=learner, now=now),
            now=now,
        )

    def _found(self, asked: Asked) -> Found:
        """All that is known of a turn, its move decided."""
        looked = asked.looked
        return Found(
            turn=asked.turn,
            conversation=asked.conversation,
            product=asked.product,
            text=asked.text,
            lesson=asked.lesson,
            learner=asked.learner,
            locale=asked.locale,
            shelf=looked.shelf,
            encoder=self.shelves.encoder.id,
            ranking=looked.ranking,
            evidence=looked.evidence,
            judgement=looked.judgement,
            searched_ms=looked.searched_ms,
            carried=looked.carried,
            held=looked.held,
            intent=asked.intent,
            move=self._move(asked),
            block=asked.block,
            guard=Guard(asked.at_stake.solutions, exercise=asked.at_stake.about),
        )

    def _at_stake(self, message: Message, looked: Looked) -> AtStake:
        """Where no profile's mover hints at exercises, their solutions are nobody's concern."""
        if not any(MOVE in names for names in profile_of(message.product.kind).moves.values()):
            return NOTHING_AT_STAKE
        read = [item.source.lesson.id for item in looked.evidence] if self.chat is not None else []
        with self.database.read() as session:
            return find_at_stake(session, message, lexical=looked.shelf.lexical, read_by_model=read)

    def _language(self, session: Session, question: Question, product: Product) -> Lang | None:
        """What a known learner asked for once, where the profile remembers."""
        if question.learner is None or not profile_of(product.kind).memory:
            return None
        return language_asked_for(session, question.learner, product.slug)

    def _move(self, asked: Asked) -> Move | None:
        names = profile_of(asked.product.kind).moves.get(asked.intent, ())
        return self.movers.decide(names, asked, database=self.database, shelves=self.shelves)

    def _conversation(self, session: Session, product: Product, named: str | None) -> ConversationId:
        if named is None:
            return self.conversations.begin(product.slug)
        return self.conversations.resume(session, product.slug, named)

    def look(
        self,
        text: str,
        product: Product,
        *,
        said: Sequence[Said] = (),
        position: Position | None = None,
        nearby: Nearby | None = None,
    ) -> Looked:
        """What a product has to say to a question now, in the light of what was `said` before; nothing is written.

        From a `position` only what lies up to there is in sight. `nearby` is what a question may point at.
        """
        looking = partial(look, text, product, database=self.database, shelves=self.shelves)
        return looking(said=said, position=position, nearby=nearby)

    def _word(self, found: Found) -> AsyncGenerator[Draft, None]:
        by_model = None
        if self.chat is not None and (found.move is None or found.move.task):
            chat = self.chat if self.spending is None else self.spending.chat_for(self.chat, found.product.slug)
            by_model = partial(self._by_model, chat, found)
        quotes = partial(to_thread.run_sync, self._extract, found, limiter=self.threads)
        return word_answer(found, by_model=by_model, quotes=quotes)

    def _by_model(self, chat: ChatModel, found: Found) -> AsyncGenerator[Draft, None]:
        compose = partial(compose_with_model, chat, lang=found.locale, limits=self.limits)
        if found.move is None:
            drafts = compose(found.ranking.question, [item.source for item in found.evidence])
        else:
            drafts = rebased(compose(found.move.task, told_sources(found.move), prompt=HINT_PROMPT), found.move)
        return drafts if found.guard is None else guarded(drafts, found.guard)

    def _extract(self, found: Found) -> tuple[Quote, ...]:
        return extract(found.ranking, found.evidence, shelf=found.shelf)

    def _keep(self, found: Found, log: TurnLog) -> Event:
        with self.database.write() as session:
            done = record_turn(session, found, log, now=self.clock())
        _log.info("turn.answered turn=%s outcome=%s citations=%d", found.turn, log.outcome(), len(log.citations))
        return done


def read_asked(text: str, looked: Looked, *, want: Want | None = None) -> Intent:
    """What a message is; that it is about something else altogether shows only when the content has nothing on it."""
    intent = read_intent(text, meant=looked.meant, want=want)
    declined = looked.judgement.outcome is Outcome.DECLINED and not (looked.held and looked.held.later)
    if intent is Intent.QUESTION and declined and is_off_topic(looked.meant, known=partial(_knows, looked.shelf)):
        return Intent.OFF_TOPIC
    return intent


def _knows(shelf: Shelf, words: str) -> bool:
    """Whether a shelf has every word of these that names a topic."""
    return all(shelf.lexical.frequency(term) for term in content_of(words.split()))


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is known around a question before it is looked up; `language` is what a known learner asked for once."""

    product: Product
    lesson: str | None
    conversation: ConversationId
    position: Position | None
    said: tuple[Said, ...]
    language: Lang | None
    nearby: Nearby | None
    now: datetime


def _checked(question: str) -> str:
    text = clean_text(question).strip()
    if not text:
        raise Invalid("the question is empty; write what you want to know")
    if len(text) > MAX_QUESTION_CHARS:
        raise Invalid(f"the question has {len(text)} characters; {MAX_QUESTION_CHARS} are the most")
    return text


def _said(question: Question) -> tuple[Said, ...]:
    """What the caller says was asked before."""
    texts = [words for text in question.earlier[-REMEMBERED_TURNS:] if (words := clean_text(text).strip())]
    asked = [text for text in texts if read_intent(text) is Intent.QUESTION]
    return tuple(Said(text[:MAX_QUESTION_CHARS], leaned=leans(text)) for text in asked)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
