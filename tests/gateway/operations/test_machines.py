"""For machines: health, figures, log lines, quotas, the one place that talks to Prefect, unexpected errors."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import httpx
import pytest

from domain.share import ShareOutcome
from gateway.app import create_app
from gateway.edge.problems import Problem
from gateway.edge.runs import PrefectRuns, RunStarter
from gateway.edge.telemetry import JsonLines
from ledger import timekeeping
from ledger.database import transaction
from ledger.lifecycle import leases, receiving
from sandbox.people import by_name
from settings import settings
from tests.gateway.casework import look_up
from tests.gateway.conftest import Api, SimulatedRuns, serving


def test_a_thread_that_computes_gives_the_interpreter_away_soon(api: Api) -> None:
    """By default a call waits 5 ms for it, each time that it passes between the loop and a thread."""
    assert sys.getswitchinterval() == pytest.approx(0.0005)


def test_liveness_asks_nobody(api: Api) -> None:
    assert api.get("/healthz", None).json() == {"status": "ok"}


def test_health_says_what_is_missing(ledger: str) -> None:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api:
        alone = api.get("/health", None)
        assert (alone.status_code, alone.json()["database"], alone.json()["workers"]) == (503, True, [])
    with transaction() as session:
        leases.enlist(session, "worker-1", "worker-1/a")
    with serving(create_app(runs), runs) as api:
        well = api.get("/health", None)
        assert (well.status_code, well.json()["ok"], well.json()["workers"]) == (200, True, ["worker-1"])
    runs.away = True
    with serving(create_app(runs), runs) as api:
        assert (api.get("/health", None).status_code, api.get("/health", None).json()["prefect"]) == (503, False)
    with transaction() as session:
        leases.dismiss(session, "worker-1", "worker-1/a")


def test_health_and_figures_name_no_case(api: Api) -> None:
    api.put_case()
    number = api.file(proof="P-PROPERTY").json()["number"]
    look_up(number, ShareOutcome.NONE)
    api.get(f"/v1/verifications/{number}")
    health, figures = api.get("/health", None), api.get("/metrics", None)
    assert health.json()["stuck"] >= 1 and health.json()["alarms"]["needs_attention"] >= 1
    assert number not in health.text + figures.text and "演示" not in figures.text
    assert 'proofless_verifications_open{state="needs_attention"}' in figures.text
    assert 'route="/v1/verifications/{number}",status="200"' in figures.text
    assert "proofless_workers_alive" in figures.text and 'proofless_alarms_standing{kind="needs_attention"}' in figures.text


def test_an_unknown_address_makes_no_new_figure(api: Api) -> None:
    for path in ("/a", "/b", "/c"):
        api.get(path, None)
    api.call("BREW", "/v1/inbox")
    figures = api.get("/metrics", None).text
    assert 'method="GET",route="(none)",status="404"' in figures and "/a" not in figures.replace("/alarms", "")
    assert "BREW" not in figures


def test_log_lines_hold_no_person_and_no_code(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        api.put_case()
        number = api.file().json()["number"]
        api.get(f"/verify/{number}?c=secret-code-of-a-paper", None)
        api.file(party={"name": "演示甲子", "id_number": "x", "id_type": "citizen_id"})
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name != "httpx"]
    everything = json.dumps(lines, ensure_ascii=False)
    for word in ("演示甲子", by_name("演示甲子").id_number, "secret-code-of-a-paper", "plk_", api.case):
        assert word not in everything
    (filed,) = [line for line in lines if line.get("route") == "/v1/verifications" and line["status"] == 202]
    assert (filed["method"], filed["unit"], filed["logger"]) == ("POST", "370402-PERMIT", "gateway.access")
    assert filed["ms"] > 0


def test_an_unexpected_error_shows_nothing(api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("演示甲子 370402")

    api.put_case()
    monkeypatch.setattr(receiving, "_admissible", fail)
    with caplog.at_level(logging.DEBUG):
        answer = api.file()
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "internal") and "演示甲子" not in answer.text
    (line,) = [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == "gateway.errors"]
    assert line["instance"] == body["instance"] and line["kind"] == "RuntimeError"
    assert line["where"][-1].startswith("tests/gateway/") and "演示甲子" not in json.dumps(line, ensure_ascii=False)
    assert api.written("verifications") == 0


def test_a_database_that_is_away_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("演示甲子"))

    api.put_case()
    monkeypatch.setattr(receiving, "_admissible", away)
    answer = api.file()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable") and answer.headers["retry-after"]


def test_a_gateway_whose_clock_is_off_reads_and_writes_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.put_case()
    before = api.written("verifications")
    with monkeypatch.context() as wrong:
        wrong.setattr(timekeeping, "wall_clock", lambda: datetime.now(UTC) + timedelta(hours=1))
        answer = api.file()
        assert (answer.status_code, answer.json()["code"]) == (503, "clock_off") and answer.headers["retry-after"]
        assert api.get("/v1/inbox").status_code == 200 and api.written("verifications") == before
    assert api.file().status_code == 202 and api.written("verifications") == before + 1


def test_calls_are_limited_by_unit(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_REQUESTS_PER_MINUTE", "4")
    settings.cache_clear()
    runs = SimulatedRuns()
    try:
        with serving(create_app(runs), runs) as api:
            api.begin()
            mine = [api.get("/v1/inbox", "demo-guangming-1").status_code for _ in range(3)]
            mine += [api.get("/v1/inbox", "demo-guangming-2").status_code for _ in range(2)]
            assert mine == [200, 200, 200, 200, 429]
            refused = api.get("/v1/inbox", "demo-guangming-1")
            assert refused.json()["code"] == "too_many_requests" and int(refused.headers["retry-after"]) >= 1
            assert api.get("/v1/inbox", "demo-permit-1").status_code == 200
            assert api.refusals() == []
    finally:
        monkeypatch.undo()
        settings.cache_clear()


class _Prefect(BaseHTTPRequestHandler):
    """Prefect's two endpoints, simulated over real HTTP; remembers what it was sent."""

    seen: list[tuple[str, str, dict[str, object]]] = []  # noqa: RUF012
    deployment, run = str(uuid4()), str(uuid4())

    def do_GET(self) -> None:
        self.seen.append(("GET", self.path, {"authorization": self.headers["Authorization"]}))
        self._answer(200, {"id": self.deployment})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append(("POST", self.path, body))
        known = self.path == f"/api/deployments/{self.deployment}/create_flow_run"
        self._answer(201 if known else 404, {"id": self.run})

    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def prefect() -> Iterator[str]:
    _Prefect.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Prefect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


