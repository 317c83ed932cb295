"""The cookie in which our own pages keep a learner's key, one a product, so that they work without JavaScript.

No script can read it, and no other site can have it sent along with a form. With JavaScript the page hands the key to
the assistant beside it (`static/start.js`), so that both speak of one learner.
"""

from fastapi import Request
from fastapi.responses import Response

from foundation.errors import NotAllowed

_NAME = "companion-learner"
_YEAR_S = 365 * 24 * 3600


def kept_key(request: Request) -> str | None:
    """The learner's key, None without one."""
    return request.cookies.get(_NAME) or None


def keep_key(request: Request, response: Response, product: str, key: str) -> None:
    """Have the browser keep a learner's key for the pages of one product."""
    secure = str(request.app.state.base_url(request)).lower().startswith("https:")
    response.set_cookie(_NAME, key, max_age=_YEAR_S, path=f"/p/{product}", secure=secure, httponly=True, samesite="lax")


def check_own_page(request: Request) -> None:
    """Raises NotAllowed for a form that a page of another site sends."""
    origin = request.headers.get("origin")
    told = request.headers.get("sec-fetch-site", "same-origin")
    own = origin is None or request.app.state.is_own(origin, request.headers.get("host", ""))
    if not own or told not in ("same-origin", "none"):
        raise NotAllowed("forms of other sites are not taken here; open the page itself")
