"""A turn while it is being answered: what was found for it, and what has been said so far."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.carrying import Carried
from assistant.compose import Draft
from assistant.extract import Evidence, Quote
from assistant.grounding import Judgement
from assistant.guard import Guard
from assistant.intents import Intent
from assistant.links import cite, near
from assistant.move import Move, Offer
from assistant.position import HeldBack
from assistant.reply import Citation, Composer, Event, EventName, NearLesson, Outcome, Reply
from foundation.ids import ConversationId, TurnId
from knowledge.language import Lang
from knowledge.products import Product
from knowledge.search import Ranking
from knowledge.shelf_then import Ground

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a turn before a word of it is written.

    `lesson` is the slug of the open one, `encoder` the id of what the question was compared with. `carried` says how
    the question was read in its conversation, None where nothing in it leaned on that; `held` what was kept from it,
    None where nobody knows how far who asks has come. `move` is what is done instead of answering from the content;
    `block` the exercise the page says it is about, `guard` what a model must not tell.
    """

    turn: TurnId
    conversation: ConversationId
    product: Product
    text: str
    lesson: str | None
    learner: str | None
    locale: Lang
    shelf: Ground
    encoder: str
    ranking: Ranking
    evidence: tuple[Evidence, ...]
    judgement: Judgement
    searched_ms: float
    carried: Carried | None = None
    held: HeldBack | None = None
    intent: Intent = Intent.QUESTION
    move: Move | None = None
    block: str | None = None
    guard: Guard | None = None

    @property
    def later(self) -> str:
        """The title of the lesson, out of the learner's sight for now, that speaks of what was asked; or ""."""
        return self.held.later.title if self.held is not None and self.held.later is not None else ""

    @property
    def topic(self) -> str:
        """What of the conversation the question was read together with; "" when it was read by itself."""
        return self.carried.topic if self.carried is not None and self.carried.taken else ""

    def meta(self) -> dict[str, Any]:
        """The data of the first event."""
        return {
            "turn": self.turn,
            "conversation": self.conversation,
            "product": self.product.slug,
            "locale": self.locale,
        }

    def nearest(self) -> tuple[NearLesson, ...]:
        """Where to go next: the move's own pages, or the lessons closest to the question, closest first.

        A move that did what was wanted leads nowhere but where it says.
        """
        if self.move is not None and (self.move.links is not None or self.move.outcome is Outcome.ANSWERED):
            return self.move.links or ()
        lessons = {item.source.lesson.id: item.source.lesson for item in self.evidence}
        return tuple(near(self.product, lesson) for lesson in list(lessons.values())[:_NEAREST])


@dataclass(slots=True)
class TurnLog:
    """What has been said in a turn so far; `quotes[i]` is where `citations[i]` stands in its passage."""

    found: Found
    events: list[Event] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    timing: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    by_model: bool = False

    def add(self, name: EventName, data: dict[str, Any]) -> Event:
        """Note an event that is about to be sent."""
        event = Event(name, data)
        self.events.append(event)
        return event

    def add_draft(self, draft: Draft) -> Sequence[Event]:
        """The events that tell a piece of the answer: its text, then the citations that are new."""
        self.notes.update(draft.trace)
        if not draft.text:
            return ()
        self.by_model = self.by_model or draft.by_model
        fresh: list[Citation] = []
        marks = "".join(f" [{self._number(quote, fresh)}]" for quote in draft.quotes)
        joint = "" if not self.paragraphs else draft.joint
        piece = f"{joint}{draft.text}{marks}"
        self.paragraphs.append(piece)
        told = self.add(EventName.DELTA, {"text": piece})
        return [told, *(self.add(EventName.CITATION, asdict(citation)) for citation in fresh)]

    def _number(self, quote: Quote, fresh: list[Citation]) -> int:
        for citation in self.citations:
            if citation.passage == quote.source.passage and citation.quote == quote.text:
                return citation.number
        number = len(self.citations) + 1
        citation = cite(quote.product or self.found.product, quote.source, quote.text, number=number, start=quote.start)
        self.citations.append(citation)
        self.quotes.append(quote)
        fresh.append(citation)
        return citation.number

    def outcome(self) -> Outcome:
        """The judgement, taken back a step when the model found the passages wanting, or the answer comes later."""
        if self.found.move is not None:
            return self.found.move.outcome
        judged = self.found.judgement.outcome
        wanting = bool(self.notes.get("not_covered") or self.found.later)
        return Outcome.PARTLY if judged is Outcome.ANSWERED and wanting else judged

    def _offers(self, outcome: Outcome) -> tuple[Offer, ...]:
        """What may be done next; who is declined may always ask a person."""
        if self.found.move is not None:
            return self.found.move.offers
        return (Offer.PERSON,) if outcome is Outcome.DECLINED else ()

    def reply(self, outcome: Outcome, gap: str | None) -> Reply:
        """The finished turn."""
        move = self.found.move
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
            intent=self.found.intent,
            move=None if move is None else move.name,
            offers=self._offers(outcome),
            facts={} if move is None else dict(move.facts),
        )
