"""The gateway over a ledger with the sandbox's district, driven in-process; Prefect is simulated.

One ledger and one application for each test file: a test works on a case of its own and looks at what was written
since it began.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.types import Message, Receive, Scope, Send

from connectors.seal import LocalSeals
from domain.seals import SealKind
from gateway.app import create_app
from gateway.edge import quotas
from gateway.edge.contract import Contract
from gateway.edge.endpoints import ANY_CALL
from gateway.edge.problems import MEDIA_TYPE
from ledger.database import transaction
from ledger.registry import keys
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals
from runtime.services.postgres import Cluster
from sandbox.people import by_name
from settings import settings
from tests import conftest as house

REQUESTER, ISSUER, OTHER, ADMIN = "demo-permit-1", "demo-guangming-1", "demo-justice-1", "demo-admin"
PUBLISHER = "demo-publisher"


class SimulatedRuns:
    """Prefect, simulated: remembers what was started; `away` makes it unreachable."""

    def __init__(self) -> None:
        self.created: list[tuple[str, str]] = []
        self.away = False

    async def start_rebuild(self) -> UUID:
        if self.away:
            raise ConnectionError
        self.created.append(("catalog-rebuild", ""))
        return uuid4()

    async def start_report(self, period: str, scope: str, version: int) -> UUID:
        if self.away:
            raise ConnectionError
        self.created.append((f"{period} {scope} {version}", "weekly-compliance"))
        return uuid4()

    async def healthy(self) -> bool:
        return not self.away

    async def close(self) -> None:
        pass


class Api:
    """The gateway as its callers see it: each call names the person whose key it uses."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, client: httpx.AsyncClient, runs: SimulatedRuns) -> None:
        self.app, self.portal, self.runs = app, portal, runs
        self._client = client
        self._keys: dict[str, str] = {}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call as it is. Safe in several threads at once."""
        return self.portal.call(lambda: self._client.request(method, path, **options))

    def key(self, person: str) -> str:
        if person not in self._keys:
            with transaction() as session:
                self._keys[person] = keys.make(session, person=person, now=settings().now(), actor="test")
        return self._keys[person]

    def call(self, method: str, path: str, person: str | None = REQUESTER, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key(person)}"} if person else {}
        return self.request(method, path, headers={**headers, **options.pop("headers", {})}, **options)

    def get(self, path: str, person: str | None = REQUESTER, **options: Any) -> httpx.Response:
        return self.call("GET", path, person, **options)

    def post(self, path: str, person: str | None = REQUESTER, **options: Any) -> httpx.Response:
        return self.call("POST", path, person, **options)

    def pages(self, path: str, person: str | None = REQUESTER, **asked: Any) -> Iterator[list[Any]]:
        """The items of a list, page by page, as a caller reads it."""
        cursor: str | None = ""
        while cursor is not None:
            body = self.get(path, person, params=asked | {"cursor": cursor}).json()
            yield body["items"]
            cursor = body["next_cursor"]

    def begin(self) -> None:
        """A new test: a case number of its own, and what was written before no longer counts."""
        self.case = f"C-{uuid4().hex[:12]}"
        self.runs.created.clear()
        self.runs.away = False
        self._before = {table: count(table) for table in _WATCHED}

    def written(self, table: str) -> int:
        """How many rows this test added to a table."""
        return count(table) - self._before[table]

    def refusals(self) -> list[tuple[str, str, dict[str, Any]]]:
        """What this test put on the record of refusals: code, unit, detail."""
        query = text("SELECT code, unit, detail FROM refusals ORDER BY id OFFSET :before")
        with transaction() as session:
            found = session.execute(query, {"before": self._before["refusals"]})
            return [(code, unit, detail) for code, unit, detail in found]

    def accesses(self) -> list[tuple[str, str, str]]:
        """What this test put on the record of accesses: verification, actor, what."""
        query = text("SELECT verification, actor, what FROM accesses ORDER BY id OFFSET :before")
        with transaction() as session:
            found = session.execute(query, {"before": self._before["accesses"]})
            return [(number, actor, what) for number, actor, what in found]

    def put_case(self, number: str = "", person: str = REQUESTER, **changes: Any) -> httpx.Response:
        return self.call("PUT", f"/v1/cases/{number or self.case}", person, json=case_body(**changes))

    def body(self, **changes: Any) -> dict[str, Any]:
        """A verification about the applicant of this test's case; `...` leaves a field out."""
        body = {"case_number": self.case, "proof": "P-HOUSEHOLD", "party": party()} | changes
        return {name: value for name, value in body.items() if value is not ...}

    def file(self, key: str | None = None, person: str = REQUESTER, *, prefer: str = "", **changes: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid4())} | ({"Prefer": prefer} if prefer else {})
        return self.post("/v1/verifications", person, json=self.body(**changes), headers=headers)

    def filed(self, **changes: Any) -> str:
        """A case and a verification in it; gives the verification's number."""
        self.put_case()
        answer = self.file(**changes)
        assert answer.status_code == 202, answer.text
        number: str = answer.json()["number"]
        return number


