"""Pages of alumni cases: the list, the form and its receipt, and taking a case back. They need no JavaScript."""

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import pages as our_pages
from api.callers import TheHouse
from api.forms import sent_fields
from api.pages import reader_language
from api.routers.cases import GRADUATE, keep_case
from companion.case_shelf import list_shown
from companion.cases import withdraw
from companion.wiring import House
from foundation.errors import Conflict, NotFound
from knowledge.cases.case import NewCase
from knowledge.cases.submit import MOST_CHARS, TEXTS, AlreadyHere, CaseRefused, Trouble
from knowledge.cases.withdraw import case_of_code
from knowledge.language import Lang
from knowledge.lessons import live_lessons
from knowledge.products import Product, find_product

router = APIRouter(prefix="/p/{slug}/cases", include_in_schema=False)
_BLOCK = "block:"
_ON_PAGE = (
    *("lesson", "block", "stuck", "did", "changed", "title", "skill", "date", "sector", "employer", "link"),
    *("consent_as", "name", "consent_where", "consent_date", "person"),
)
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("")
async def list_page(slug: str, request: Request, house: TheHouse) -> Response:
    """The cases whose authors agreed to be listed."""
    product, _blocks = await to_thread.run_sync(_product, house, slug)
    cases = await to_thread.run_sync(list_shown, house.database, slug)
    return _render(request, "cases.html", product, cases=cases)


@router.get("/new")
async def new_page(slug: str, request: Request, house: TheHouse) -> Response:
    """The empty form; `?lesson=` has a lesson chosen."""
    typed = {"lesson": request.query_params.get("lesson", "")}
    return await _form(slug, request, house, typed)


@router.post("/new")
async def hand_in(slug: str, request: Request, house: TheHouse) -> Response:
    """Keep the case and show its code, or show the form again with what is wrong."""
    typed = await sent_fields(request)
    c = case_texts(reader_language(request))
    try:
        kept = await to_thread.run_sync(keep_case, house, slug, _case(typed, house), "form")
    except CaseRefused as err:
        troubles = _told(err.troubles, c)
        summary = c["errors_one" if len(troubles) == 1 else "errors_many"].replace("{count}", str(len(troubles)))
        return await _form(slug, request, house, typed, HTTPStatus.UNPROCESSABLE_ENTITY, troubles, summary)
    except Conflict as err:
        summary = c["already" if isinstance(err, AlreadyHere) else "withdrawn_before"]
        return await _form(slug, request, house, typed, HTTPStatus.CONFLICT, {}, summary)
    product, _blocks = await to_thread.run_sync(_product, house, slug)
    told = {"title": c["thanks_title"], "lead": c["thanks_lead"], "code": kept.code}
    return _render(request, "case_kept.html", product, HTTPStatus.CREATED, **told)


@router.get("/withdraw")
async def withdraw_page(slug: str, request: Request, house: TheHouse) -> Response:
    """Where a case is taken back."""
    product, _blocks = await to_thread.run_sync(_product, house, slug)
    return _render(request, "case_withdraw.html", product, typed={}, troubles={})


@router.post("/withdraw")
async def take_back(slug: str, request: Request, house: TheHouse) -> Response:
    """Remove the case of a code."""
    typed = await sent_fields(request)
    product, _blocks = await to_thread.run_sync(_product, house, slug)
    c = case_texts(reader_language(request))
    try:
        await to_thread.run_sync(_withdraw, house, slug, typed.get("code", ""))
    except (NotFound, Conflict) as err:
        unknown = isinstance(err, NotFound)
        status = HTTPStatus.NOT_FOUND if unknown else HTTPStatus.CONFLICT
        troubles = {"code": c["withdraw_unknown" if unknown else "withdraw_before"]}
        return _render(request, "case_withdraw.html", product, status, typed=typed, troubles=troubles)
    return _render(request, "case_kept.html", product, title=c["withdrawn_title"], lead=c["withdrawn_lead"], code="")


@cache
def case_texts(lang: Lang) -> dict[str, str]:
    """The words of these pages in a reader's language."""
    path = Path(our_pages.__file__).parent / "texts" / "cases" / f"{lang}.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


async def _form(
    slug: str,
    request: Request,
    house: House,
    typed: Mapping[str, str],
    status: int = HTTPStatus.OK,
    troubles: Mapping[str, str] | None = None,
    summary: str = "",
) -> Response:
    product, blocks = await to_thread.run_sync(_product, house, slug)
    values = {"blocks": blocks, "typed": typed, "troubles": troubles or {}, "summary": summary}
    return _render(request, "case_new.html", product, status, most=MOST_CHARS, k=house.settings.case_k, **values)


def _render(request: Request, template: str, product: Product, status: int = HTTPStatus.OK, **values: Any) -> Response:
    c = case_texts(reader_language(request))
    page: Response = request.app.state.pages.render(request, template, status=status, product=product, c=c, **values)
    page.headers.update(_NOT_KEPT)
    return page


def _product(house: House, slug: str) -> tuple[Product, list[dict[str, Any]]]:
    """A product with its lessons by block; raises NotFound."""
    with house.database.read() as session:
        product = find_product(session, slug)
        lessons = live_lessons(session, product.slug)
    blocks = [
        {"title": title, "lessons": [{"id": one.slug, "title": one.title} for one in group]}
        for title, group in groupby(lessons, key=lambda lesson: lesson.block_title)
    ]
    return product, blocks


def _case(typed: Mapping[str, str], house: House) -> NewCase:
    texts = {name: typed.get(name, "") for name in TEXTS if name not in ("person", "consent_date")}
    if texts["lesson"].startswith(_BLOCK):
        texts["block"], texts["lesson"] = texts["lesson"].removeprefix(_BLOCK), ""
    # Agreed by the tick, today: nobody is asked to type a date.
    today = house.clock().date().isoformat() if typed.get("agree") else ""
    return NewCase(employer_agreed=bool(typed.get("employer_agreed")), consent_date=today, **texts)


def _told(troubles: list[Trouble], c: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field as they stand on the page, in the reader's words; of several in one field the first."""
    told: dict[str, str] = {}
    for trouble in sorted(troubles, key=lambda one: _ON_PAGE.index(one.field)):
        told.setdefault("lesson" if trouble.field == "block" else trouble.field, c[f"error_{trouble.code}"])
    return told


def _withdraw(house: House, slug: str, code: str) -> None:
    with house.database.read() as session:
        case = case_of_code(session, slug, code)
    withdraw(house, slug, case, by=GRADUATE)
