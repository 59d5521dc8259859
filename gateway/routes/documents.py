"""接口文档: the OpenAPI document, and a page of it that needs no other host."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway import caching
from gateway.contract import TAGS, Contract
from gateway.pages import look, page
from gateway.problems import PROBLEMS

router = APIRouter(include_in_schema=False)


@router.get("/")
def home() -> Response:
    """People who open the address alone want to check a proof."""
    return RedirectResponse("/verify", 307)


@router.get("/openapi.json")
def openapi_document(request: Request) -> Response:
    contract: Contract = request.app.state.contract
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = caching.marked(contract.digest + ("-gzip" if packed else ""), caching.ASK_AGAIN) | {"Vary": "Accept-Encoding"}
    if (held := caching.known(request, headers)) is not None:
        return held
    if packed:
        return Response(contract.packed, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(contract.plain, media_type="application/json", headers=headers)


@router.get("/docs")
def docs(request: Request) -> Response:
    """Set once in the life of a process: it costs a second of a processor."""
    contract: Contract = request.app.state.contract
    headers = caching.marked(f"{contract.digest}-{look()}", caching.ASK_AGAIN)
    if (held := caching.known(request, headers)) is not None:
        return held
    return HTMLResponse(caching.PAGES.get(f"docs {headers['ETag']}", lambda: _page(contract)), headers=headers | {"Vary": "Accept"})


def _page(contract: Contract) -> bytes:
    document = contract.document
    schemas = document["components"]["schemas"]
    made = page("docs.html", info=document["info"], groups=_groups(document), schemas=schemas, problems=PROBLEMS)
    return bytes(made.body)


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
