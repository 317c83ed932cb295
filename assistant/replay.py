"""Says a kept turn again from its trace: the same steps on the same numbers and texts, compared byte for byte.

No search, no encoder, no model and no network: the question's vector, what it found and what the model wrote were kept
with the turn. Ids and milliseconds are taken from the record; everything else is worked out anew, by today's program.
So a difference means that the program changed its mind, or that a row was changed behind its back.
"""

import difflib
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

import anyio
from sqlalchemy.orm import Session

from assistant.compose import Draft, read_again
from assistant.extract import Quote, extract
from assistant.grounding import judge
from assistant.guard import WITHHELD, without_withheld
from assistant.intents import Intent
from assistant.kept_move import move_again, move_products, move_sources
from assistant.reply import Event, EventName
from assistant.tables import ConversationRow, TurnRow
from assistant.trace import Trace, evidence_of, read_trace
from assistant.turn import Found, TurnLog
from assistant.worded_move import rebased, told_sources
from assistant.wording import word_answer
from foundation.errors import CompanionError, IndexUnavailable, NotFound
from foundation.ids import ConversationId, TurnId
from knowledge.language import Lang
from knowledge.lessons import load_sources_then
from knowledge.products import Product, find_product
from knowledge.shelf_then import load_places, load_shelf_then

# Worked out by `TurnLog.reply`, but known only when and where the turn was answered.
_TOLD_SINCE = ("intent", "move", "offers", "facts")
_FROM_THE_RECORD = ("gap", "timing_ms")


class ReplayState(StrEnum):
    """How a replay ended."""

    SAME = "same"
    DIFFERS = "differs"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a replay: `changed` names the parts of the reply that differ, `diff` is unified, line by line."""

    state: ReplayState
    reason: str = ""
    changed: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()


class NotReplayable(CompanionError):
    """What a turn was made of is not there any more, or never was kept."""


def replay_turn(session: Session, row: TurnRow) -> Replay:
    """Say a turn again and compare; reads only."""
    try:
        found, trace = _found_then(session, row)
    except NotReplayable as err:
        return Replay(ReplayState.IMPOSSIBLE, str(err))
    log = anyio.run(_word_again, found, trace)
    return _compared(row, log)


def _found_then(session: Session, row: TurnRow) -> tuple[Found, Trace]:
    trace = read_trace(row.trace)
    if trace is None:
        raise NotReplayable("this turn was stored before replay was possible, or by a program that keeps other traces")
    conversation = session.get_one(ConversationRow, row.conversation)
    try:
        product = replace(find_product(session, conversation.product), url_template=trace.plain["url_template"])
    except NotFound as err:
        raise NotReplayable(f"its product {conversation.product} is gone") from err
    places = load_places(session, trace.orders)
    sources = load_sources_then(session, trace.revisions)
    lost = [*(trace.orders.keys() - places.keys()), *(trace.revisions.keys() & places.keys() - sources.keys())]
    if lost:
        raise NotReplayable(f"{len(lost)} of the passages it found were erased since, {min(lost)} among them")
    told = trace.plain.get("move")
    quoted = load_sources_then(session, move_sources(told)) if told else {}
    if told and move_sources(told).keys() - quoted.keys():
        raise NotReplayable("a passage it quoted was erased since")
    ranking = trace.ranking(places)
    evidence = evidence_of(ranking, sources)
    try:
        cited = [places[item.source.passage] for item in evidence]
        shelf = load_shelf_then(session, trace.facts, cited, encoder_id=trace.encoder, dim=len(trace.vector))
    except IndexUnavailable as err:
        raise NotReplayable(str(err)) from err
    found = Found(
        turn=TurnId(row.id),
        conversation=ConversationId(row.conversation),
        product=product,
        text=row.question,
        lesson=row.lesson,
        learner=None,
        locale=_lang(row.locale),
        shelf=shelf,
        encoder=trace.encoder,
        ranking=ranking,
        evidence=evidence,
        judgement=judge(ranking, evidence, shelf=shelf, scale=trace.scale),
        searched_ms=0.0,
        carried=trace.carried,
        held=trace.held,
        intent=Intent(row.intent),
        move=move_again(told, quoted, _products(session, move_products(told))) if told else None,
    )
    return found, trace


def _products(session: Session, slugs: frozenset[str]) -> dict[str, Product]:
    try:
        return {slug: find_product(session, slug) for slug in slugs}
    except NotFound as err:
        raise NotReplayable(f"a product it quoted is gone: {err}") from err


def _lang(locale: str) -> Lang:
    return "ru" if locale == "ru" else "en"


async def _word_again(found: Found, trace: Trace) -> TurnLog:
    async def quotes() -> Sequence[Quote]:
        return extract(found.ranking, found.evidence, shelf=found.shelf)

    by_model, kept = None, trace.plain
    if "reply" in kept:
        by_model = partial(_model_again, found, kept)
    log = TurnLog(found)
    log.add(EventName.META, found.meta())
    async for draft in word_answer(found, by_model=by_model, quotes=quotes):
        log.add_draft(draft)
    return log


def _model_again(found: Found, kept: Mapping[str, Any]) -> AsyncGenerator[Draft, None]:
    """What the model wrote, read again, without the sentences that were withheld."""
    move = found.move
    told = [item.source for item in found.evidence] if move is None else told_sources(move)
    sent = [told[place] for place in kept["sent"]]
    drafts = read_again(kept["reply"], sent, lang=found.locale, failure=kept.get("model_error"))
    return without_withheld(drafts if move is None else rebased(drafts, move), kept.get(WITHHELD, ()))


def _compared(row: TurnRow, log: TurnLog) -> Replay:
    reply = log.reply(log.outcome(), None).to_json()
    reply |= {name: row.reply[name] for name in _FROM_THE_RECORD}
    # A reply of before these were told is compared as it was.
    reply = {name: value for name, value in reply.items() if name in row.reply or name not in _TOLD_SINCE}
    events = [*log.events, Event(EventName.DONE, reply)]
    told = [_bytes(asdict(event)) for event in events]
    if told == [_bytes(event) for event in row.events]:
        return Replay(ReplayState.SAME)
    now = json.loads(_bytes(reply))
    changed = tuple(name for name, value in row.reply.items() if now.get(name) != value)
    diff = difflib.unified_diff(_lines(row.reply), _lines(now), "stored", "replayed", lineterm="", n=1)
    return Replay(ReplayState.DIFFERS, _why(changed), changed, tuple(diff))


def _why(changed: Sequence[str]) -> str:
    if changed:
        return f"replayed today it says something else: {', '.join(changed)}"
    return "the reply is the same, but it is streamed in other pieces today"


def _bytes(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(reply: dict[str, Any]) -> list[str]:
    """A reply as lines to compare: what a reader saw first."""
    citations = [
        f"[{each['number']}] {each['passage']} {each['title']} › {each['locator']['value']} "
        f"<{each['locator']['url']}> “{each['quote']}”"
        for each in reply["citations"]
    ]
    nearest = [f"→ {each['lesson']} {each['title']} <{each['url']}>" for each in reply["nearest"]]
    judged = f"({reply['outcome']}, confidence {reply['confidence']}, {reply['composer']})"
    told = "\n".join([reply["text"], *citations, *nearest, judged])
    return told.split("\n")
