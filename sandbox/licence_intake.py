"""枣庄市电子证照库 takes licences in (开具): once for each number of the sender's, and takes them back."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request

from sandbox.licences import HARDSHIP_PROOF, HOUSEHOLD_PROOF, identifier

Asked = Callable[[Request], Awaitable[tuple[dict[str, Any], dict[str, Any] | None]]]
Reply = Callable[..., dict[str, Any]]

TAKEN_IN = {HARDSHIP_PROOF, HOUSEHOLD_PROOF}
_WANTED = ("bizId", "certTypeCode", "certName", "holder", "holderCode", "holderTypeCode", "certNo", "issueDept", "issueDate", "digest")
_KEPT = ("certTypeCode", "certName", "certNo", "issueDept", "digest", "replacesBizId")  # nothing about anybody


@dataclass
class Intake:
    """What was taken in, by the sender's number; `calls` counts every one, so that a test sees what came twice."""

    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: int = 0

    def take(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The outcome code and the reply's data: the same number again is the same licence."""
        self.calls += 1
        if not all(data.get(name) for name in _WANTED) or data.get("contentType") != "base64":
            return 12, {}
        if data["certTypeCode"] not in TAKEN_IN:
            return 113, {}
        try:
            content = base64.b64decode(str(data.get("content", "")), validate=True)
        except binascii.Error:
            return 102, {}
        if not content.startswith(b"%PDF-") or hashlib.sha256(content).hexdigest() != data["digest"]:
            return 102, {}
        number = str(data["bizId"])
        if number not in self.taken:
            kept = {name: data.get(name, "") for name in _KEPT}
            serial = f"OURS{len(self.taken) + 1:08d}"
            self.taken[number] = kept | {"certIdentifier": identifier(data["certTypeCode"], serial), "state": "valid", "size": len(content)}
            earlier = self.taken.get(str(data.get("replacesBizId")))
            if earlier is not None and earlier["state"] == "valid":
                earlier["state"] = "replaced"
        return 0, {"bizId": number, "certIdentifier": self.taken[number]["certIdentifier"]}

    def cancel(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Void, for good; a number that never came is 查无."""
        self.calls += 1
        found = self.taken.get(str(data.get("bizId")))
        if found is None:
            return 10, {}
        found["state"] = "void"
        return 0, {"bizId": str(data["bizId"])}


def add(router: APIRouter, intake: Intake, asked: Asked, reply: Reply) -> None:
    """The two interfaces, beside the others of their family."""

    @router.post("/uploadCertInfo")
    async def upload(request: Request) -> dict[str, Any]:
        data, refusal = await asked(request)
        return refusal or reply(*intake.take(data))

    @router.post("/cancelCertInfo")
    async def cancel(request: Request) -> dict[str, Any]:
        data, refusal = await asked(request)
        return refusal or reply(*intake.cancel(data))


def control(intake: Intake) -> APIRouter:
    """What was taken in, for whoever looks on."""
    router = APIRouter(prefix="/intake", tags=["证照库收到的"])

    @router.get("")
    def listed() -> dict[str, Any]:
        return {"taken": intake.taken, "calls": intake.calls}

    return router
