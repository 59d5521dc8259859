"""The sample proxy, run by a real nginx before a real server: TLS, what it passes on, what it keeps back, how much it takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from gateway.edge import bodies, connections, prefer_wait
from settings import ROOT, Settings
from tests.connectors.test_mail_tls import certificate as certificate
from tests.patience import wait_until
from tests.ports import free_port

__all__ = ["certificate"]
SAMPLE = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@dataclass
class Proxied:
    """nginx with the sample, and what reached the server behind it."""

    secure: int
    plain: int
    authority: Path
    seen: list[tuple[str, dict[str, str], int]] = field(default_factory=list)

    def call(self, method: str, path: str, **options: object) -> httpx.Response:
        return httpx.request(method, f"https://127.0.0.1:{self.secure}{path}", verify=str(self.authority), trust_env=False, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def proxied(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    if NGINX is None:
        pytest.skip("nginx is not installed here")
    folder = tmp_path_factory.mktemp("nginx")
    found = Proxied(free_port(), free_port(), certificate)

    class Behind(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            found.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, length))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    conf = SAMPLE.replace("127.0.0.1:8080", f"127.0.0.1:{behind.server_port}")
    conf = re.sub(r"    listen \[::\].*\n", "", conf)
    conf = conf.replace("listen 80;", f"listen 127.0.0.1:{found.plain};").replace(
        "listen 443 ssl;", f"listen 127.0.0.1:{found.secure} ssl;"
    )
    conf = conf.replace("/etc/proofless/tls/fullchain.pem", str(certificate)).replace(
        "/etc/proofless/tls/key.pem", str(certificate.with_name("key.pem"))
    )
    kept = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp "
        f"{{\naccess_log off;\n{kept}{conf}\n}}\n"
    )
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(command)

    def answers() -> bool:
        try:
            httpx.get(f"http://127.0.0.1:{found.plain}/", trust_env=False)
        except httpx.HTTPError:
            return False
        return True

    try:
        wait_until(answers, 10, "the proxy answers")
        yield found
    finally:
        process.terminate()
        process.wait(10)
        behind.shutdown()


def test_a_call_arrives_with_the_callers_address_and_no_other(proxied: Proxied) -> None:
    answer = proxied.call("GET", "/v1/inbox?x=1", headers={"X-Forwarded-For": "203.0.113.9", "Host": "proofless.example.cn"})
    path, headers, _ = proxied.seen[-1]
    assert (answer.text, path) == ("ok", "/v1/inbox?x=1")
    assert headers["x-forwarded-for"] == "127.0.0.1" and headers["x-forwarded-proto"] == "https"
    assert headers["host"] == "proofless.example.cn"
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_plain_http_is_sent_to_tls(proxied: Proxied) -> None:
    before = len(proxied.seen)
    answer = httpx.post(f"http://127.0.0.1:{proxied.plain}/v1/cases", headers={"Host": "proofless.example.cn"}, trust_env=False)
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://proofless.example.cn/v1/cases")
    assert len(proxied.seen) == before


def test_figures_and_health_stay_inside(proxied: Proxied) -> None:
    before = len(proxied.seen)
    assert [proxied.call("GET", path).status_code for path in ("/metrics", "/health", "/metrics?x")] == [404] * 3
    assert len(proxied.seen) == before
    assert proxied.call("GET", "/healthz").status_code == 200


def test_the_largest_body_of_the_gateway_passes_and_more_does_not(proxied: Proxied) -> None:
    list_of_a_library = "/v1/catalog/sources/x/files"
    others = max(size for route, size in bodies._UPLOADS if not route.fullmatch(list_of_a_library))
    for path, largest, more in (("/x", others, 25 << 20), (list_of_a_library, bodies.LARGEST, 130 << 20)):
        assert proxied.call("POST", path, content=b"0" * largest).status_code == 200
        assert proxied.seen[-1][2] == largest
        assert proxied.call("POST", path, content=b"0" * more).status_code == 413


def test_who_floods_public_pages_is_stopped_and_the_units_calls_are_not(proxied: Proxied) -> None:
    """They come from one address: pages have a quota there, calls with a key have theirs in the gateway."""
    with httpx.Client(base_url=f"https://127.0.0.1:{proxied.secure}", verify=str(proxied.authority), trust_env=False) as client:
        for path in ("/catalog?p=2", "/verify/HY20260304AAAAAAAA", "/docs", "/openapi.json", "/figures/2026-W10.csv"):
            statuses = [client.get(path).status_code for _ in range(40)]
            assert statuses[-1] == 429, path
        assert {client.get("/v1/inbox").status_code for _ in range(40)} == {200}


def test_its_limits_are_the_gateways_or_narrower() -> None:
    def figure(name: str) -> float:
        found = re.search(rf"^\s*{name} (\d+)", SAMPLE, re.M)
        assert found, name
        return float(found[1])

    assert figure("client_header_timeout") <= connections.HEAD_SECONDS and figure("client_body_timeout") <= bodies.PATIENCE
    assert figure("send_timeout") <= connections.TAKING_SECONDS
    assert figure("limit_conn proofless_callers") <= Settings.connections_per_address


def test_it_waits_longer_than_the_gateway_holds_a_call() -> None:
    """Without nginx: the sample's own figure against the code's."""
    seconds = re.search(r"proxy_read_timeout (\d+)s", SAMPLE)
    assert seconds and int(seconds[1]) >= prefer_wait.LONGEST_WAIT + 10
