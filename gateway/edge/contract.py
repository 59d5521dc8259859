"""接口约定: the OpenAPI document as other people's generators and validators read it.

FastAPI describes what it knows of itself; here is what it cannot know: the problem that every refusal is, the headers
of files, whom to ask, and that its own 422 is never sent (gateway.edge.validation_texts answers instead). Names are ASCII, because
they become names in programs; what people read is Chinese.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI

from domain.proof_form import Form
from gateway.edge.schemas import ProblemOut
from settings import settings

#: Tag -> how people read it.
TAGS: Mapping[str, str] = MappingProxyType(
    {
        "cases": "办件",
        "verifications": "核验",
        "batches": "批量核验",
        "commitments": "告知承诺",
        "own-unit": "本单位",
        "inbox": "收件箱",
        "attachments": "附件",
        "timing": "时限与督办",
        "registers": "台账",
        "duty-and-calendar": "值守与日历",
        "operations": "运维",
        "administration": "管理",
        "registry": "登记库",
        "catalog-lists": "清单报送",
        "catalog-drafts": "清单重建",
        "catalog-proposals": "清单调整",
        "catalog-tasks": "清单更新",
        "reports": "周报",
        "oversight": "监督",
        "public-figures": "公开数据",
        "public-verification": "公开核验",
        "public-catalog": "清单公开",
        "public-record": "台账存证",
        "monitoring": "监测",
    }
)
_REF = "#/components/schemas/{model}"
_FRAMEWORKS = ("HTTPValidationError", "ValidationError")
_WRITING = threading.Lock()
_SAVED = (
    *(form.media_type for form in Form),
    "application/zip",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


def described(app: FastAPI) -> dict[str, Any]:
    """The document of this application."""
    document: dict[str, Any] = app.openapi()
    document["info"]["contact"] = {"name": settings().report_issuer, "url": f"{settings().public_url}/docs"}
    document["servers"] = [{"url": settings().public_url, "description": "本系统"}]
    used = {tag for operation in operations(document) for tag in operation["tags"]}
    document["tags"] = [{"name": tag, "description": name, "x-displayName": name} for tag, name in TAGS.items() if tag in used]
    schemas = document["components"]["schemas"]
    for name in _FRAMEWORKS:
        schemas.pop(name, None)
    problem = ProblemOut.model_json_schema(ref_template=_REF)
    schemas |= problem.pop("$defs", {}) | {ProblemOut.__name__: problem}
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    for operation in operations(document):
        responses = operation["responses"]
        if _FRAMEWORKS[0] in json.dumps(responses.get("422", {})):
            del responses["422"]
        for response in responses.values():
            if any(media in response.get("content", {}) for media in _SAVED):
                response.setdefault("headers", {})["Content-Disposition"] = header("文件名", required=True)
    return document


def header(description: str, *, required: bool = False) -> dict[str, Any]:
    """One header of a response; `required`: it is always sent."""
    return {"description": description, "schema": {"type": "string"}, **({"required": True} if required else {})}


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


@dataclass(frozen=True)
class Contract:
    """The document, written once, plain and packed, each form with a tag of its own."""

    document: dict[str, Any]
    plain: bytes
    packed: bytes
    digest: str

    @classmethod
    def of(cls, app: FastAPI) -> Contract:
        """Whoever asks first waits for it: it takes a second of a processor, which no start waits for."""
        with _WRITING:
            if not hasattr(app.state, "contract"):
                app.state.contract = cls._written(app)
            contract: Contract = app.state.contract
            return contract

    @classmethod
    def _written(cls, app: FastAPI) -> Contract:
        document = described(app)
        plain = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(document, plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:32])