def test_a_rebuild_is_a_run_of_its_own_deployment(prefect: str) -> None:
    at = replace(settings(), prefect_api_url=prefect)

    async def start(runs: PrefectRuns) -> UUID:
        try:
            return await RunStarter(runs).rebuild()
        finally:
            await runs.close()

    assert asyncio.run(start(PrefectRuns(at))) == UUID(_Prefect.run)
    assert [(method, path) for method, path, _ in _Prefect.seen if method == "GET"] == [
        ("GET", "/api/deployments/name/catalog-rebuild/main")
    ]
    assert [body for method, _, body in _Prefect.seen if method == "POST"] == [{"name": "清单重建(人工启动)"}]
    away = replace(at, prefect_api_url="http://127.0.0.1:9/api")
    with pytest.raises(Problem) as refused:
        asyncio.run(start(PrefectRuns(away)))
    assert (refused.value.code, refused.value.status_code) == ("rebuild_unavailable", 503)


def test_a_report_is_a_run_that_learns_period_and_scope_alone(prefect: str) -> None:
    at = replace(settings(), prefect_api_url=prefect)

    async def start(runs: PrefectRuns) -> UUID | None:
        try:
            return await RunStarter(runs).report("2026-W10", "370402-PERMIT", 2)
        finally:
            await runs.close()

    assert asyncio.run(start(PrefectRuns(at))) == UUID(_Prefect.run)
    assert [body for method, _, body in _Prefect.seen if method == "POST"] == [
        {
            "parameters": {"period": "2026-W10", "scope": "370402-PERMIT"},
            "name": "2026-W10 370402-PERMIT 第2版",
            "idempotency_key": "report 2026-W10 370402-PERMIT 2",
        }
    ]
    away = replace(at, prefect_api_url="http://127.0.0.1:9/api")
    assert asyncio.run(start(PrefectRuns(away))) is None, "the order stays on the record"


def test_nobody_home_is_unhealthy() -> None:
    at = replace(settings(), prefect_api_url="http://127.0.0.1:9/api")

    async def ask() -> bool:
        runs = PrefectRuns(at)
        try:
            return await runs.healthy()
        finally:
            await runs.close()

    assert asyncio.run(ask()) is False


def _from(api: Api, address: str, path: str, **headers: str) -> int:
    """The answer to a call from that address."""

    async def call() -> int:
        transport = httpx.ASGITransport(api.app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return (await client.get(path, headers=headers)).status_code

    return int(api.portal.call(call))


def test_health_and_figures_are_for_monitors_alone(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/health", "/metrics"):
        assert _from(api, "127.0.0.1", path) in (200, 503) and _from(api, "::1", path) in (200, 503)
        for outside in ("198.51.100.7", "2001:db8::7", "10.0.0.3", "", "testclient"):
            assert _from(api, outside, path) == 404
        # A proxy on this machine that nobody named: whoever calls through it is not the machine.
        assert _from(api, "127.0.0.1", path, **{"X-Forwarded-For": "198.51.100.7"}) == 404
    assert _from(api, "198.51.100.7", "/healthz") == 200
    monkeypatch.setenv("PROOFLESS_MONITOR_FROM", "10.0.0.0/24")
    settings.cache_clear()
    assert _from(api, "10.0.0.3", "/metrics") == 200 and _from(api, "127.0.0.1", "/metrics") == 404
    monkeypatch.undo()
    settings.cache_clear()
