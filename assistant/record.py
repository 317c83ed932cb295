"""Writes a finished turn down: the turn itself, the gap it left, the event that it happened."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.asked_again import asked_before
from assistant.conversations import keep_conversation, keep_turn
from assistant.intents import Intent
from assistant.memory import remember
from assistant.profile import profile_of
from assistant.reply import Event, EventName, Outcome
from assistant.trace import write_trace
from assistant.turn import Found, TurnLog
from feedback.gaps import OFF_TOPIC, record_gap
from feedback.inbox import MAX_TEXT_CHARS, NewItem, record_item, said_lately, voice_of
from feedback.item import ItemKind, Source
from learning.events import Verb, record_event


def record_turn(session: Session, found: Found, log: TurnLog, *, now: datetime) -> Event:
    """Keep everything about a turn in the caller's transaction and return its `done` event."""
    outcome = log.outcome()
    keep_conversation(session, found.conversation, found.product.slug, person=found.learner, now=now)
    # A message that names nothing ("What is it?", an emoji) says nothing about what the course lacks.
    says_nothing = not found.ranking.terms
    # What comes later is there: nothing the author could add.
    lacks = found.move is None or found.intent is Intent.OFF_TOPIC
    is_gap = lacks and outcome is not Outcome.ANSWERED and not says_nothing and not found.later
    again = asked_before(session, found)
    gap = _record_gap(session, found, outcome, now=now) if is_gap else None
    if gap is None and not says_nothing:
        _tell_authors(session, found, outcome, again=again, now=now)
    reply = log.reply(outcome, gap)
    done = log.add(EventName.DONE, reply.to_json())
    keep_turn(
        session,
        reply,
        question=found.text,
        locale=found.locale,
        lesson=found.lesson,
        intent=found.intent,
        events=log.events,
        trace=write_trace(found, quotes=log.quotes, notes=log.notes),
        now=now,
    )
    record_event(
        session,
        f"asked-{found.turn}",
        product=found.product.slug,
        verb=Verb.ASKED,
        actor=found.learner,
        lesson=found.lesson,
        block=found.block,
        detail={"turn": found.turn, "outcome": outcome, "intent": found.intent, **({"again": again} if again else {})},
        at=now,
    )
    if found.learner is not None and found.intent is not Intent.UNSAFE and profile_of(found.product.kind).memory:
        remember(session, found.learner, found.product.slug, found.text, turn=found.turn, now=now)
    if found.move is not None and found.move.writes is not None:
        found.move.writes(session)
    return done


def _record_gap(session: Session, found: Found, outcome: Outcome, *, now: datetime) -> str:
    return record_gap(
        session,
        product=found.product.slug,
        turn=found.turn,
        # A question that leans says nothing to the author without what it leans on.
        question=found.ranking.question if found.topic else found.text,
        outcome=OFF_TOPIC if found.intent is Intent.OFF_TOPIC else outcome,
        lesson=found.evidence[0].source.lesson.slug if found.evidence else None,
        now=now,
        learner=found.learner,
        passage=found.evidence[0].source.passage if found.evidence and outcome is Outcome.PARTLY else None,
        kind=ItemKind.STUCK if found.intent is Intent.STUCK else ItemKind.UNANSWERED,
    )


def _tell_authors(session: Session, found: Found, outcome: Outcome, *, again: str | None, now: datetime) -> None:
    """Keep what a turn says of the course though it left no gap: that somebody is stuck, or asked the same again."""
    kind = ItemKind.STUCK if found.intent is Intent.STUCK else ItemKind.REPEATED if again else None
    # Who pressed "I'm stuck" said it there; the hint that follows is a turn of its own.
    if kind is None or (kind is ItemKind.STUCK and said_lately(session, found.product.slug, found.text, kind, now=now)):
        return
    item = NewItem(
        found.product.slug,
        kind,
        found.text[:MAX_TEXT_CHARS],
        turn=found.turn,
        lesson=found.lesson,
        source=Source.TURN,
        learner=found.learner,
        voice=voice_of(session, found.learner),
        outcome=outcome,
        passage=found.evidence[0].source.passage if found.evidence and kind is ItemKind.REPEATED else None,
    )
    record_item(session, item, now=now)
