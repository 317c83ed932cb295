"""Being told that a place was mended: a learner who had trouble there asks for it once, and hears of it once."""

from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.callers import Authorization, LearnerField, Slug, TheHouse, bearer_of, product_of, who_learns
from api.errors import documented
from api.pages import reader_language
from api.routers.progress import LearnerQuery, known_learner
from assistant.links import lesson_url
from companion.wiring import House
from feedback.effect import Verdict
from feedback.promises import News, news_of, news_words, note_seen, promise
from foundation.errors import NotFound
from foundation.ids import ID_PATTERN, PersonId
from knowledge.language import Lang
from knowledge.lessons import find_lesson
from knowledge.products import Product, find_product
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/news", tags=["feedback"])
_SAYS_WHO: JsonDict = {"anyOf": [{"required": ["learner"]}, {"required": ["conversation"]}]}
ConversationQuery = Annotated[
    str | None, Query(pattern=ID_PATTERN, description="instead of a learner: the conversation in which it was asked")
]
PromisePath = Annotated[str, Path(pattern=ID_PATTERN, description="id of the news")]


class PromiseRequest(BaseModel):
    """That somebody wants to be told when the place of what they said is mended."""

    model_config = ConfigDict(json_schema_extra=_SAYS_WHO)

    item: str = Field(pattern=ID_PATTERN, description="id of what they said, as POST …/feedback gave it")
    learner: LearnerField = None
    conversation: str | None = Field(None, pattern=ID_PATTERN, description="the conversation in which they were")


class PromiseReply(BaseModel):
    """What was promised."""

    id: str


class NewsItem(BaseModel):
    """A place that was mended; `verdict` is what is known of whether it helped, `text` says it in words."""

    id: str
    lesson: str
    title: str
    url: str
    released: datetime
    verdict: Verdict
    text: str
    seen: datetime | None


class NewsReply(BaseModel):
    """What somebody asked to be told; what they have not seen comes without `seen`."""

    news: list[NewsItem]


@router.post("", status_code=201, response_model=PromiseReply, responses=documented(400, 401, 403, 404, 413, 422, 503))
async def ask_to_be_told(slug: Slug, body: PromiseRequest, house: TheHouse, authorization: Authorization = None) -> Any:
    """Ask to be told when the place of a feedback item is mended; asking again changes nothing."""
    learner = await who_learns(house, slug, learner=body.learner, authorization=authorization, scope=Scope.FEEDBACK)
    return await to_thread.run_sync(_promise, house, slug, body, learner)


@router.get("", response_model=NewsReply, responses=documented(401, 403, 404, 422, 503))
async def news(
    slug: Slug,
    request: Request,
    house: TheHouse,
    learner: LearnerQuery = None,
    conversation: ConversationQuery = None,
    locale: Annotated[Literal["ru", "en"] | None, Query(description="language of the texts")] = None,
    authorization: Authorization = None,
) -> Any:
    """What was mended since a learner asked: for their own key, a host's token (scope read), or a conversation."""
    lang = locale or reader_language(request)
    return await to_thread.run_sync(_news, house, slug, (learner, authorization, conversation), lang)


@router.post("/{promised}/seen", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def seen(
    slug: Slug,
    promised: PromisePath,
    house: TheHouse,
    learner: LearnerQuery = None,
    conversation: ConversationQuery = None,
    authorization: Authorization = None,
) -> None:
    """Say that a learner saw the news."""
    await to_thread.run_sync(_seen, house, slug, promised, (learner, authorization, conversation))


_Who = tuple[str | None, str | None, str | None]


def _promise(house: House, slug: str, body: PromiseRequest, learner: PersonId | None) -> dict[str, str]:
    with house.database.write() as session:
        product = product_of(session, slug)
        now = house.clock()
        made = promise(session, product, item=body.item, learner=learner, conversation=body.conversation, now=now)
    return {"id": made}


def _news(house: House, slug: str, who: _Who, lang: Lang) -> dict[str, Any]:
    learner = _learner(house, slug, who)
    with house.database.read() as session:
        product = find_product(session, product_of(session, slug))
        found = news_of(session, product.slug, learner=learner, conversation=who[2])
        told = []
        for each in found:
            try:
                lesson = find_lesson(session, product.slug, each.place.lesson or "")
            except NotFound:
                # Removed, or hidden until later: there is nothing to look at.
                continue
            url = lesson_url(product, lesson, anchor=each.place.anchor)
            told.append(_told(each, product, title=lesson.title, lesson=lesson.slug, url=url, lang=lang))
    return {"news": told}


def _told(news: News, product: Product, *, title: str, lesson: str, url: str, lang: Lang) -> dict[str, Any]:
    return {
        "id": news.promise,
        "lesson": lesson,
        "title": title,
        "url": url,
        "released": news.released,
        "verdict": news.verdict,
        "text": news_words(news, title=title, lang=lang),
        "seen": news.seen,
    }


def _seen(house: House, slug: str, promised: str, who: _Who) -> None:
    learner = _learner(house, slug, who)
    with house.database.write() as session:
        product = product_of(session, slug)
        note_seen(session, product, promised, learner=learner, conversation=who[2], now=house.clock())


def _learner(house: House, slug: str, who: _Who) -> PersonId | None:
    """Whose news it is; a conversation needs nobody to be known, who has its id may read it."""
    learner, authorization, conversation = who
    if conversation is not None and learner is None and bearer_of(authorization) is None:
        return None
    return known_learner(house, slug, learner=learner, authorization=authorization)
