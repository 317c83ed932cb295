"""Writes a finished turn down: the turn itself, the gap it left, the event that it happened."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.conversations import keep_conversation, keep_turn
from assistant.intents import Intent
from assistant.memory import remember
from assistant.profile import profile_of
from assistant.reply import Event, EventName, Outcome
from assistant.trace import write_trace
from assistant.turn import Found, TurnLog
from feedback.gaps import OFF_TOPIC, record_gap
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
    gap = _record_gap(session, found, outcome, now=now) if is_gap else None
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
        detail={"turn": found.turn, "outcome": outcome, "intent": found.intent},
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
    )
