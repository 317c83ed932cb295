"""What is said to a message that asks nothing of the content: a greeting, a remark on the course, something unsafe.

Nothing of an unsafe message is repeated, searched links included. A remark is kept for the authors as a feedback item,
in the transaction of its turn.
"""

from functools import partial

from sqlalchemy.orm import Session

from assistant.compose import Draft
from assistant.echo import echoed
from assistant.intents import Pleasantry, Unsafe, read_pleasantry, read_unsafe
from assistant.memory import recall
from assistant.move import Move, Offer
from assistant.moves import Asked
from assistant.phrases import Phrase, phrase
from assistant.profile import profile_of
from assistant.reply import Outcome
from assistant.self_told import MemoryKind, SelfTold, read_self_told, tells_only_of_self
from assistant.suggestions import suggest
from feedback.inbox import MAX_TEXT_CHARS, ItemKind, NewItem, record_item, voice_of
from feedback.item import Source
from foundation.database import Database
from knowledge.lessons import live_lessons
from knowledge.products import ProductKind
from knowledge.shelves import Shelves
from learning.events import Verb, record_event

_SAID = {
    Pleasantry.GREETING: Phrase.SMALL_GREETING,
    Pleasantry.THANKS: Phrase.SMALL_THANKS,
    Pleasantry.BYE: Phrase.SMALL_BYE,
    Pleasantry.HOW: Phrase.SMALL_HOW,
    Pleasantry.FINE: Phrase.SMALL_FINE,
    Pleasantry.WHO: Phrase.SMALL_WHO,
}
_CAN = {
    ProductKind.COURSE: Phrase.CAN_COURSE,
    ProductKind.AUTHOR: Phrase.CAN_AUTHOR,
    ProductKind.TEAM: Phrase.CAN_TEAM,
    ProductKind.COMMUNITY: Phrase.CAN_COMMUNITY,
    ProductKind.PLATFORM: Phrase.CAN_PLATFORM,
}
# Who says one of these may not know yet what to ask.
_OPENS = frozenset({Pleasantry.GREETING, Pleasantry.HOW, Pleasantry.WHO, Pleasantry.WHAT})


def small_talk(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """A word back, and to whom is just beginning what this assistant does and a few questions to start with."""
    about = read_pleasantry(asked.text) or read_pleasantry(asked.looked.meant) or Pleasantry.FINE
    told = [phrase(_SAID[about], asked.locale)] if about in _SAID else []
    if about is Pleasantry.GREETING and (name := _name(asked, database)):
        told = [phrase(Phrase.SMALL_GREETING_NAME, asked.locale).format(name=echoed(name))]
    if about in (Pleasantry.WHO, Pleasantry.WHAT):
        told.append(phrase(_CAN[asked.product.kind], asked.locale))
    if about in _OPENS:
        told += _beginnings(asked, database)
    facts = {"pleasantry": about.value}
    return Move("small_talk", tuple(Draft(text) for text in told), facts=facts, links=())


def noted(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """What was told of oneself and nothing else: that it is kept, and where it can be seen and deleted."""
    if not tells_only_of_self(asked.text):
        return None
    if asked.learner is None:
        return Move("noted", (Draft(phrase(Phrase.NOTED_NOT, asked.locale)),), links=())
    told = ", ".join(_shown(each) for each in read_self_told(asked.text))
    text = phrase(Phrase.NOTED, asked.locale).format(told=echoed(told), page=f"/p/{asked.product.slug}/me")
    return Move("noted", (Draft(text),), links=())


def off_topic(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """That this is about something else, and what can be asked here; the gap it leaves is not among the author's."""
    told = [phrase(Phrase.OFF_TOPIC, asked.locale).format(title=asked.product.title), *_beginnings(asked, database)]
    return Move("off_topic", tuple(Draft(text) for text in told), Outcome.DECLINED, (Offer.PERSON,))


def unsafe(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """A calm word without a lecture; who speaks of harm to themselves is shown the way to people."""
    kind = read_unsafe(asked.text) or read_unsafe(asked.looked.meant) or Unsafe.HARM
    facts = {"unsafe": kind.value}
    if kind is Unsafe.SELF_HARM:
        draft = Draft(phrase(Phrase.UNSAFE_SELF_HARM, asked.locale))
        return Move("unsafe", (draft,), offers=(Offer.PERSON,), facts=facts, links=())
    return Move("unsafe", (Draft(phrase(Phrase.UNSAFE_HARM, asked.locale)),), Outcome.DECLINED, facts=facts, links=())


def feedback(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Thanks, where the remark goes, and a person for who wants an answer; the remark is kept for the authors."""
    draft = Draft(phrase(Phrase.FEEDBACK_KEPT, asked.locale))
    return Move("feedback", (draft,), offers=(Offer.PERSON,), links=(), writes=partial(_keep_remark, asked))


def _shown(told: SelfTold) -> str:
    """A language by its own name, everything else in the learner's words."""
    return (
        {"ru": "русский", "en": "English"}.get(told.text, told.text) if told.kind is MemoryKind.LANGUAGE else told.text
    )


def _name(asked: Asked, database: Database) -> str:
    """What a known learner wants to be called, where the profile remembers."""
    if asked.learner is None or not profile_of(asked.product.kind).memory:
        return ""
    with database.read() as session:
        return recall(session, asked.learner, asked.product.slug).name


def _beginnings(asked: Asked, database: Database) -> list[str]:
    with database.read() as session:
        questions = suggest(asked.product, live_lessons(session, asked.product.slug))
    if not questions:
        return []
    return ["\n".join([phrase(Phrase.SMALL_BEGIN, asked.locale), *(f"- {question}" for question in questions)])]


def _keep_remark(asked: Asked, session: Session) -> None:
    new = NewItem(
        asked.product.slug,
        ItemKind.COMMENT,
        asked.text[:MAX_TEXT_CHARS],
        turn=asked.turn,
        lesson=asked.lesson,
        source=Source.TURN,
        learner=asked.learner,
        voice=voice_of(session, asked.learner),
    )
    item = record_item(session, new, now=asked.now)
    record_event(
        session,
        f"said-{item}",
        product=asked.product.slug,
        verb=Verb.COMMENTED,
        actor=asked.learner,
        lesson=asked.lesson,
        detail={"item": item, "turn": asked.turn, "kind": ItemKind.COMMENT},
        at=asked.now,
    )
