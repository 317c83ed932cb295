"""The console's two cookies: who is logged in, and, before that, whose form it is. No script can read either."""

import hashlib
import hmac
import secrets

from fastapi import Request
from fastapi.responses import Response

from foundation.errors import NotAllowed
from learning.logins import LONGEST

_LOGIN = "companion-login"
_FORM = "companion-form"


def login_token(request: Request) -> str:
    """What the cookie of a session says, "" without one."""
    return request.cookies.get(_name(request, _LOGIN), "")


def keep_login(request: Request, response: Response, token: str) -> None:
    """Have the browser keep a session's token."""
    _set(request, response, _LOGIN, token, int(LONGEST.total_seconds()))


def forget_login(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    _set(request, response, _LOGIN, "", 0)


def form_token(request: Request) -> tuple[str, str]:
    """For a form shown before anybody is logged in: the cookie to keep, and the token made of it for the form."""
    kept = request.cookies.get(_name(request, _FORM), "") or secrets.token_hex(32)
    return kept, _token_of(kept)


def keep_form(request: Request, response: Response, kept: str) -> None:
    """Have the browser keep the cookie of such a form for as long as it is open."""
    _set(request, response, _FORM, kept, None)


def check_form(request: Request, token: str) -> None:
    """Raises NotAllowed for a form that was not shown to this browser."""
    kept = request.cookies.get(_name(request, _FORM), "")
    if not kept or not same(_token_of(kept), token):
        raise NotAllowed("this form has grown old; open it again and send it once more")


def check_own_site(request: Request) -> None:
    """Raises NotAllowed for what a page of another site sends."""
    origin = request.headers.get("origin")
    told = request.headers.get("sec-fetch-site", "same-origin")
    own = origin is None or request.app.state.is_own(origin, request.headers.get("host", ""))
    if not own or told not in ("same-origin", "none"):
        raise NotAllowed("the console takes no forms of other sites")


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of them."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _token_of(kept: str) -> str:
    return hashlib.sha256(f"form:{kept}".encode("utf-8", "replace")).hexdigest()


def _is_secure(request: Request) -> bool:
    return str(request.app.state.base_url(request)).lower().startswith("https:")


def _name(request: Request, cookie: str) -> str:
    # With this prefix a browser takes the cookie from nobody but this very host, over TLS.
    return f"__Host-{cookie}" if _is_secure(request) else cookie


def _set(request: Request, response: Response, cookie: str, value: str, max_age: int | None) -> None:
    secure = _is_secure(request)
    response.set_cookie(
        _name(request, cookie), value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="lax"
    )
