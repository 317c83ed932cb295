"""Errors on the wire: one table from ours to HTTP, told as problem+json (RFC 9457) or, to a browser, as a page."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companion.logs import place_of
from foundation.errors import (
    CompanionError,
    Conflict,
    ContentUnreadable,
    EncoderUnavailable,
    HomeUnusable,
    IndexUnavailable,
    Invalid,
    ModelUnavailable,
    NotAllowed,
    NotFound,
    NotProven,
)

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5


class ProductNotFound(NotFound):
    """No product of this name."""


class LessonNotFound(NotFound):
    """The product is there, and has no lesson of this name."""


class NotLoggedIn(NotProven):
    """The console is for whoever is logged in."""


class TooMany(CompanionError):
    """Somebody tries too often; `retry_s` is when it is worth trying again, in seconds."""

    def __init__(self, retry_s: int) -> None:
        self.retry_s = retry_s
        self.headers = {"Retry-After": str(retry_s)}
        super().__init__(f"too many tries; wait {retry_s} seconds and try again")


class Stopping(CompanionError):
    """The service is being stopped; whoever asks again soon is answered by the next one."""


_STATUS: dict[type[CompanionError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    ProductNotFound: HTTPStatus.NOT_FOUND,
    LessonNotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotProven: HTTPStatus.UNAUTHORIZED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    ContentUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    EncoderUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    HomeUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    Stopping: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TYPE: dict[type[CompanionError], str] = {ProductNotFound: "product-not-found", LessonNotFound: "lesson-not-found"}
_NO_TYPE = "about:blank"


class Problem(BaseModel):
    """What went wrong and what to do about it."""

    type: str = Field(_NO_TYPE, description=f"{', '.join(_TYPE.values())}, or {_NO_TYPE} where the status says it")
    title: str = Field(description="the problem in a few words")
    status: int = Field(description="HTTP status")
    detail: str = Field("", description="what to do")


def problem_of(error: Exception) -> Problem:
    """The problem to tell about an error; one that is not ours says nothing of the inside."""
    if isinstance(error, CompanionError):
        told = (_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
        status = next(told, HTTPStatus.INTERNAL_SERVER_ERROR)
        return _problem(status, str(error), kind=_TYPE.get(type(error), _NO_TYPE))
    if isinstance(error, RequestValidationError):
        return _validation_problem(error.errors())
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return _problem(status, error.detail if error.detail != status.phrase else "")
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something broke on our side; it was logged, please try again")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the problems an operation may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def respond(problem: Problem, *, headers: dict[str, str] | None = None) -> Response:
    """A problem as a response."""
    told = _with_advice(problem, headers or {})
    return JSONResponse(problem.model_dump(), status_code=problem.status, headers=told, media_type=MEDIA_TYPE)


def _with_advice(problem: Problem, headers: Mapping[str, str]) -> dict[str, str]:
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {**headers, "Retry-After": str(RETRY_AFTER_S)}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return {**headers, "WWW-Authenticate": "Bearer"}
    return {**headers}


def handle_errors(app: FastAPI) -> None:
    """Tell every error as a problem; to be called before other middleware is added, so that theirs is around it."""
    app.add_middleware(_Foreign)
    for kind in (CompanionError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _tell)


async def _tell(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log_failure(request, error)
    headers = dict(getattr(error, "headers", None) or {})
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods_here(request)):
        headers["Allow"] = ", ".join(methods)
    if not _wants_page(request):
        return respond(problem, headers=headers)
    if isinstance(error, NotLoggedIn):
        return _to_the_door(request)
    pages = request.app.state.console if _is_console(request) else request.app.state.pages
    page: Response = pages.error_page(request, problem)
    page.headers.update(_with_advice(problem, headers))
    return page


class _Foreign:
    """Tells an error that is not ours before it leaves the application.

    The framework answers such an error outside of every other middleware, where a foreign page is not allowed to read
    the answer, and gives it on to the server, which logs its message: that may quote what a learner wrote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if scope["type"] != "http":
                raise
            if begun:
                _log_failure(Request(scope), error)
                raise ConnectionAbortedError("a response broke off; see the line before") from None
            response = await _tell(Request(scope), error)
            await response(scope, receive, send)


def _log_failure(request: Request, error: Exception) -> None:
    route = getattr(request.scope.get("route"), "path", "?")
    if isinstance(error, CompanionError):
        _log.error("request.failed route=%s error=%s reason=%s", route, type(error).__name__, error)
    else:
        # The message of a foreign error may quote what a learner wrote; its type and place are enough to find it.
        _log.error("request.failed route=%s error=%s at=%s", route, type(error).__name__, place_of(error))


def _methods_here(request: Request) -> list[str]:
    """What may be done at an address; the framework itself tells only of the first route there."""
    routes = request.app.state.routes
    here = next((route.path for route in routes if route.matches(request.scope)[0] is not Match.NONE), None)
    return sorted({method for route in routes if route.path == here for method in route.methods})


def _wants_page(request: Request) -> bool:
    takes_pages = "text/html" in request.headers.get("accept", "")
    return takes_pages and (request.method == "GET" or _is_console(request))


def _is_console(request: Request) -> bool:
    return f"{request.url.path}/".startswith("/console/")


def _to_the_door(request: Request) -> Response:
    """Have them log in, and come back to the page they wanted to open."""
    wanted = request.url.path if request.method == "GET" else "/console"
    return RedirectResponse(f"/console/login?{urlencode({'next': wanted})}", status_code=HTTPStatus.SEE_OTHER)


def _problem(status: HTTPStatus, detail: str, *, kind: str = _NO_TYPE) -> Problem:
    return Problem(type=kind, title=status.phrase, status=status, detail=detail)


def _validation_problem(errors: Sequence[Any]) -> Problem:
    if any(error["type"] == "json_invalid" for error in errors):
        return _problem(HTTPStatus.BAD_REQUEST, "the body is not JSON")
    # A field's name and the rule it broke, never its value: that may be a learner's words.
    told = [f"{'.'.join(str(part) for part in error['loc'][1:]) or 'body'}: {error['msg']}" for error in errors]
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(told))
