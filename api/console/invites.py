"""Opening an invitation: with an account of one's own, or with the one that is logged in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.callers import TheHouse
from api.console.choosing import Chosen, Refused, choose
from api.console.cookies import check_form, check_own_site, form_token, keep_form
from api.console.door import let_in
from api.console.rendering import lead, show, words
from api.console.staff import Staff, the_staff
from api.errors import NotLoggedIn
from api.forms import sent_fields
from api.pages import reader_language
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import PersonId
from knowledge.products import find_product
from learning.accounts import LoginTaken, add_account
from learning.invites import Invite, InviteSpent, find_invite, use_invite

router = APIRouter(prefix="/console/invite/{code}", include_in_schema=False)


@router.get("")
async def open_invite(code: str, request: Request, house: TheHouse) -> Response:
    """What one is invited to, and the form to accept it with."""
    return await _page(code, request, house, await _who(request, house), {}, {})


@router.post("")
async def accept(code: str, request: Request, house: TheHouse) -> Response:
    """Take the role; who has no account yet gets one, and is logged in."""
    staff = await _who(request, house)
    if staff is not None:
        try:
            await to_thread.run_sync(_use, house, code, staff.person.id)
        except (NotFound, InviteSpent) as err:
            return _spent(request, err)
        return lead("/console", done="invite_accepted")
    check_own_site(request)
    typed = await sent_fields(request)
    check_form(request, typed.get("csrf", ""))
    try:
        await to_thread.run_sync(_read, house, code)
        chosen = await to_thread.run_sync(choose, typed)
        person = await to_thread.run_sync(_join, house, code, chosen, reader_language(request))
    except (NotFound, InviteSpent) as err:
        return _spent(request, err)
    except Refused as err:
        return await _page(code, request, house, None, typed, err.troubles, HTTPStatus.UNPROCESSABLE_ENTITY)
    return await let_in(request, house, person, "/console", done="invite_accepted")


async def _page(
    code: str,
    request: Request,
    house: House,
    staff: Staff | None,
    typed: Mapping[str, str],
    troubles: Mapping[str, str],
    status: int = HTTPStatus.OK,
) -> Response:
    try:
        invite, title = await to_thread.run_sync(_read, house, code)
    except (NotFound, InviteSpent) as err:
        return _spent(request, err)
    told = {field: words(request)[trouble] for field, trouble in troubles.items()}
    values: dict[str, Any] = {"code": code, "invite": invite, "title": title, "typed": typed, "troubles": told}
    if staff is not None:
        return show(request, staff, "invite.html", status=status, **values)
    kept, token = form_token(request)
    page: Response = request.app.state.console.render(request, "invite.html", status=status, csrf=token, **values)
    keep_form(request, page, kept)
    return page


def _spent(request: Request, error: NotFound | InviteSpent) -> Response:
    why = error.why if isinstance(error, InviteSpent) else "unknown"
    status = HTTPStatus.GONE if isinstance(error, InviteSpent) else HTTPStatus.NOT_FOUND
    page: Response = request.app.state.console.render(request, "invite_spent.html", status=status, why=why)
    return page


async def _who(request: Request, house: House) -> Staff | None:
    try:
        return await the_staff(request, house)
    except NotLoggedIn:
        return None


def _read(house: House, code: str) -> tuple[Invite, str]:
    with house.database.read() as session:
        invite = find_invite(session, code, now=house.clock())
        return invite, find_product(session, invite.product).title if invite.product else ""


def _use(house: House, code: str, person: PersonId) -> None:
    with house.database.write() as session:
        use_invite(session, code, person=person, now=house.clock())


def _join(house: House, code: str, chosen: Chosen, lang: str) -> PersonId:
    now = house.clock()
    who = {"login": chosen.login, "secret": chosen.secret, "name": chosen.name, "lang": lang}
    with house.database.write() as session:
        try:
            person = add_account(session, **who, now=now)
        except LoginTaken as err:
            raise Refused({"login": "login_taken"}) from err
        use_invite(session, code, person=person, now=now)
    return person
