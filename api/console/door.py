"""Logging in and out."""

import logging
import re
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.attempts import Attempts
from api.callers import TheHouse
from api.console.cookies import (
    check_form,
    check_own_site,
    forget_login,
    form_token,
    keep_form,
    keep_login,
    login_token,
)
from api.console.rendering import lead, words
from api.console.staff import TheStaff
from api.errors import TooMany
from api.forms import sent_fields
from api.pages import remember_language
from companion.wiring import House
from foundation.ids import PersonId
from learning.accounts import find_account, set_secret
from learning.logins import NewLogin, begin_login, end_login, find_login
from learning.passwords import check_password
from learning.people import find_person
from learning.roles import has_staff

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/console", include_in_schema=False)
_OURS = re.compile(r"/console(?:/[a-z0-9/-]*)?")


@router.get("/login")
async def login_page(request: Request, house: TheHouse) -> Response:
    """The form to log in with."""
    wanted = _wanted(request.query_params.get("next", ""))
    if await to_thread.run_sync(_is_in, house, login_token(request)):
        return lead(wanted)
    return await _door(request, house, wanted=wanted)


@router.post("/login")
async def log_in(request: Request, house: TheHouse) -> Response:
    """Begin a session, or show the form again."""
    check_own_site(request)
    typed = await sent_fields(request)
    check_form(request, typed.get("csrf", ""))
    attempts: Attempts = request.app.state.attempts
    login, wanted = typed.get("login", "").strip().lower()[:64], _wanted(typed.get("next", ""))
    try:
        attempts.to_log_in(request, login)
    except TooMany as err:
        page = await _door(request, house, wanted=wanted, login=login, tries_in=-(-err.retry_s // 60))
        page.status_code = HTTPStatus.TOO_MANY_REQUESTS
        page.headers.update(err.headers)
        return page
    person = await to_thread.run_sync(prove, house, login, typed.get("password", ""))
    if person is None:
        # Not what was typed: people type their password there.
        _log.info("login.refused")
        page = await _door(request, house, wanted=wanted, login=login, trouble=words(request)["login_wrong"])
        page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return page
    attempts.logged_in(request, login)
    return await let_in(request, house, person, wanted)


@router.post("/logout")
async def log_out(request: Request, staff: TheStaff) -> Response:
    """End this session."""
    await to_thread.run_sync(_end, staff.house, login_token(request))
    response = lead("/console/login", done="logged_out")
    forget_login(request, response)
    return response


async def let_in(request: Request, house: House, person: PersonId, wanted: str, *, done: str = "") -> Response:
    """Begin a session for somebody who was proved, in the place of one the browser may have."""
    begun, lang = await to_thread.run_sync(_begin, house, person, login_token(request))
    _log.info("login.begun person=%s", person)
    response = lead(wanted, done=done)
    keep_login(request, response, begun.token)
    if lang in ("ru", "en"):
        remember_language(response, "ru" if lang == "ru" else "en")
    return response


def prove(house: House, login: str, password: str) -> PersonId | None:
    """Whom a login and a password prove, None when they do not; it takes as long either way."""
    with house.database.read() as session:
        account = find_account(session, login)
    checked = check_password(account.secret if account else None, password)
    if account is None or not checked.right:
        return None
    if checked.fresh is not None:
        with house.database.write() as session:
            set_secret(session, account.login, checked.fresh)
    return account.person


async def _door(request: Request, house: House, **values: Any) -> Response:
    kept, token = form_token(request)
    nobody = not await to_thread.run_sync(_is_staffed, house)
    done = words(request).get(f"done_{request.query_params.get('done', '')}", "")
    page: Response = request.app.state.console.render(
        request, "login.html", csrf=token, nobody=nobody, done=done, **{"login": "", **values}
    )
    keep_form(request, page, kept)
    return page


def _wanted(path: str) -> str:
    """A page of the console to go on to; anything else leads to its first one."""
    return path if _OURS.fullmatch(path) and "//" not in path and path != "/console/login" else "/console"


def _is_in(house: House, token: str) -> bool:
    with house.database.read() as session:
        return find_login(session, token, now=house.clock()) is not None


def _is_staffed(house: House) -> bool:
    with house.database.read() as session:
        return has_staff(session)


def _begin(house: House, person: PersonId, before: str) -> tuple[NewLogin, str]:
    with house.database.write() as session:
        end_login(session, before)
        return begin_login(session, person, now=house.clock()), find_person(session, person).lang


def _end(house: House, token: str) -> None:
    with house.database.write() as session:
        end_login(session, token)
