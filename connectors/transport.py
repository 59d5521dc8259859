"""One source's HTTP: every call bounded in time and size, every failure a fault that names the source.

The client libraries known for these services set a connect timeout and no read timeout, and a reply that stops in
the middle then holds a thread for ever: here connecting, reading and (by the caller) the whole attempt have limits.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from connectors.faults import PermanentFault, TransientFault

# From the special to the general: the first that fits names the fault.
_FAULTS: tuple[tuple[type[httpx.TransportError], str, str], ...] = (
    (httpx.ConnectTimeout, "connect_timeout", "连接超时,请稍后再试"),
    (httpx.ConnectError, "refused", "无法建立连接,请稍后再试"),
    (httpx.TimeoutException, "slow", "应答太慢,已停止等候,请稍后再试"),
    (httpx.TransportError, "broken_off", "连接中途断开,应答不完整,请稍后再试"),
)


@cache
def tls() -> ssl.SSLContext:
    """One context for all clients: reading the certificates of all authorities takes longer than a look-up."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True)
class Reply:
    """HTTP status and body, as they came."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or None where it is none: plain text and HTML arrive where JSON was promised."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def text(self) -> str:
        """The beginning of the body as text, for comparison with known sentences only."""
        return self.body[:2000].decode("utf-8", "replace")


class Transport:
    """HTTP to one source. Keeps one client per event loop, because a client's connections belong to their loop."""

    def __init__(self, who: str, base_url: str, connect: float, read: float, max_bytes: int) -> None:
        self._who, self._base_url, self._max_bytes = who, base_url, max_bytes
        self._timeout = httpx.Timeout(read, connect=connect)
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                base_url=self._base_url,
                timeout=self._timeout,
                verify=tls(),
                # A compressed reply could be a thousand times its size: the cap counts what arrives.
                headers={"Accept-Encoding": "identity"},
                follow_redirects=False,
                trust_env=False,  # a proxy variable left in some shell must not see persons' data
            )
        return self._clients[loop]

    async def post(self, path: str, body: Any, headers: Mapping[str, str]) -> Reply:
        """Send JSON. Raises TransientFault, PermanentFault."""
        # Escaped to ASCII: a lone surrogate in a name would otherwise raise an error whose text shows the name.
        return await self._send("POST", path, content=json.dumps(body).encode(), headers={**headers, "Content-Type": "application/json"})

    async def get(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """Fetch. `parameters` stand in the URL: never a person's data. Raises TransientFault, PermanentFault."""
        return await self._send("GET", path, params=dict(parameters), headers=dict(headers))

    async def _send(self, method: str, path: str, **request: Any) -> Reply:
        body = bytearray()
        try:
            async with self._client().stream(method, path, **request) as response:
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise PermanentFault(self._who, "contract", "应答用了未约定的压缩,请联系对方核对接口")
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > self._max_bytes:
                        raise PermanentFault(self._who, "too_large", "应答超过约定大小,已停止接收,请联系对方核对接口")
                return Reply(response.status_code, bytes(body))
        except httpx.TransportError as error:
            code, text = next((code, text) for kind, code, text in _FAULTS if isinstance(error, kind))
            raise TransientFault(self._who, code, text) from None

    async def close(self) -> None:
        """Close the running loop's client; the next call opens another."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()
