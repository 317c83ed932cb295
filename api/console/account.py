"""One's own account: name, language, password, and ending every session."""

from http import HTTPStatus

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.choosing import weakness
from api.console.cookies import forget_login
from api.console.door import let_in, prove
from api.console.rendering import lead, show, words
from api.console.staff import Staff, TheStaff
from api.pages import remember_language
from foundation.errors import Invalid
from learning.accounts import set_secret
from learning.logins import end_logins
from learning.passwords import hash_password
from learning.people import describe_person

router = APIRouter(prefix="/console/account", include_in_schema=False)
_PATH = "/console/account"


@router.get("")
async def account(request: Request, staff: TheStaff) -> Response:
    """What is known of oneself."""
    return show(request, staff, "account.html", troubles={})


@router.post("")
async def describe(request: Request, staff: TheStaff) -> Response:
    """Change one's name and language."""
    name, lang = staff.form.get("name", ""), staff.form.get("lang", "")
    try:
        if lang not in ("ru", "en"):
            raise Invalid("the console speaks ru and en")
        await to_thread.run_sync(_describe, staff, name, lang)
    except Invalid:
        troubles = {"name": words(request)["name_long"]}
        return show(request, staff, "account.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, troubles=troubles)
    response = lead(_PATH, done="account_kept")
    remember_language(response, "ru" if lang == "ru" else "en")
    return response


@router.post("/password")
async def change_password(request: Request, staff: TheStaff) -> Response:
    """Choose another password; every session ends but this one, which begins anew."""
    request.app.state.attempts.to_log_in(request, staff.name)
    current, fresh = staff.form.get("current", ""), staff.form.get("password", "")
    troubles = weakness(fresh, login=staff.name)
    if await to_thread.run_sync(prove, staff.house, staff.name, current) is None:
        troubles["current"] = "password_current"
    if troubles:
        told = {field: words(request)[trouble] for field, trouble in troubles.items()}
        return show(request, staff, "account.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, troubles=told)
    request.app.state.attempts.logged_in(request, staff.name)
    await to_thread.run_sync(_change, staff, fresh)
    return await let_in(request, staff.house, staff.person.id, _PATH, done="password_changed")


@router.post("/logout-everywhere")
async def log_out_everywhere(request: Request, staff: TheStaff) -> Response:
    """End every session of one's own, this one included."""
    await to_thread.run_sync(_end_all, staff)
    response = lead("/console/login", done="logged_out")
    forget_login(request, response)
    return response


def _describe(staff: Staff, name: str, lang: str) -> None:
    with staff.house.database.write() as session:
        describe_person(session, staff.person.id, name=name or staff.name, lang=lang)


def _change(staff: Staff, password: str) -> None:
    secret = hash_password(password)
    with staff.house.database.write() as session:
        set_secret(session, staff.name, secret)
        end_logins(session, staff.person.id)


def _end_all(staff: Staff) -> None:
    with staff.house.database.write() as session:
        end_logins(session, staff.person.id)
