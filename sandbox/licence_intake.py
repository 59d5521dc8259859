"""枣庄市电子证照库 takes licences in (开具): once for each number of the sender's, and takes them back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request

from domain.proof_form import form_of
from sandbox.licences import HARDSHIP_PROOF, HOUSEHOLD_PROOF, identifier

Asked = Callable[[Request], Awaitable[tuple[dict[str, Any], dict[str, Any] | None]]]
Reply = Callable[..., dict[str, Any]]

TAKEN_IN = {HARDSHIP_PROOF, HOUSEHOLD_PROOF}
_WANTED = ("bizId", "certTypeCode", "certName", "holder", "holderCode", "holderTypeCode", "certNo", "issueDept", "issueDate", "digest")
_KEPT = ("certTypeCode", "certName", "certNo", "issueDept", "digest", "fileType", "replacesBizId")  # nothing about anybody


class Intake:
    """What was taken in, by the sender's number; `calls` counts every one, so that a test sees what came twice.

    It stands in a file without a name that goes with this process, as a library's does on its disk: in memory a kilobyte of each
    licence stayed for ever. Made anywhere, used by one thread.
    """

    def __init__(self) -> None:
        self.calls = self._serial = 0
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute("CREATE TABLE taken (number TEXT PRIMARY KEY, identifier TEXT, state TEXT, kept TEXT)")

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
        if form_of(content) != data.get("fileType", "pdf") or hashlib.sha256(content).hexdigest() != data["digest"]:
            return 102, {}
        number = str(data["bizId"])
        if (given := self._identifier(number)) is None:
            self._serial += 1
            given = identifier(data["certTypeCode"], f"OURS{self._serial:08d}")
            kept = {name: data.get(name, "") for name in _KEPT} | {"size": len(content)}
            self._rows.execute("INSERT INTO taken VALUES (?, ?, 'valid', ?)", (number, given, json.dumps(kept, ensure_ascii=False)))
            earlier = str(data.get("replacesBizId"))
            self._rows.execute("UPDATE taken SET state = 'replaced' WHERE number = ? AND state = 'valid'", (earlier,))
        return 0, {"bizId": number, "certIdentifier": given}

    def cancel(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Void, for good; a number that never came is 查无."""
        self.calls += 1
        number = str(data.get("bizId"))
        if self._identifier(number) is None:
            return 10, {}
        self._rows.execute("UPDATE taken SET state = 'void' WHERE number = ?", (number,))
        return 0, {"bizId": number}

    def taken(self) -> dict[str, dict[str, Any]]:
        """All of it, by number."""
        rows = self._rows.execute("SELECT number, identifier, state, kept FROM taken ORDER BY rowid")
        return {number: json.loads(kept) | {"certIdentifier": given, "state": state} for number, given, state, kept in rows}

    def _identifier(self, number: str) -> str | None:
        row = self._rows.execute("SELECT identifier FROM taken WHERE number = ?", (number,)).fetchone()
        return None if row is None else row[0]


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
    async def listed() -> dict[str, Any]:  # in the loop's thread, as all that uses the intake
        return {"taken": intake.taken(), "calls": intake.calls}

    return router
