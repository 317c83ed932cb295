"""People and their roles, in a product or everywhere; for administrators."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import back, show, words
from api.console.staff import Desk, desk_for
from foundation.errors import Conflict, Invalid, NotFound
from learning.accounts import account_of, find_account
from learning.invites import HOLDS, NewInvite, new_invite, pending_invites, take_back_invite
from learning.people import find_person
from learning.roles import STAFF, Role, grant_role, grants_in, revoke_role

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/console", include_in_schema=False)
AdminDesk = Annotated[Desk, Depends(desk_for(Role.ADMIN))]
# The one that may everything last: what stands first is chosen by who does not look.
_ROLES = [*sorted(STAFF - {Role.ADMIN}), Role.ADMIN]


@router.get("/people")
@router.get("/p/{slug}/people")
async def people(request: Request, desk: AdminDesk) -> Response:
    """Who holds which role, and who is invited."""
    return await _page(request, desk)


@router.post("/people/grant")
@router.post("/p/{slug}/people/grant")
async def grant(request: Request, desk: AdminDesk) -> Response:
    """Give a role to somebody who has an account."""
    try:
        given = await to_thread.run_sync(_grant, desk)
    except NotFound:
        return await _page(request, desk, trouble={"login": words(request)["people_unknown"]})
    return back(desk, "people", done="role_granted" if given else "role_held")


@router.post("/people/revoke")
@router.post("/p/{slug}/people/revoke")
async def revoke(request: Request, desk: AdminDesk) -> Response:
    """Take a role away."""
    try:
        await to_thread.run_sync(_revoke, desk)
    except Conflict:
        return await _page(request, desk, trouble={"last": words(request)["people_last"]}, status=HTTPStatus.CONFLICT)
    return back(desk, "people", done="role_revoked")


@router.post("/people/invite")
@router.post("/p/{slug}/people/invite")
async def invite(request: Request, desk: AdminDesk) -> Response:
    """Make an invitation, and show its link this once."""
    made = await to_thread.run_sync(_invite, desk)
    link = f"{request.app.state.base_url(request)}/console/invite/{made.code}"
    return await _page(request, desk, status=HTTPStatus.CREATED, link=link, invited_to=made.invite.role)


@router.post("/people/take-back")
@router.post("/p/{slug}/people/take-back")
async def take_back(request: Request, desk: AdminDesk) -> Response:
    """Make an invitation worthless."""
    await to_thread.run_sync(_take_back, desk)
    return back(desk, "people", done="invite_taken_back")


async def _page(
    request: Request, desk: Desk, *, trouble: Mapping[str, str] | None = None, status: int = HTTPStatus.OK, **more: Any
) -> Response:
    told = await to_thread.run_sync(_read, desk)
    if trouble and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    values = {"roles": _ROLES, "holds_days": HOLDS // timedelta(days=1), "typed": desk.form, **told, **more}
    return show(request, desk, "people.html", status=status, trouble=trouble or {}, **values)


def _read(desk: Desk) -> dict[str, Any]:
    with desk.house.database.read() as session:
        held = groupby(grants_in(session, desk.slug), key=lambda grant: (grant.person, grant.name))
        staff = []
        for (person, name), grants in held:
            account = account_of(session, person)
            login = account.login if account else ""
            roles = [grant.role for grant in grants if grant.role in STAFF]
            staff.append({"person": person, "name": name or login, "login": login, "roles": roles})
        invites = [
            {"invite": invite, "by": find_person(session, invite.by).name}
            for invite in pending_invites(session, desk.slug, now=desk.house.clock())
        ]
    return {"people": [one for one in staff if one["roles"]], "invites": invites}


def _grant(desk: Desk) -> bool:
    role = _role(desk.form)
    with desk.house.database.write() as session:
        account = find_account(session, desk.form.get("login", ""))
        if account is None:
            raise NotFound("nobody has this login")
        by = desk.staff.person.id
        given = grant_role(session, account.person, role, product=desk.slug, by=by, now=desk.house.clock())
    _log.info("role.granted product=%s role=%s person=%s by=%s", desk.slug or "all", role, account.person, by)
    return given


def _revoke(desk: Desk) -> None:
    person, role = desk.form.get("person", ""), _role(desk.form)
    with desk.house.database.write() as session:
        if not revoke_role(session, person, role, product=desk.slug):
            raise NotFound("this role is not held here")
    by = desk.staff.person.id
    _log.info("role.revoked product=%s role=%s person=%s by=%s", desk.slug or "all", role, person, by)


def _invite(desk: Desk) -> NewInvite:
    role, note, by = _role(desk.form), desk.form.get("note", ""), desk.staff.person.id
    with desk.house.database.write() as session:
        return new_invite(session, product=desk.slug, role=role, note=note, by=by, now=desk.house.clock())


def _take_back(desk: Desk) -> None:
    with desk.house.database.write() as session:
        take_back_invite(session, desk.form.get("invite", ""), product=desk.slug, now=desk.house.clock())


def _role(form: Mapping[str, str]) -> Role:
    named = form.get("role", "")
    if named not in STAFF:
        raise Invalid(f"{named[:30]!r} is no role of the staff")
    return Role(named)
