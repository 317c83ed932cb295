"""What every request passes before a handler sees it: a size limit, and the origins a product allows.

A browser on another origin is answered only where the product lists that origin; otherwise the request is refused and
nothing runs for it. Requests without an `Origin` header and those of the service's own origin pass.
"""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_of, respond
from foundation.errors import NotAllowed

MAX_BODY_BYTES = 256 * 1024
_PRODUCT_PREFIX = "/v1/products/"
_OPEN_TO_ALL = ("/widget/", "/static/")
_CONSOLE = "/console"
_PREFLIGHT_S = "600"

AllowsOrigin = Callable[[str | None, str], bool]
"""Whether a product, or with None any product, lists an origin."""
IsOwn = Callable[[str, str], bool]
"""Whether an origin is the service's own, given the request's `Host`."""


class OriginGuard:
    """Cross-origin rules per product."""

    def __init__(self, app: ASGIApp, allows: AllowsOrigin, is_own: IsOwn) -> None:
        self._app = app
        self._allows = allows
        self._is_own = is_own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if scope["path"].startswith(_OPEN_TO_ALL):
            await self._app(scope, receive, _with_headers(send, {"Access-Control-Allow-Origin": "*"}))
        elif origin is None or self._is_own(origin, headers.get("host", "")):
            await self._app(scope, receive, send)
        elif not await to_thread.run_sync(self._is_allowed, scope["path"], origin.lower()):
            await respond(problem_of(refused_site()), headers={"Vary": "Origin"})(scope, receive, send)
        else:
            await self._serve_allowed(origin, scope, receive, send)

    def _is_allowed(self, path: str, origin: str) -> bool:
        # A site may show a product's assistant to learners; the staff's own pages are nobody else's.
        return not path.startswith(_CONSOLE) and self._allows(_product_of(path), origin)

    async def _serve_allowed(self, origin: str, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Vary": "Origin",
        }
        if scope["method"] != "OPTIONS":
            await self._app(scope, receive, _with_headers(send, allowed))
            return
        allowed["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE"
        allowed["Access-Control-Allow-Headers"] = "Accept, Content-Type, Last-Event-ID, Authorization"
        allowed["Access-Control-Max-Age"] = _PREFLIGHT_S
        start: Message = {"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": []}
        await _with_headers(send, allowed)(start)
        await send({"type": "http.response.body", "body": b""})


class SizeGuard:
    """Refuses a body above the limit before it is read whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
            await respond(problem_of(_too_large()))(scope, receive, send)
            return
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > MAX_BODY_BYTES:
                raise _too_large()
            return message

        await self._app(scope, counted, send)


def _too_large() -> HTTPException:
    # The one kind of error that FastAPI lets through while it reads a body; any other becomes "400 wrong body".
    detail = f"the request is larger than {MAX_BODY_BYTES // 1024} kB"
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def refused_site() -> NotAllowed:
    """What a page of a site that no product lists is told."""
    return NotAllowed("this site is not allowed to embed the companion; its owner can list the site's origin")


def own_origins(public_url: str | None) -> IsOwn:
    """Ours are the origin of `public_url` and, by host and port, whatever the request was sent to.

    The scheme we see is not the browser's behind a proxy that ends TLS, and with a proxy's default settings the host is
    not either: then `public_url` says what the browser sees.
    """
    public = _origin_of(public_url) if public_url else None

    def is_own(origin: str, host: str) -> bool:
        told = origin.lower()
        return told == public or (bool(host) and told.partition("://")[2] == host.lower())

    return is_own


def _origin_of(url: str) -> str:
    """As browsers write it: without path, and without the port that goes without saying."""
    scheme, place = urlsplit(url.lower())[:2]
    return f"{scheme}://{place.rpartition('@')[2].removesuffix({'http': ':80', 'https': ':443'}.get(scheme, ''))}"


def _product_of(path: str) -> str | None:
    return path.removeprefix(_PRODUCT_PREFIX).split("/")[0] if path.startswith(_PRODUCT_PREFIX) else None


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending
