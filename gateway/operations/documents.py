"""接口文档: the OpenAPI document, and a page of it that needs no other host."""

from __future__ import annotations

import gzip
import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.edge import caching
from gateway.edge.contract import TAGS, Contract
from gateway.edge.pages import look, page
from gateway.edge.problems import PROBLEMS

router = APIRouter(include_in_schema=False)


@router.get("/")
def home() -> Response:
    """People who open the address alone want to check a proof."""
    return RedirectResponse("/verify", 307)


@router.get("/openapi.json")
def openapi_document(request: Request) -> Response:
    contract = Contract.of(request.app)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = caching.marked(contract.digest + ("-gzip" if packed else ""), caching.ASK_AGAIN) | {"Vary": "Accept-Encoding"}
    if (held := caching.known(request, headers)) is not None:
        return held
    if packed:
        return Response(contract.packed, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(contract.plain, media_type="application/json", headers=headers)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Set once in the life of a process, and packed: it costs a second of a processor."""
    contract = await run_in_threadpool(Contract.of, request.app)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f"{contract.digest}-{look()}" + ("-gzip" if packed else "")
    headers = caching.marked(tag, caching.ASK_AGAIN) | {"Vary": "Accept, Accept-Encoding"}
    if (held := caching.known(request, headers)) is not None:
        return held
    body = caching.DOCUMENTS.kept(tag) or await run_in_threadpool(caching.DOCUMENTS.get, tag, lambda: _page(contract, packed=packed))
    return HTMLResponse(body, headers=headers | ({"Content-Encoding": "gzip"} if packed else {}))


def _page(contract: Contract, *, packed: bool) -> bytes:
    document = contract.document
    schemas = document["components"]["schemas"]
    made = page("docs.html", info=document["info"], groups=_groups(document), schemas=schemas, problems=PROBLEMS)
    return gzip.compress(made.body, mtime=0) if packed else bytes(made.body)


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag, in the order of the document."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            examples = document["components"]["schemas"].get(name, {}).get("examples", [])
            groups.setdefault(TAGS[operation["tags"][0]], []).append(
                {
                    "id": operation["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "summary": operation["summary"],
                    "description": operation.get("description", ""),
                    "parameters": operation.get("parameters", []),
                    "body": name,
                    "example": json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else "",
                    "responses": operation["responses"],
                    "public": "security" not in operation,
                }
            )
    return groups
