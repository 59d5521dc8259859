"""Calls to an e-seal platform (Cloud Signature Consortium API v2): access, JSON, limits of time and size, and each failure by its name."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from connectors.faults import PermanentFault, TransientFault
from connectors.transport import tls

WHO = "电子签章"
_PATIENCE, _CONNECT = 10.0, 3.0
"""Seconds for one signature with all its calls, and until a connection stands."""
_LARGEST = 262_144  #: bytes of an answer
_MARGIN = 30.0  #: seconds before its end that access is no longer used
_BUSY = frozenset({408, 425, 429, *range(500, 600)})


class Refused(Exception):
    """The platform took the request and said no (4xx). `code`: its word for why, of the standard's; `text`: Chinese, for people."""

    def __init__(self, status: int, answer: Any) -> None:
        said = answer if isinstance(answer, dict) else {}
        code, description = said.get("error"), said.get("error_description")
        self.code = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else f"HTTP {status}"
        self.expired = isinstance(description, str) and "expired" in description.lower() and "sad" in description.lower()
        self.text = f"电子签章平台拒绝了请求({self.code}),没有用印;请联系平台"
        super().__init__(self.code)


class Calls:
    """One client of one platform. Keeps its access while that is good; a connection lives as long as one signature."""

    def __init__(self, base: str, token_at: str, client: str, secret: Path, trust: ssl.SSLContext | None) -> None:
        self.base, self._token_at, self._client, self._secret, self._trust = base, token_at, client, secret, trust
        self._access: tuple[str, float] | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """All calls of one signature, in time together: what drips is in time with each read alone. Raises TransientFault, PermanentFault,
        Refused."""
        times = httpx.Timeout(_PATIENCE, connect=_CONNECT)
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                httpx.AsyncClient(timeout=times, verify=self._trust or tls(), follow_redirects=False, trust_env=False) as http,
            ):
                yield Session(self, http)
        except (TimeoutError, httpx.TimeoutException):
            raise TransientFault(WHO, "platform_slow", "电子签章平台应答太慢,已停止等候,没有用印") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if _distrusted(error):
                text = "电子签章平台的 TLS 证书不可信或不是这个地址的,没有连接;请核对 ca-source"
                raise PermanentFault(WHO, "platform_untrusted", text) from None
            raise TransientFault(WHO, "platform_away", f"电子签章平台连接不上或中断({type(error).__name__})") from None

    async def access(self, http: httpx.AsyncClient, *, anew: bool = False) -> str:
        """The bearer token (OAuth 2.0, client credentials)."""
        if self._access is not None and not anew and time.monotonic() < self._access[1]:
            return self._access[0]
        try:
            secret = self._secret.read_text().strip()
        except (OSError, ValueError):
            raise PermanentFault(WHO, "no_platform_secret", f"读不了电子签章平台的客户端口令文件 {self._secret}") from None
        form = {"grant_type": "client_credentials", "client_id": self._client, "client_secret": secret, "scope": "service"}
        status, said = await _read(http, self._token_at, {"data": form})
        if status != httpx.codes.OK:
            text = f"电子签章平台不接受本系统的客户端身份({Refused(status, said).code}),没有用印;请核对 client 和口令文件 {self._secret}"
            raise PermanentFault(WHO, "platform_client_refused", text)
        token, lasts = (said.get("access_token"), said.get("expires_in", 60)) if isinstance(said, dict) else (None, 0)
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,8192}", token) or not isinstance(lasts, int):
            raise against_contract("没有按约定给出访问令牌")
        self._access = token, time.monotonic() + lasts - _MARGIN
        return token


class Session:
    """One connection, for as long as one signature takes."""

    def __init__(self, calls: Calls, http: httpx.AsyncClient) -> None:
        self._calls, self._http = calls, http

    async def asked(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One call; its answer an object. Access that ended early is asked for once more. Raises as `Calls.session` says."""
        status, said = 0, None
        for anew in (False, True):
            headers = {"Authorization": f"Bearer {await self._calls.access(self._http, anew=anew)}", "Content-Type": "application/json"}
            sent = {"content": json.dumps(body).encode(), "headers": headers}
            status, said = await _read(self._http, f"{self._calls.base}/{what}", sent)
            if status != httpx.codes.UNAUTHORIZED:
                break
        if status != httpx.codes.OK:
            raise Refused(status, said)
        if not isinstance(said, dict):
            raise against_contract("的应答不符合约定")
        return said


async def _read(http: httpx.AsyncClient, url: str, sent: Mapping[str, Any]) -> tuple[int, Any]:
    """Status and JSON of one answer, None where it is none."""
    read = bytearray()
    async with http.stream("POST", url, **sent) as reply:
        async for chunk in reply.aiter_raw():
            read += chunk
            if len(read) > _LARGEST:
                raise against_contract("的应答过大")
    if reply.status_code in _BUSY:
        raise TransientFault(WHO, "platform_away", f"电子签章平台暂时不能服务(HTTP {reply.status_code})")
    if reply.status_code < 400 and reply.status_code != httpx.codes.OK:
        raise against_contract("的应答不符合约定")
    try:
        return reply.status_code, json.loads(read)
    except (ValueError, RecursionError):
        return reply.status_code, None


def _distrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def against_contract(text: str) -> PermanentFault:
    """The platform's answer is not as the standard says."""
    return PermanentFault(WHO, "platform_contract", f"电子签章平台{text},请联系平台核对接口")
