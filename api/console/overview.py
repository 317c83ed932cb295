"""The first page: the products one has a role in, with what waits in each; and a product's own desk."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import show
from api.console.sections import sections_for
from api.console.staff import Desk, Staff, TheStaff, desk_for
from foundation.ids import ProductSlug
from knowledge.products import list_products
from learning.enrolments import count_learners
from learning.roles import EVERYWHERE, Role, may

router = APIRouter(prefix="/console", include_in_schema=False)


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
    return show(request, desk, "desk.html", told=told)


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
