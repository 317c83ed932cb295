"""What learners' feedback comes to, for hosts' servers and authors' tools: themes with their figures, and the week."""

from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.callers import Authorization, Slug, TheHouse, check_host, product_of
from api.errors import documented
from companion.author_week import author_week, week_language
from companion.wiring import House
from feedback.figures import figures_of
from feedback.plain_figures import plain_figures
from feedback.theme import ThemeKind
from feedback.trend import Direction
from feedback.week_text import week_text
from foundation.errors import NotProven
from knowledge.language import Lang
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/feedback", tags=["feedback"])
_PROBLEMS = documented(401, 403, 404, 422, 503)
_EARLIEST = datetime.fromisoformat("1990-01-01T00:00:00+00:00")


class QuoteReply(BaseModel):
    """A verbatim stretch of an item, personal data taken out."""

    item: str
    text: str


class TrendReply(BaseModel):
    """The last `days` days against as long before; `q` is corrected for all themes shown together."""

    direction: Direction
    days: int
    before: int | None = Field(description="learners then; null below the floor")
    now: int | None = Field(description="learners now; null below the floor")
    p: float | None
    q: float | None


class ThemeReply(BaseModel):
    """What several learners say about one place."""

    id: str
    kind: ThemeKind
    label: str
    lesson: str | None
    anchor: str
    facet: str
    learners: int
    active: int
    items: int
    share: float
    interval: tuple[float, float] = Field(description="95 %, Wilson's")
    severity: float = Field(description="how many of a hundred active learners are held up")
    trend: TrendReply
    is_new: bool
    quotes: list[QuoteReply]
    items_ids: list[str]


class ThemesReply(BaseModel):
    """What may be shown: only what `floor` or more learners speak of; `hidden` counts the rest."""

    product: str
    since: datetime | None
    until: datetime
    floor: int
    active: int
    items: int
    hidden: int
    themes: list[ThemeReply]
    gaps: list[ThemeReply]


class SummaryReply(BaseModel):
    """The author's week: `document` with every number and how it is counted, `markdown` to read."""

    document: dict[str, Any]
    markdown: str
    lang: Lang


Since = Annotated[AwareDatetime | None, Query(description="only what was said from then on")]
Days = Annotated[int, Query(ge=1, le=3650, description="how many days it is of")]


@router.get("/themes", response_model=ThemesReply, responses=_PROBLEMS)
async def themes(slug: Slug, house: TheHouse, since: Since = None, authorization: Authorization = None) -> Any:
    """What learners speak of, with a host's token (scope read)."""
    return await to_thread.run_sync(_themes, house, slug, since, authorization)


@router.get("/summary", response_model=SummaryReply, responses=_PROBLEMS)
async def summary(
    slug: Slug,
    house: TheHouse,
    days: Days = 7,
    lang: Annotated[Literal["ru", "en"] | None, Query(description="of `markdown`")] = None,
    authorization: Authorization = None,
) -> Any:
    """The author's week, with a host's token (scope read)."""
    return await to_thread.run_sync(_summary, house, slug, days, lang, authorization)


def _themes(house: House, slug: str, since: datetime | None, authorization: str | None) -> dict[str, Any]:
    _prove(house, slug, authorization)
    begin = None if since is None or since <= _EARLIEST else since
    with house.database.read() as session:
        return plain_figures(figures_of(session, product_of(session, slug), since=begin, now=house.clock()))


def _summary(house: House, slug: str, days: int, lang: Lang | None, authorization: str | None) -> dict[str, Any]:
    _prove(house, slug, authorization)
    with house.database.read() as session:
        spoken = lang or week_language(session, product_of(session, slug))
    week = author_week(house.database, slug, clock=house.clock, days=days)
    return {"document": week, "markdown": week_text(week, lang=spoken), "lang": spoken}


def _prove(house: House, slug: str, authorization: str | None) -> None:
    if check_host(house, slug, authorization=authorization, scope=Scope.READ) is None:
        raise NotProven("nothing says who asks; send a token with the scope read")
