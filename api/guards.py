"""What every request passes before a handler sees it: a size limit, and the origins a product allows.

A browser on another origin is answered only where the product lists that origin; otherwise the request is refused and
nothing runs for it. Requests without an `Origin` header and those of the service's own origin pass.
"""

from collections.abc import Callable
from http import HTTPStatus

from anyio import to_thread
from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_of, respond
from foundation.errors import NotAllowed

MAX_BODY_BYTES = 256 * 1024
_PRODUCT_PREFIX = "/v1/products/"
_OPEN_TO_ALL = ("/widget/", "/static/")
_PREFLIGHT_S = "600"

AllowsOrigin = Callable[[str | None, str], bool]
"""Whether a product, or with None any product, lists an origin."""


class OriginGuard:
    """Cross-origin rules per product."""

    def __init__(self, app: ASGIApp, allows: AllowsOrigin) -> None:
        self._app = app
        self._allows = allows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if scope["path"].startswith(_OPEN_TO_ALL):
            await self._app(scope, receive, _with_headers(send, {"Access-Control-Allow-Origin": "*"}))
        elif origin is None or is_own_origin(origin, headers.get("host", "")):
            await self._app(scope, receive, send)
        elif not await to_thread.run_sync(self._allows, _product_of(scope["path"]), origin.lower()):
            refusal = NotAllowed(
                "this site is not allowed to embed the companion; its owner can list the site's origin"
            )
            await respond(problem_of(refusal), headers={"Vary": "Origin"})(scope, receive, send)
        else:
            await self._serve_allowed(origin, scope, receive, send)

    async def _serve_allowed(self, origin: str, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Vary": "Origin",
        }
        if scope["method"] != "OPTIONS":
            await self._app(scope, receive, _with_headers(send, allowed))
            return
        allowed["Access-Control-Allow-Methods"] = "GET, POST"
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


def is_own_origin(origin: str, host: str) -> bool:
    """Compared by host and port: behind a proxy that ends TLS, the scheme we see is not the browser's."""
    return bool(host) and origin.partition("://")[2].lower() == host.lower()


def _product_of(path: str) -> str | None:
    return path.removeprefix(_PRODUCT_PREFIX).split("/")[0] if path.startswith(_PRODUCT_PREFIX) else None


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending
