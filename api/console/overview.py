"""The first page: the products one has a role in, with what waits in each; and a product's own desk."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.charts import Chart, Point, bars
from api.console.numbers import percent, plain
from api.console.rendering import show, words
from api.console.sections import sections_for
from api.console.staff import Desk, Staff, TheStaff, desk_for
from api.pages import reader_language
from foundation.ids import ProductSlug
from knowledge.language import Lang
from knowledge.products import list_products
from learning.enrolments import count_learners
from learning.funnel import LessonFunnel, read_funnel
from learning.roles import EVERYWHERE, Role, may

router = APIRouter(prefix="/console", include_in_schema=False)
_READERS = (Role.AUTHOR, Role.CURATOR, Role.TEAM)
_STEPS = ("enrolled", "begun", "asked", "one", "half", "whole")
_MOST_LESSONS = 60


@router.get("")
async def overview(request: Request, staff: TheStaff) -> Response:
    """What one may see to."""
    products = await to_thread.run_sync(_products, staff)
    everywhere = may(staff.roles_in(EVERYWHERE), (Role.ADMIN,))
    return show(request, staff, "overview.html", products=products, administers=everywhere)


@router.get("/p/{slug}")
async def product(request: Request, desk: Annotated[Desk, Depends(desk_for())]) -> Response:
    """A product's desk."""
    told = await to_thread.run_sync(_told, desk.staff, desk.slug)
    charts = None
    if may(desk.roles, _READERS):
        charts = await to_thread.run_sync(_pictures, desk, reader_language(request), words(request))
    return show(request, desk, "desk.html", told=told, charts=charts)


def _pictures(desk: Desk, lang: Lang, t: Mapping[str, str]) -> list[Chart]:
    """How far learners come, and lesson by lesson; none where nobody came yet."""
    with desk.house.database.read() as session:
        found = read_funnel(session, desk.slug)
    if not found.begun:
        return []
    steps = [Point(t[f"funnel_{step}"], getattr(found, step)) for step in _STEPS]
    lessons = [_completed(lesson, t) for lesson in found.lessons[:_MOST_LESSONS]]
    return [
        bars(steps, title=t["funnel"], form=partial(plain, lang=lang)),
        bars(lessons, title=t["funnel_lessons"], form=partial(percent, lang=lang), most=1.0),
    ]


def _completed(lesson: LessonFunnel, t: Mapping[str, str]) -> Point:
    share = lesson.completed
    low, high = share.interval_95 or (None, None)
    return Point(lesson.title, share.share, low, high, t["funnel_of"].format(yes=share.yes, n=share.n))


def _products(staff: Staff) -> list[dict[str, Any]]:
    with staff.house.database.read() as session:
        products = list_products(session)
    mine = [product for product in products if staff.roles_in(product.slug)]
    return [{"product": product, **_told(staff, product.slug)} for product in mine]


def _told(staff: Staff, product: str) -> dict[str, Any]:
    """A product's sections and how much waits in each, its learners, and one's own roles."""
    slug, roles = ProductSlug(product), staff.roles_in(product)
    with staff.house.database.read() as session:
        sections = [
            {
                "name": section.name,
                "path": section.path(slug),
                "count": None if section.count is None else section.count(session, slug),
            }
            for section in sections_for(roles)
        ]
        learners = count_learners(session, slug)
    return {"roles": sorted(roles), "sections": sections, "learners": learners}