_WATCHED = ("cases", "parties", "verifications", "idempotency_keys", "refusals", "accesses", "events")


def count(table: str) -> int:
    """How many rows a table holds."""
    with transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def party(name: str = "演示甲子", **changes: Any) -> dict[str, Any]:
    holder = by_name(name)
    return {"id_type": holder.id_type, "id_number": holder.id_number, "name": holder.name} | changes


def case_body(**changes: Any) -> dict[str, Any]:
    body = {
        "matter": "DEMO-0001",
        "handling": "promised",
        "accepted_at": datetime.now(UTC).isoformat(),
        "promised_days": 5,
        "channel": "window",
        "parties": [{"role": "applicant", **party()}],
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


class Promised:
    """The application, held to its contract: whatever an endpoint refuses, its document names the code."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, body = 0, b""

        async def watched(message: Message) -> None:
            nonlocal status, body
            status, body = message.get("status", status), body + message.get("body", b"")
            await send(message)

        await self._app(scope, receive, watched)
        if (
            status >= 400
            and isinstance(route := scope.get("route"), APIRoute)
            and route.include_in_schema
            and body.startswith(b'{"type":"/docs#')
        ):
            code = json.loads(body)["code"]
            named = route.responses.get(status, {}).get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
            assert code in named or code in ANY_CALL, f"{route.name} answers {status} {code}, which it does not name"


@contextmanager
def serving(app: FastAPI, runs: SimulatedRuns, address: str = "127.0.0.1") -> Iterator[Api]:
    """The application in a loop of its own, as a server would run it."""

    @asynccontextmanager
    async def started() -> AsyncIterator[httpx.AsyncClient]:
        async with app.router.lifespan_context(app), _calling(app, address) as client:
            yield client

    with start_blocking_portal() as portal, portal.wrap_async_context_manager(started()) as client:
        yield Api(app, portal, client, runs)


@contextmanager
def from_elsewhere(api: Api, address: str) -> Iterator[Api]:
    """The same running application, called from another address."""
    with api.portal.wrap_async_context_manager(_calling(api.app, address)) as client:
        yield Api(api.app, api.portal, client, api.runs)


def _calling(app: FastAPI, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Promised(app), client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.fixture(scope="session", autouse=True)
def _described_once() -> Iterator[None]:
    """The document is written once for all applications of a process: it takes a second, and comes of the code and these alone."""
    describe, known = Contract.of, dict[tuple[str, str], Contract]()

    def of(app: FastAPI) -> Contract:
        named = settings().public_url, settings().report_issuer
        return known.get(named) or known.setdefault(named, describe(app))

    with mock.patch.object(Contract, "of", of):
        yield


@pytest.fixture(scope="module")
def ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """A ledger for one test file, with quotas that its tests do not reach."""
    name = f"gateway_{uuid4().hex[:12]}"
    house._as_superuser(installation, house.copied(name, template_database))
    before = dict(os.environ)
    os.environ |= {"PROOFLESS_REQUESTS_PER_MINUTE": "100000", "PROOFLESS_PUBLIC_CHECKS_PER_MINUTE": "100000"}
    os.environ |= {f"PROOFLESS_QUOTA_{whose}": "100000/day" for whose in ("PERSON", "SYSTEM", "UNIT", "MATTER", "CASE")}
    house._enter(installation, name)
    yield name
    house._leave(before)
    house._as_superuser(installation, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def served(ledger: str) -> Iterator[Api]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api:
        yield api


@pytest.fixture(autouse=True)
def _refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks too often is told so a second later; tests need not wait for it."""
    monkeypatch.setattr(quotas, "SECONDS_LATER", 0.0)


@pytest.fixture
def api(served: Api) -> Api:
    served.begin()
    return served


@pytest.fixture(scope="module")
def seals(ledger: str) -> LocalSeals:
    """Development seals of the tests' installation."""
    names = {SealKind.SHARE: settings().seal_share_name, SealKind.ISSUER: settings().seal_issuer_name}
    ensure_development_seals(settings().seals_dir, names)
    return LocalSeals(settings().seals_dir, names, True, draw_seal)
