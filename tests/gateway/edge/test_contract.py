"""接口约定: other people's validators and generators read the document, and the clients they make do their work."""

from __future__ import annotations

import gzip
import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import aiopenapi3
import pytest
from openapi_python_client import Config, MetaType, generate
from openapi_python_client.config import ConfigFile
from openapi_spec_validator import OpenAPIV31SpecValidator

from connectors.seal import LocalSeals
from gateway.edge.contract import TAGS, Contract, operations
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import REQUESTER, Api, case_body, party
from tests.serving import on_a_port

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = (
    "application/pdf",
    "application/ofd",
    "application/zip",
    "text/csv",
    "text/plain",
    "image/png",
    "image/jpeg",
    "application/statuslist+jwt",
    _SHEET,
)
_TOOLS = ("openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3")  # 7.13 does not run on TypeScript 7


@pytest.fixture(scope="module")
def document(served: Api) -> dict[str, Any]:
    served.begin()
    found: dict[str, Any] = served.get("/openapi.json", None).json()
    return found


def test_two_validators_of_different_origin_read_the_document(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    read = aiopenapi3.OpenAPI("http://gateway", json.loads(json.dumps(document)))  # models of its own, each $ref followed
    assert read.paths is not None and set(read.paths.paths) == set(document["paths"])


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named == set(document["components"]["schemas"]) and "ProblemOut" in named


def test_names_for_programs_are_ascii_and_nobodys_paths(document: dict[str, Any]) -> None:
    names = [*document["components"]["schemas"], *(tag["name"] for tag in document["tags"])]
    names += [one["operationId"] for one in operations(document)] + [tag for one in operations(document) for tag in one["tags"]]
    assert [name for name in names if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) or "__" in name] == []
    assert {tag["name"]: tag["x-displayName"] for tag in document["tags"]} == dict(TAGS)  # no tag unused, none unnamed


