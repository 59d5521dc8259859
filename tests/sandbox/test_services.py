"""The sandbox speaks the contracts of the real services, faults and all."""

from __future__ import annotations

import ast
import asyncio
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from sandbox import licence_library
from sandbox.accounts import read_accounts
from sandbox.app import create_app
from sandbox.faults import Switches
from sandbox.licences import licences_of
from tests.patience import patiently
from tests.sandbox.serving import ACCOUNTS, SECRETS

HEAD = {"accessId": ACCOUNTS.licence_library_access_id, "accessToken": ACCOUNTS.licence_library_access_token}
ROOT = Path(__file__).parents[2]


class Http:
    """Calls an application without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
                return await http.request(method, path, **request)

        return asyncio.run(once())


def test_a_link_works_once_and_dies_after_ten_minutes() -> None:
    now = [1000.0]
    app = FastAPI()
    app.include_router(licence_library.build(ACCOUNTS, Switches(), lambda: now[0]))
    http = Http(app)
    data = {"certIdentifier": licences_of("演示甲子")[0].identifier, "useCause": "演示"}

    def link() -> str:
        reply = http("POST", "/CertShare/downloadUrl", json={"head": HEAD, "data": data}).json()
        return httpx.URL(reply["data"]["content"]).params["id"]

    def download(identity: str) -> httpx.Response:
        return http("GET", "/CertShare/zzgxpt/download", params={"id": identity})

    first, second, third = link(), link(), link()
    assert download(first).content.startswith(b"%PDF-")
    again = download(first)
    assert (again.status_code, again.text) == (200, "此id的文件已经被下载，不能再次下载")
    now[0] += 600
    assert download(second).content.startswith(b"%PDF-")
    now[0] += 0.1
    assert download(third).text == "此id的文件已10分钟过期，请重新请求"
    assert download("nobody").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b'{"head":1,"data":2}', b'{"head":{},"data":{}}', b"\xff"])
def test_nonsense_is_answered_with_http_200_and_a_code(body: bytes) -> None:
    http = Http(create_app(ACCOUNTS))
    for path in ("queryCertInfoByHolderCode", "verifyCertInfo", "downloadUrl"):
        reply = http("POST", f"/CertShare/{path}", content=body)
        assert (reply.status_code, reply.json()["head"]["status"]) == (200, 12)
    for path in ("sysapi/auth/refreshappsecret", "httpproxy"):
        reply = http("POST", f"/province/{path}", content=body)
        assert (reply.status_code, reply.json()["code"]) == (200, "E-101")


def test_switches_count_their_times_and_are_cleared() -> None:
    http = Http(create_app(ACCOUNTS))
    body = {"head": HEAD, "data": {"useCause": "演示"}}

    def status() -> int:
        return http("POST", "/CertShare/downloadUrl", json=body).json()["head"]["status"]

    assert status() == 10
    assert http("PUT", "/faults/licence_library", json={"fault": "status", "status": "99", "times": 2}).status_code == 204
    assert [status(), status(), status()] == [99, 99, 10]
    http("PUT", "/faults/licence_library", json={"fault": "status", "status": "2", "where": "verifyCertInfo"})
    assert status() == 10
    assert [one["fault"] for one in http("GET", "/faults").json()["licence_library"]] == ["status"]
    http("DELETE", "/faults/licence_library")
    assert http("GET", "/faults").json() == {"licence_library": [], "province_gateway": []}
    assert http("PUT", "/faults/nobody", json={"fault": "slow"}).status_code == 404
    assert http("PUT", "/faults/licence_library", json={"fault": "unheard"}).status_code == 422


def test_the_sandbox_shares_no_code_with_the_connectors() -> None:
    """Else one misreading of a contract would be made twice and pass."""
    for file in (ROOT / "sandbox").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.split(".")[0] in ("connectors", "gateway", "ledger", "tasks") for name in names), file


def test_missing_accounts_are_named(tmp_path: Path) -> None:
    (tmp_path / "proofless_licence_library_access_id").write_text("x", "utf-8")
    with pytest.raises(ValueError, match="proofless_licence_library_access_token.*proofless_province_gateway_rid"):
        read_accounts(tmp_path)


def test_the_command_serves_on_loopback_and_logs_nobody(tmp_path: Path) -> None:
    for file, value in SECRETS.items():
        (tmp_path / file).write_text(value + "\n", "utf-8")
    with httpx.Client(trust_env=False) as http:
        port = _free_port()
        command = [sys.executable, "-m", "sandbox", "--port", str(port), "--secrets", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait_for(http, f"{url}/healthz")
                data = {"holderCode": "370402188102020017", "holderTypeCode": "111", "useCause": "演示"}
                data["certTypeCode"] = "11370402DEM0000AAA001"
                query = {"head": HEAD, "data": data}
                found = http.post(f"{url}/CertShare/queryCertInfoByHolderCode", json=query).json()
                assert found["data"]["dataList"][0]["certificateHolder"] == "演示甲子"
                http.put(f"{url}/faults/licence_library", json={"fault": "broken"})
                with pytest.raises(httpx.RemoteProtocolError):
                    http.post(f"{url}/CertShare/queryCertInfoByHolderCode", json=query)
            finally:
                process.terminate()
            assert process.stdout is not None
            said = process.stdout.read().decode()
    assert "370402" not in said and "演示甲子" not in said


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(http: httpx.Client, url: str) -> None:
    for _ in patiently(15, "the sandbox serves"):
        with suppress(httpx.TransportError):
            if http.get(url).is_success:
                return
