"""回调: tell a unit's system that a verification moved on, or that it is to do something (Standard Webhooks 1.0).

The body holds the number and the status only; who wants to know more asks the API with its key. A repeat carries the
same `webhook-id`, and the receiver keeps one.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from contextlib import suppress
from datetime import datetime
from typing import Protocol
from uuid import UUID

import httpx

from connectors.faults import PermanentFault, TransientFault
from connectors.receivers import Receiver, ReceiverRefused, judge
from connectors.transport import tls
from settings import settings

WHO = "需求单位回调地址"
_CONNECT, _READ, _WHOLE = 5.0, 10.0, 20.0
_READ_AT_MOST = 4096
_REFUSED = {
    "bad_address": "地址不合格,请管理员重新登记",
    "unknown_host": "找不到地址中的主机,稍后重试;请核对地址和域名解析",
    "forbidden_address": "地址指向本机或不允许发往的网络,没有发送;请管理员重新登记",
}


class CallbackMessage(Protocol):
    """What the ledger hands over (ledger.outbox.callbacks_sent.Message, ledger.outbox.notifications.Notification)."""

    @property
    def id(self) -> UUID: ...
    @property
    def verification(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def made_at(self) -> datetime: ...
    @property
    def url(self) -> str: ...
    @property
    def secret(self) -> bytes: ...


def body_of(message: CallbackMessage) -> bytes:
    """The body: the same bytes for every attempt at the same message."""
    document = {
        "type": f"{message.topic}.{message.status}",
        "timestamp": message.made_at.isoformat(),
        "data": {"number": message.verification, "status": str(message.status)},
    }
    return json.dumps(document, separators=(",", ":")).encode()


def sign(secret: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: HMAC-SHA256 over id, timestamp and body."""
    mac = hmac.new(secret, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


async def send(message: CallbackMessage) -> str:
    """One bounded attempt; gives the receipt (the HTTP status of acceptance). Raises TransientFault, PermanentFault.

    Only 410 is an end: the receiver says itself that it wants no more. Every other answer may be a door that somebody
    opens tomorrow (a password that ran out answers 401, a receiver that moved 404 or a redirect), so it is tried again.
    Redirects are not followed: the administrator registered this address and no other.
    """
    identity, timestamp, body = str(message.id), int(time.time()), body_of(message)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "proofless",
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(message.secret, identity, timestamp, body),
    }
    try:
        async with asyncio.timeout(_WHOLE):
            receiver = await asyncio.to_thread(judge, message.url, settings())
            status = await _post(message.url, receiver, body, headers)
    except ReceiverRefused as refused:
        raise TransientFault(WHO, refused.code, _REFUSED[refused.code]) from None
    except (TimeoutError, httpx.TimeoutException):
        raise TransientFault(WHO, "timeout", "没有及时应答,稍后重试") from None
    except httpx.HTTPError:
        raise TransientFault(WHO, "unreachable", "无法连接或连接中断,稍后重试") from None
    if 200 <= status < 300:
        return str(status)
    if status == httpx.codes.GONE:
        raise PermanentFault(WHO, str(status), "应答 410,不再接收;请该单位核对地址")
    raise TransientFault(WHO, str(status), f"应答 {status},稍后重试")


async def _post(url: str, receiver: Receiver, body: bytes, headers: dict[str, str]) -> int:
    """POST to an address that was judged, under the receiver's own name: the name is not resolved a second time."""
    timeout = httpx.Timeout(_READ, connect=_CONNECT)
    named = httpx.URL(url)
    headers = {"Host": named.netloc.decode("ascii"), **headers}
    async with httpx.AsyncClient(timeout=timeout, verify=tls(), follow_redirects=False, trust_env=False) as client:
        *others, last = receiver.addresses
        for address in others:
            with suppress(httpx.ConnectError):  # no way there: the next of its addresses
                return await _status(client, named.copy_with(host=address), body, headers, receiver.host)
        return await _status(client, named.copy_with(host=last), body, headers, receiver.host)


async def _status(client: httpx.AsyncClient, url: httpx.URL, body: bytes, headers: dict[str, str], host: str) -> int:
    async with client.stream("POST", url, content=body, headers=headers, extensions={"sni_hostname": host}) as answer:
        read = 0
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read > _READ_AT_MOST:  # the answer is of no interest: enough was read to be polite
                break
        return answer.status_code
