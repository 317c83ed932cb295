"""The HTTP application over a house."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from threading import Thread
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from api.attempts import Attempts
from api.console.rendering import STATIC as CONSOLE_STATIC
from api.console.rendering import ConsolePages
from api.console.routers import ROUTERS as CONSOLE_ROUTERS
from api.errors import Problem, handle_errors
from api.guards import AllowsOrigin, IsOwn, OriginGuard, SizeGuard, own_origins, refused_site
from api.pages import STATIC, Pages
from api.routers import (
    case_pages,
    cases,
    citations,
    events,
    feedback,
    feedback_figures,
    feedback_items,
    hand_overs,
    health,
    learners,
    local,
    me_pages,
    memory,
    moderation,
    news,
    offers,
    openai_wire,
    pages,
    plan_pages,
    plans,
    products,
    progress,
    proposals,
    release_pages,
    releases,
    turns,
)
from api.streams import RunningTurns
from api.widget.bundle import join_widget
from companion.wiring import House
from foundation.errors import NotFound
from foundation.ids import content_hash
from knowledge.products import find_product, list_products
from knowledge.repair import warm_up

_ROUTERS = tuple(
    noun.router
    for noun in (
        turns,
        feedback_items,
        feedback_figures,
        proposals,
        feedback,
        news,
        hand_overs,
        learners,
        events,
        progress,
        memory,
        offers,
        plans,
        cases,
        products,
        releases,
        citations,
        openai_wire,
        health,
        local,
        moderation,
        case_pages,
        plan_pages,
        me_pages,
        release_pages,
        pages,
    )
)
_DESCRIPTION = "Cited answers from a course's own content, or an honest decline."


def create_app(house: House, *, secret: str = "") -> FastAPI:
    """The application; `secret` lets other processes of the home's owner in."""
    allows, is_own = _allows(house), own_origins(house.settings.public_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        Thread(target=warm_up, name="warm-up", daemon=True).start()
        yield
        app.state.turns.stop()

    app = FastAPI(
        title="Learning Companion",
        description=_DESCRIPTION,
        version=version("learning-companion"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.house, app.state.turns, app.state.pages = house, RunningTurns(house.answerer), Pages()
    app.state.secret = secret
    app.state.console, app.state.attempts, app.state.is_own = ConsolePages(), Attempts(), is_own
    # Set by the first readiness check that the encoder passes: what has encoded once has all it needs.
    app.state.encodes = False
    app.state.base_url = lambda request: house.settings.public_url or str(request.base_url).rstrip("/")
    app.state.check_origin = _origin_check(allows, is_own)
    handle_errors(app)
    app.add_middleware(SizeGuard)
    app.add_middleware(OriginGuard, allows=allows, is_own=is_own)
    for router in (*_ROUTERS, *CONSOLE_ROUTERS):
        app.include_router(router)
    app.state.routes = [route for router in (*_ROUTERS, *CONSOLE_ROUTERS) for route in router.routes]
    _serve_files(app)
    _complete_schema(app)
    return app


def _allows(house: House) -> AllowsOrigin:
    def allows(product: str | None, origin: str) -> bool:
        with house.database.read() as session:
            if product is None:
                return any(origin in known.origins for known in list_products(session))
            try:
                return origin in find_product(session, product).origins
            except NotFound:
                # Told as refused, so that a foreign page cannot ask around for slugs.
                return False

    return allows


def _origin_check(allows: AllowsOrigin, is_own: IsOwn) -> Any:
    """Where the product stands in the body, its origins are checked there."""

    async def check(request: Request, product: str) -> None:
        origin = request.headers.get("origin")
        if origin is None or is_own(origin, request.headers.get("host", "")):
            return
        if not await to_thread.run_sync(allows, product, origin.lower()):
            raise refused_site()

    return check


def _serve_files(app: FastAPI) -> None:
    script = join_widget()
    tag = f'"{content_hash(script, size=8)}"'

    @app.get("/widget/v1/companion.js", include_in_schema=False)
    async def widget(request: Request) -> Response:
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)

    app.mount("/static/docs", StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-static")
    app.mount("/static/console", StaticFiles(directory=CONSOLE_STATIC), name="console-static")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _complete_schema(app: FastAPI) -> None:
    """Put the problem's shape where the operations refer to it; FastAPI adds only what a handler returns."""
    build = app.openapi

    def openapi() -> dict[str, Any]:
        schema = build()
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problem
        for path in schema["paths"].values():
            for operation in path.values():
                _replace_validation_error(operation["responses"])
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend the schema


def _replace_validation_error(responses: dict[str, Any]) -> None:
    told = responses.get("422", {}).get("content", {})
    if "application/json" in told:
        del told["application/json"]
        told["application/problem+json"] = {"schema": {"$ref": "#/components/schemas/Problem"}}
