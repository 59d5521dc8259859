"""网关: the HTTP application, put together from its parts."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import isolation.process
from catalog.complaint_layouts import layouts
from connectors.identity import IdentityProvider
from domain import identity_provider
from gateway.counter import assets
from gateway.counter.provider import BACK
from gateway.edge.addresses import address_of
from gateway.edge.bodies import BodyLimit
from gateway.edge.connections import Crowd
from gateway.edge.endpoints import ANY_CALL
from gateway.edge.health import Vitals
from gateway.edge.inbox_versions import InboxVersions
from gateway.edge.lookers import Lookers
from gateway.edge.manners import Manners, allowed, options
from gateway.edge.origins import AccountOrigins, SystemCalls
from gateway.edge.page_permissions import unruled
from gateway.edge.pages import SECURITY_HEADERS
from gateway.edge.prefer_wait import Endings
from gateway.edge.problems import PROBLEMS, Problem
from gateway.edge.quotas import Quotas
from gateway.edge.refusals import STOPPED, problem_of
from gateway.edge.runs import FlowRuns, PrefectRuns, RunStarter
from gateway.edge.services import Services
from gateway.edge.strangers import Gate, Strangers
from gateway.edge.telemetry import Telemetry, Watch
from gateway.edge.told import told
from gateway.edge.turns import Turns
from gateway.operations.watchdog import Watchdog
from gateway.public import scan
from gateway.routers import ROUTERS
from ledger import rules
from ledger.vault import vault
from settings import settings

SWITCH_SECONDS = 0.0005
_DESCRIPTION = """需求单位登记办件、发起核验、取得盖章的电子证明;出具单位在收件箱中答复;公众在 /verify 核验真伪,在 /catalog 查看清单。

错误一律为 RFC 9457 problem+json,`code` 稳定不变。不论哪个地址,都可能答复{any_call}。示例中的人员均为虚构。"""


def create_app(runs: FlowRuns | None = None) -> FastAPI:
    """The application of one gateway process. `runs` stands in for Prefect in tests."""
    vault(), rules.readings(), layouts()  # what is missing or wrong stops the process now, not the first citizen's request
    engine = runs or PrefectRuns(settings())
    telemetry = Telemetry()
    app = FastAPI(
        title="无证明办事",
        version="1",
        description=_DESCRIPTION.format(any_call="、".join(f"{PROBLEMS[code].title}(`{code}`)" for code in ANY_CALL)),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    quotas, origins = Quotas(settings()), AccountOrigins()
    app.state.services = Services(
        RunStarter(engine),
        Endings(),
        quotas,
        telemetry,
        Vitals(engine),
        origins,
        SystemCalls(),
        Gate(),
        Turns(),
        InboxVersions(),
        Lookers(),
        _provider(),
    )
    app.state.routes = [route for router in ROUTERS for route in router.routes] + [assets.ROUTE, *scan.ROUTES]
    for router in ROUTERS:
        if forgotten := unruled({route.name for route in router.routes if isinstance(route, APIRoute)}):
            raise RuntimeError(f"endpoints without a rule in gateway.edge.permissions, pages in page_permissions: {sorted(forgotten)}")
    # As they are: `include_router` makes each anew for the application, a third of a second, and looks twice at every one in vain.
    app.router.routes.extend(app.state.routes)
    _answer_problems(app)
    app.add_middleware(Strangers, quotas=quotas, routes=app.state.routes)
    app.add_middleware(BodyLimit)
    app.add_middleware(Manners)
    app.add_middleware(Crowd)
    app.add_middleware(Watch, telemetry=telemetry)
    app.add_middleware(_Headers)
    return app


def _provider() -> IdentityProvider | None:
    configured, secret = identity_provider.provider(settings().oidc), settings().oidc_client_secret.get_secret_value()
    return IdentityProvider(configured, secret, settings().public_url.rstrip("/") + BACK) if configured else None


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # Every thread may want a connection: more threads than connections would only wait for each other.
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings().database_pool
    # A call passes from the loop to threads and back some six times, and each time waits for a thread that computes (rows of
    # a table, a workbook for its sender) to give the interpreter away: by default after 5 ms, which made 100 ms of one call.
    sys.setswitchinterval(SWITCH_SECONDS)
    services: Services = app.state.services
    services.endings.start()
    isolation.process.start()  # the first file that comes waits for no interpreter
    watchdog = asyncio.create_task(Watchdog(settings(), prefect=services.starter.runs.healthy).run())
    try:
        yield
    finally:
        watchdog.cancel()
        await services.endings.stop()
        await services.starter.close()


def _answer_problems(app: FastAPI) -> None:
    """One form for everything that goes wrong: problem+json, or a page for browsers on the public pages."""

    async def on_stopped(request: Request, error: Exception) -> Response:
        return told(request, problem_of(error))

    async def on_http(request: Request, error: Exception) -> Response:
        try:  # what is not there is public too
            app.state.services.quotas.count_public(address_of(request), "unknown")
        except Problem as too_often:
            return told(request, too_often)
        problem = problem_of(error)
        if problem.status_code == 405:
            if request.method == "OPTIONS":
                return options(request)
            problem.headers = {**(problem.headers or {}), "Allow": allowed(request)}
        return told(request, problem)

    for kind in (Problem, *STOPPED):
        app.add_exception_handler(kind, on_stopped)
    app.add_exception_handler(HTTPException, on_http)


class _Headers:
    """Security headers on every answer, the one for an unexpected error too; what may be kept says so itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._added = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                named = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(one for one in self._added if one[0] not in named)]
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)
