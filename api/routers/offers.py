"""Help offered to a learner unasked, and the dial with which they say how often that may be."""

from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.callers import Authorization, LearnerField, Slug, TheHouse, product_of, resolve_learner
from api.errors import documented
from api.pages import reader_language
from api.routers.progress import LearnerQuery, known_learner
from assistant.links import lesson_url
from companion.wiring import House
from foundation.errors import NotProven
from foundation.ids import PersonId, ProductSlug
from knowledge.language import Lang
from knowledge.lessons import find_lesson
from knowledge.products import find_product
from learning.enrolments import Dial, find_enrolment, turn_dial
from learning.offers import HelpOffer, find_offer, record_offer
from learning.stuck_score import Sign
from learning.tokens import Scope
from learning.wording import reason_words

router = APIRouter(prefix="/v1/products/{slug}/offers", tags=["offers"])


class ReasonReply(BaseModel):
    """Something that was counted, and how it is said; `block` is the exercise it is about."""

    sign: Sign
    count: float = Field(description="times or days; for slow how many times as long as most")
    block: str | None
    text: str


class OfferReply(BaseModel):
    """Help with a lesson, and for what it is offered: the weightiest reason first."""

    id: str
    lesson: str
    title: str
    url: str
    at: datetime
    score: float = Field(ge=0, le=1, description="how much what happened looks like being stuck")
    reasons: list[ReasonReply]


class OffersReply(BaseModel):
    """The offer there is now, or null; `dial` says how often there may be one."""

    dial: Dial
    offer: OfferReply | None


class DialRequest(BaseModel):
    """How often help may be offered unasked: seldom is once in two weeks, weekly is what it is at first."""

    learner: LearnerField = None
    dial: Dial


@router.get("", response_model=OffersReply, responses=documented(401, 403, 404, 422, 503))
async def offers(
    slug: Slug,
    request: Request,
    house: TheHouse,
    learner: LearnerQuery = None,
    locale: Annotated[Literal["ru", "en"] | None, Query(description="language of the reasons")] = None,
    authorization: Authorization = None,
) -> Any:
    """The offer of help there is for a learner: for their own key, or for a host's token (scope read).

    An offer counts against the dial from when it is read first, and stays for three days unless the learner gets on.
    """
    lang = locale or reader_language(request)
    return await to_thread.run_sync(_offers, house, slug, learner, authorization, lang)


@router.post("", response_model=OffersReply, responses=documented(400, 401, 403, 404, 413, 422, 503))
async def turn(slug: Slug, body: DialRequest, house: TheHouse, authorization: Authorization = None) -> Any:
    """Set how often help may be offered: with the learner's own key, or with a host's token (scope events)."""
    return await to_thread.run_sync(_turn, house, slug, body, authorization)


def _offers(house: House, slug: str, learner: str | None, authorization: str | None, lang: Lang) -> dict[str, Any]:
    person, now = known_learner(house, slug, learner=learner, authorization=authorization), house.clock()
    with house.database.read() as session:
        product = product_of(session, slug)
        standing = find_offer(session, product, person, now=now)
    if standing.is_new:
        with house.database.write() as session:
            # Looked for again: another request may have made it meanwhile.
            standing = find_offer(session, product, person, now=now)
            if standing.is_new and standing.offer is not None:
                record_offer(session, product, person, standing.offer)
    return _told(house, product, person, standing.offer, lang)


def _turn(house: House, slug: str, body: DialRequest, authorization: str | None) -> dict[str, Any]:
    person = resolve_learner(house, slug, learner=body.learner, authorization=authorization, scope=Scope.EVENTS)
    if person is None:
        raise NotProven(
            "nothing says whose dial this is; send the learner's own key, or a host's token and its learner"
        )
    with house.database.write() as session:
        product = product_of(session, slug)
        turn_dial(session, person, product, body.dial)
    return _told(house, product, person, None, "en")


def _told(house: House, slug: ProductSlug, person: PersonId, offer: HelpOffer | None, lang: Lang) -> dict[str, Any]:
    with house.database.read() as session:
        enrolment = find_enrolment(session, person, slug)
        dial = enrolment.dial if enrolment else Dial.WEEKLY
        if offer is None:
            return {"dial": dial, "offer": None}
        lesson = find_lesson(session, slug, offer.lesson)
        url = lesson_url(find_product(session, slug), lesson)
    reasons = [
        {"sign": each.sign, "count": each.count, "block": each.block, "text": reason_words(each, lang)}
        for each in offer.reasons
    ]
    told = {"id": offer.id, "at": offer.at, "score": offer.score, "lesson": lesson.slug, "title": lesson.title}
    return {"dial": dial, "offer": {**told, "url": url, "reasons": reasons}}
