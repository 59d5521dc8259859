"""故障开关: every way in which the systems outside are known to misbehave, switched on by `PUT /faults/{service}`.

One switch for each fault, for good or for a number of times, for all calls or for those whose path ends with
`where`. What concerns the wire (slow, broken off, refused …) is done here, for every service alike; what concerns
the business (a wrong name, several licences …) is asked for by the service with `take`.
"""

from __future__ import annotations

import asyncio
import time
from enum import StrEnum

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Receive, Scope, Send

NETWORK_SENTENCE = "因省级系统网络原因导致无法获取数据,请稍后再试"
SERVICES = {"/CertShare": "licence_library", "/province": "province_gateway"}


class Fault(StrEnum):
    STATUS = "status"  #: HTTP 200 and the outcome code `status`, with `message`
    LINK_SPENT = "link_spent"  #: plain text instead of the file: 已经被下载
    LINK_EXPIRED = "link_expired"  #: plain text instead of the file: the link is ten minutes old
    HIDDEN = "hidden"  #: revoked, expired and restricted ones are reported as 查无
    SEVERAL = "several"  #: more than one licence fits
    WRONG_NAME = "wrong_name"  #: the number is somebody else's
    CHECK_DIGIT = "check_digit"  #: the e-licence identifier fails its check
    KEY_EXPIRED = "key_expired"  #: the exchanged signature key is no longer accepted
    SLOW = "slow"  #: the reply comes after `seconds`
    BROKEN = "broken"  #: the reply stops in the middle
    REFUSED = "refused"  #: connections are dropped without a reply, for `seconds`
    NETWORK = "network"  #: the province's network: a sentence in plain text
    GARBAGE = "garbage"  #: an HTML page where JSON was promised
    HUGE = "huge"  #: 16 MB
    HTTP = "http"  #: an HTTP error with the code `status`


_WIRE = (Fault.REFUSED, Fault.SLOW, Fault.BROKEN, Fault.NETWORK, Fault.GARBAGE, Fault.HUGE, Fault.HTTP)


class Switch(BaseModel):
    """One fault, switched on."""

    model_config = ConfigDict(extra="forbid")

    fault: Fault
    times: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=1, ge=0, le=3600)
    status: str = Field(default="99", max_length=10)
    message: str = Field(default="其他异常", max_length=200)
    where: str = Field(default="", max_length=100)


class Switches:
    """The faults that are on, by service."""

    def __init__(self) -> None:
        self._on: dict[str, dict[Fault, tuple[Switch, float]]] = {service: {} for service in SERVICES.values()}

    def put(self, service: str, switch: Switch) -> None:
        self._on[service][switch.fault] = switch.model_copy(), time.monotonic()

    def clear(self, service: str) -> None:
        self._on[service].clear()

    def listed(self) -> dict[str, list[Switch]]:
        return {service: [switch for switch, _ in on.values()] for service, on in self._on.items()}

    def take(self, service: str, fault: Fault, path: str) -> Switch | None:
        """The switch, where it is on for this call. Uses up one of its times."""
        switch, since = self._on[service].get(fault, (None, 0.0))
        if switch is None or not path.endswith(switch.where):
            return None
        if switch.times is not None:
            switch.times -= 1
        over = switch.times == 0 or (fault is Fault.REFUSED and time.monotonic() > since + switch.seconds)
        if over:
            del self._on[service][fault]
            if switch.times is None:  # its seconds have passed: this call goes through
                return None
        return switch


def control(switches: Switches) -> APIRouter:
    """The control endpoint."""
    router = APIRouter(prefix="/faults", tags=["故障开关"])

    def known(service: str) -> str:
        if service not in SERVICES.values():
            raise HTTPException(404, f"没有这个服务;可用:{', '.join(SERVICES.values())}")
        return service

    @router.get("")
    def listed() -> dict[str, list[Switch]]:
        return switches.listed()

    @router.put("/{service}", status_code=204)
    def put(service: str, switch: Switch) -> None:
        switches.put(known(service), switch)

    @router.delete("/{service}", status_code=204)
    def clear(service: str) -> None:
        switches.clear(known(service))

    return router


class WireFaults:
    """ASGI, outside of the application: the faults that a caller sees on the wire."""

    def __init__(self, app: ASGIApp, switches: Switches) -> None:
        self._app, self._switches = app, switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        service = next((name for prefix, name in SERVICES.items() if path.startswith(prefix)), None)
        if scope["type"] != "http" or service is None:
            return await self._app(scope, receive, send)
        on = {fault: switch for fault in _WIRE if (switch := self._switches.take(service, fault, path))}
        if Fault.REFUSED in on:
            # ASGI has no word for hanging up; uvicorn's own send knows the connection.
            send.__self__.transport.abort()  # type: ignore[attr-defined]
            return None
        if Fault.SLOW in on:
            await asyncio.sleep(on[Fault.SLOW].seconds)
        if set(on) - {Fault.SLOW}:
            # Hanging up on an unread request resets the connection, and the caller may lose what was sent before.
            while (await receive()).get("more_body"):
                pass
        if Fault.BROKEN in on:
            # Promising more than is sent and returning makes the server close the connection.
            await _begin(send, 200, "application/json", length=100_000)
            await send({"type": "http.response.body", "body": b'{"head":{"status":0', "more_body": True})
        elif Fault.HUGE in on:
            await _begin(send, 200, "application/json")
            for _ in range(16):
                await send({"type": "http.response.body", "body": b" " * 1_000_000, "more_body": True})
            await send({"type": "http.response.body", "body": b"{}"})
        elif Fault.NETWORK in on:
            await _begin(send, 200, "text/plain; charset=utf-8")
            await send({"type": "http.response.body", "body": NETWORK_SENTENCE.encode()})
        elif Fault.GARBAGE in on:
            await _begin(send, 200, "text/html; charset=utf-8")
            await send({"type": "http.response.body", "body": "<html>系统维护</html>".encode()})
        elif Fault.HTTP in on:
            await _begin(send, int(on[Fault.HTTP].status), "text/html; charset=utf-8")
            await send({"type": "http.response.body", "body": b"<html>error</html>"})
        else:
            await self._app(scope, receive, send)
        return None


async def _begin(send: Send, status: int, content_type: str, length: int | None = None) -> None:
    headers = [(b"content-type", content_type.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
