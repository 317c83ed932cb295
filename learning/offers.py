"""Offers of help: at most as often as the learner's own dial says, and never twice for the same thing in two weeks.

Computed when somebody looks, from the event log alone; that help was offered is an event of it. There is no list of
learners who are in trouble, and nobody is told but the learner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.ids import PersonId, ProductSlug, content_hash
from knowledge.lessons import live_lessons
from learning.enrolments import Dial, EnrolmentState, find_enrolment
from learning.events import Verb, record_event
from learning.log import Happened, events_of
from learning.pace import read_pace
from learning.progress import following, progress_of
from learning.stuck_score import Reason, Sign, StuckScore, current_score, stuck_weights

SAME_AGAIN = timedelta(days=14)
STANDS = timedelta(days=3)
"""For how long an offer stays on the screen when nothing comes of it."""
_BETWEEN = {Dial.SELDOM: timedelta(days=14), Dial.WEEKLY: timedelta(days=7), Dial.WHENEVER: timedelta(days=1)}
_GOT_ON = frozenset({Verb.PASSED, Verb.COMPLETED, Verb.ASKED, Verb.HINTED, Verb.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class HelpOffer:
    """Help offered in a lesson, with what it is offered for; `at` is when that was first."""

    id: str
    lesson: str
    at: datetime
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The offer there is now, if any; `is_new`: it was not made before and is to be recorded."""

    offer: HelpOffer | None
    is_new: bool = False


def worth_offering(score: StuckScore | None, past: Iterable[Happened], *, dial: Dial, now: datetime) -> bool:
    """Whether help should be offered now to somebody with this score, after the offers there were."""
    if score is None or not score.reasons or score.score < stuck_weights().offer_from or dial is Dial.NEVER:
        return False
    told = [event for event in past if event.verb in (Verb.OFFERED, Verb.HANDED_OVER)]
    if any(event.verb is Verb.OFFERED and event.at > now - _BETWEEN[dial] for event in told):
        return False
    # Where a person was asked for already, help is on its way.
    return not any(event.lesson == score.lesson and event.at > now - SAME_AGAIN for event in told)


def offer_of(product: str, actor: str, score: StuckScore, *, now: datetime) -> HelpOffer:
    """The offer that a score is worth."""
    name = f"offer-{content_hash(product, actor, score.lesson, now.isoformat())}"
    return HelpOffer(name, score.lesson, now, round(score.score, 3), score.reasons)


def standing_offer(events: Sequence[Happened], *, now: datetime) -> HelpOffer | None:
    """The last offer, while it is fresh and the learner has not got on since; from events in order."""
    place = max((place for place, event in enumerate(events) if event.verb is Verb.OFFERED), default=None)
    if place is None or events[place].at <= now - STANDS:
        return None
    offered = events[place]
    if any(event.lesson == offered.lesson and event.verb in _GOT_ON for event in events[place + 1 :]):
        return None
    reasons = tuple(Reason(Sign(told["sign"]), told["count"], told["block"]) for told in offered.detail["reasons"])
    return HelpOffer(offered.id, str(offered.lesson), offered.at, offered.detail["score"], reasons)


def find_offer(session: Session, product: ProductSlug, person: PersonId, *, now: datetime) -> Standing:
    """The offer a learner is to see now: the standing one, or a new one where the dial allows it."""
    enrolment = find_enrolment(session, person, product)
    if enrolment is None or enrolment.state is not EnrolmentState.ACTIVE or enrolment.dial is Dial.NEVER:
        return Standing(None)
    lessons = [head.slug for head in live_lessons(session, product)]
    events = following(session, product, events_of(session, product, person), lessons)
    standing = standing_offer(events, now=now)
    if standing is not None:
        return Standing(standing if standing.lesson in lessons else None)
    current = progress_of(events, lessons).current
    pace = read_pace(session, product, current) if current else None
    score = current_score(events, lessons, paces={pace.lesson: pace} if pace else {}, now=now)
    if score is None or not worth_offering(score, events, dial=enrolment.dial, now=now):
        return Standing(None)
    return Standing(offer_of(product, person, score, now=now), is_new=True)


def record_offer(session: Session, product: ProductSlug, person: PersonId, offer: HelpOffer) -> None:
    """Note that help was offered, for what; ids and counts only."""
    reasons = [{"sign": reason.sign, "count": reason.count, "block": reason.block} for reason in offer.reasons]
    record_event(
        session,
        offer.id,
        product=product,
        verb=Verb.OFFERED,
        actor=person,
        lesson=offer.lesson,
        block=offer.reasons[0].block,
        detail={"score": offer.score, "reasons": reasons},
        at=offer.at,
    )