def test_the_frameworks_own_answer_is_not_promised(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(document)
    for one in operations(document):
        checked = any(_can_be_wrong(parameter) for parameter in one.get("parameters", []))
        assert ("422" in one["responses"]) or not (checked or "application/json" in one.get("requestBody", {}).get("content", {}))


def _can_be_wrong(parameter: dict[str, Any]) -> bool:
    kinds = parameter["schema"].get("anyOf", [parameter["schema"]])
    return any(set(kind) & {"maxLength", "pattern", "format", "enum", "maximum"} for kind in kinds)


def test_who_where_and_which_headers(document: dict[str, Any], api: Api) -> None:
    assert document["servers"][0]["url"] == "http://127.0.0.1:8080" and document["info"]["contact"]["name"]
    for one in operations(document):
        assert "Retry-After" in one["responses"].get("429", {"headers": ["Retry-After"]})["headers"], one["operationId"]
    filing = document["paths"]["/v1/verifications"]["post"]["responses"]
    assert {"Location", "Idempotency-Replayed"} <= set(filing["202"]["headers"]) and filing["200"]["headers"] == filing["202"]["headers"]
    api.put_case()
    first, again = api.file("k-headers"), api.file("k-headers")
    assert first.headers["location"] == again.headers["location"] == f"/v1/verifications/{first.json()['number']}"
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"


def test_the_document_is_packed_and_asked_about(api: Api, document: dict[str, Any]) -> None:
    plain = api.get("/openapi.json", None, headers={"Accept-Encoding": "identity"})
    packed = api.get("/openapi.json", None, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert plain.json() == packed.json() == document
    assert int(packed.headers["content-length"]) * 5 < len(plain.content)
    assert plain.headers["etag"] != packed.headers["etag"] and "accept-encoding" in packed.headers["vary"].lower()
    for tag in (packed.headers["etag"], f"W/{packed.headers['etag']}"):
        held = api.get("/openapi.json", None, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
        assert (held.status_code, held.content) == (304, b"")
    assert api.get("/openapi.json", None, headers={"If-None-Match": '"other"'}).status_code == 200
    assert gzip.decompress(Contract.of(api.app).packed) == plain.content


def test_head_is_get_without_the_body(api: Api) -> None:
    for path, person in (("/openapi.json", None), ("/verify", None), ("/v1/inbox", REQUESTER), ("/v1/none", None)):
        head, got = api.call("HEAD", path, person), api.get(path, person)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-length") == got.headers.get("content-length")
    assert api.call("HEAD", "/v1/inbox", None).status_code == 401
    assert api.call("HEAD", "/v1/verifications/HY1/withdraw", None).status_code == 405


def test_options_and_405_name_every_method_of_the_address(api: Api) -> None:
    for path, methods in (("/v1/cases/A-1", "GET, HEAD, OPTIONS, PUT"), ("/v1/verifications/HY1/withdraw", "OPTIONS, POST")):
        answer = api.call("OPTIONS", path, None)
        assert (answer.status_code, answer.headers["allow"]) == (204, methods)
        refused = api.call("PATCH", path, None)
        assert (refused.status_code, refused.headers["allow"], refused.json()["code"]) == (405, methods, "method_not_allowed")
    assert api.call("OPTIONS", "/v1/none", None).json()["code"] == "not_found"


def test_a_slash_at_the_end_is_the_same_address(api: Api) -> None:
    assert api.get("/v1/inbox/").json() == api.get("/v1/inbox").json()
    assert api.call("PUT", f"/v1/cases/{api.case}/", json=case_body()).status_code == 201
    filed = api.post("/v1/verifications/", json=api.body(), headers={"Idempotency-Key": api.case})
    assert filed.status_code == 202, filed.text
    assert api.get("/verify/", None).status_code == 200


@pytest.fixture(scope="module")
def address(served: Api) -> Iterator[str]:
    """The gateway on a socket, as a client meets it."""
    with on_a_port(served.app, lifespan="off") as found:
        yield found


@pytest.fixture(scope="module")
def client(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A Python client, generated from the document; nothing of ours is in it."""
    home = tmp_path_factory.mktemp("client")
    (home / "openapi.json").write_text(json.dumps(document), "utf-8")
    # The generator takes files for bytes only where it is told that they are.
    file = ConfigFile(content_type_overrides=dict.fromkeys(_FILES, "application/octet-stream"), post_hooks=[])
    config = Config.from_sources(
        file,
        MetaType.NONE,
        document_source=home / "openapi.json",
        file_encoding="utf-8",
        overwrite=True,
        output_path=home / "generated_client",
    )
    assert [(error.header, error.detail) for error in generate(config=config)] == []
    sys.path.insert(0, str(home))
    yield importlib.import_module("generated_client")
    sys.path.remove(str(home))
    for name in [name for name in sys.modules if name.partition(".")[0] == "generated_client"]:
        del sys.modules[name]


def test_a_python_client_files_a_case_and_a_verification_and_fetches_the_proof(
    api: Api, address: str, client: ModuleType, seals: LocalSeals
) -> None:
    part = lambda name: importlib.import_module(f"generated_client.{name}")  # noqa: E731
    models = part("models")
    with client.AuthenticatedClient(address, token=api.key(REQUESTER)) as session:
        case = models.CaseIn.from_dict(case_body())
        put = part("api.cases.put_case").sync(api.case, client=session, body=case)
        assert isinstance(put, models.CaseOut) and put.case_number == api.case
        sent = models.VerificationIn.from_dict(api.body())
        filed = part("api.verifications.file_verification").sync(client=session, body=sent, idempotency_key=api.case)
        assert isinstance(filed, models.VerificationOut) and filed.state == models.State.RECEIVED
        early = part("api.verifications.get_proof_pdf").sync(filed.number, client=session)
        assert isinstance(early, models.ProblemOut) and early.code == "proof_not_ready"
        look_up(filed.number)
        _, pdf = seal_and_deliver(filed.number, seals)
        fetched = part("api.verifications.get_proof_pdf").sync(filed.number, client=session)
        assert fetched.payload.read() == pdf
        done = part("api.verifications.get_verification").sync(filed.number, client=session)
        assert isinstance(done, models.VerificationOut) and done.result.result_name == "属实"


_PROGRAM = """
import createClient from "openapi-fetch";
import type { paths } from "./schema";
const [address, key, number] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });
const SENT = JSON.parse(process.env.SENT!) as {
  case: paths["/v1/cases/{case_number}"]["put"]["requestBody"]["content"]["application/json"];
  verification: paths["/v1/verifications"]["post"]["requestBody"]["content"]["application/json"];
};
if (!process.env.NUMBER) {
  const put = await client.PUT("/v1/cases/{case_number}", { params: { path: { case_number: number } }, body: SENT.case });
  if (put.error) throw new Error(put.error.code);
  const filed = await client.POST("/v1/verifications", {
    params: { header: { "Idempotency-Key": number } }, body: SENT.verification });
  if (filed.error) throw new Error(filed.error.code + filed.error.remedy);
  console.log(filed.data.number);
} else {
  const got = await client.GET("/v1/verifications/{number}/proof.pdf", {
    params: { path: { number: process.env.NUMBER } }, parseAs: "arrayBuffer" });
  if (got.error) throw new Error(got.error.code);
  console.log(Buffer.from(got.data as ArrayBuffer).toString("base64"));
}
"""


def test_a_typescript_client_does_the_same(api: Api, address: str, document: dict[str, Any], seals: LocalSeals, tmp_path: Path) -> None:
    import base64

    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("a TypeScript client needs node and npm, which are not on this machine")
    (tmp_path / "package.json").write_text('{"type": "module", "private": true}')
    fetch = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", *_TOOLS]
    fetched = subprocess.run(fetch, cwd=tmp_path, capture_output=True, text=True)
    if fetched.returncode:
        pytest.skip(f"npm could not fetch {', '.join(_TOOLS)}: {fetched.stderr.strip().splitlines()[:1]}")
    (tmp_path / "openapi.json").write_text(json.dumps(document), "utf-8")
    (tmp_path / "client.ts").write_text(_PROGRAM, "utf-8")
    (tmp_path / "node.d.ts").write_text("declare const process: any; declare const Buffer: any;")

    def run(*command: str, **environment: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment or None)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    binaries = tmp_path / "node_modules"
    run(node, str(binaries / "openapi-typescript" / "bin" / "cli.js"), "openapi.json", "-o", "schema.d.ts")
    compiler = (node, str(binaries / "typescript" / "bin" / "tsc"))
    run(
        *compiler,
        "--strict",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "es2022",
        "--moduleResolution",
        "bundler",
        "--lib",
        "es2022,dom",
        "client.ts",
        "node.d.ts",
    )
    sent = json.dumps({"case": case_body(), "verification": {"case_number": api.case, "proof": "P-HOUSEHOLD", "party": party()}})
    program = (node, "client.js", address, api.key(REQUESTER), api.case)
    number = run(*program, SENT=sent)
    look_up(number)
    _, pdf = seal_and_deliver(number, seals)
    assert base64.b64decode(run(*program, SENT=sent, NUMBER=number)) == pdf
