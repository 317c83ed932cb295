"""Alumni cases: handed in by their authors, read by everybody, taken back with the code."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body, Header, Path
from pydantic import BaseModel, Field

from api.callers import WITH_WORDS, Slug, TheHouse
from api.errors import LessonNotFound, documented
from api.missing import name_missing
from companion.case_shelf import list_shown
from companion.cases import withdraw
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import ID_PATTERN
from knowledge.cases.case import CaseState, ConsentAs, ConsentWhere, NewCase
from knowledge.cases.submit import MOST_CHARS, CaseRefused, Submitted, submit_case
from knowledge.cases.withdraw import check_code
from knowledge.products import find_product

router = APIRouter(prefix="/v1/products/{slug}/cases", tags=["cases"])
GRADUATE = "graduate"
_NOWHERE = ("unknown_lesson", "unknown_block", "no_lesson")
CasePath = Annotated[str, Path(pattern=ID_PATTERN, description="case id")]
_Words = Annotated[str, Field(min_length=10, pattern=WITH_WORDS)]


class CaseRequest(BaseModel):
    """A case in its author's own words, and what they agree to."""

    stuck: _Words = Field(max_length=MOST_CHARS["stuck"], description="where you were stuck")
    did: _Words = Field(max_length=MOST_CHARS["did"], description="what you did")
    changed: _Words = Field(max_length=MOST_CHARS["changed"], description="what changed at work or in life")
    title: str = Field("", max_length=MOST_CHARS["title"])
    lesson: str = Field("", max_length=MOST_CHARS["lesson"], description="the lesson's id; or name the block")
    block: str = Field("", max_length=MOST_CHARS["block"], description="title of a part of the course")
    skill: str = Field("", max_length=MOST_CHARS["skill"])
    date: str = Field("", max_length=20, description="when it happened: 2026, 2026-02 or 2026-02-28")
    employer: str = Field("", max_length=MOST_CHARS["employer"])
    employer_agreed: bool = Field(False, description="whether the employer may be named; if not, it is not kept")
    sector: str = Field("", max_length=MOST_CHARS["sector"], description="what the employer does, in a word or two")
    link: str = Field("", max_length=MOST_CHARS["link"], description="http(s) address; shown with your name only")
    name: str = Field("", max_length=MOST_CHARS["name"], description="shown if you agree to be named")
    person: str = Field("", max_length=MOST_CHARS["person"], description="your id in the school; kept as a hash")
    consent_as: ConsentAs = Field(description="shown without or with your name")
    consent_where: ConsentWhere = Field(description="shown to learners who are stuck, or to everyone in the list")
    consent_date: str = Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="the day you agreed, not after today"
    )


class CaseReceipt(BaseModel):
    """The code is told this once; whoever has it can withdraw the case."""

    id: str
    state: CaseState
    withdrawal_code: str


class ShownCase(BaseModel):
    """A case as everybody sees it; `told` is what may be told of its author, `example` says it was invented."""

    id: str
    title: str
    situation: str
    lesson: str
    block: str
    url: str
    example: bool
    told: dict[str, str]


class CaseList(BaseModel):
    """Cases whose authors agreed to be in the list, and invented ones."""

    cases: list[ShownCase]


@router.get("/shown", response_model=CaseList, responses=documented(403, 404, 422))
async def list_all(slug: Slug, house: TheHouse) -> Any:
    """A product's cases."""
    return {"cases": await to_thread.run_sync(_list, house, slug)}


# Left out of OpenAPI: that a consent may not lie in the future is no rule a schema can tell, and whoever believes the
# schema would be refused.
@router.post("", status_code=201, response_model=CaseReceipt, include_in_schema=False)
async def hand_in(slug: Slug, body: Annotated[CaseRequest, Body()], house: TheHouse) -> Any:
    """Hand in a case. A moderator reads it before anybody else does."""
    try:
        kept = await to_thread.run_sync(keep_case, house, slug, NewCase(**body.model_dump()), "api")
    except CaseRefused as err:
        nowhere = [trouble for trouble in err.troubles if trouble.code in _NOWHERE]
        if nowhere:
            raise LessonNotFound(str(CaseRefused(nowhere))) from err
        raise
    return {"id": kept.id, "state": CaseState.SUBMITTED, "withdrawal_code": kept.code}


@router.delete("/{case}", status_code=204, responses=documented(403, 404, 409, 422, 503))
async def take_back(
    slug: Slug,
    case: CasePath,
    house: TheHouse,
    code: Annotated[str, Header(alias="X-Case-Code", max_length=100, description="the case's withdrawal code")],
) -> None:
    """Withdraw a case with its code: it is removed everywhere, and its consent ends."""
    await to_thread.run_sync(_take_back, house, slug, case, code)


def keep_case(house: House, slug: str, case: NewCase, source: str) -> Submitted:
    """Keep a case that was handed in. Raises what `submit_case` raises."""
    _check_product(house, slug)
    with house.database.write() as session:
        return submit_case(session, slug, case, source=source, now=house.clock())


def _list(house: House, slug: str) -> list[dict[str, Any]]:
    _check_product(house, slug)
    return list_shown(house.database, slug)


def _take_back(house: House, slug: str, case: str, code: str) -> None:
    _check_product(house, slug)
    with house.database.read() as session:
        check_code(session, slug, case, code)
    withdraw(house, slug, case, by=GRADUATE)


def _check_product(house: House, slug: str) -> None:
    try:
        with house.database.read() as session:
            find_product(session, slug)
    except NotFound as err:
        raise name_missing(house, err, product=slug) from err
