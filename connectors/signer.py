"""签名与密钥交换: the headers of one source's requests, with the key that is good at present."""

from __future__ import annotations

import asyncio
import secrets as randomness
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from connectors.judge import Judge, Settled
from connectors.reply import text_at
from connectors.signing import Headers, sign, unwrap_aes_sha1prng
from connectors.source_config import Exchange, Signing
from connectors.transport import Transport
from domain.share import ShareOutcome

_MARGIN = 30.0  #: seconds before its end that a key is no longer used: clocks differ, requests travel


class Signed(NamedTuple):
    """The headers of one request, and the key that made them: whoever hears that it has expired names it."""

    headers: Headers
    key: str

    def __repr__(self) -> str:
        return "Signed(…)"


class Signer:
    """Signs the requests of one source; exchanges short-lived keys where its gateway wants that."""

    def __init__(self, signing: Signing, key: str, judge: Judge, transport: Transport, now: Callable[[], datetime]) -> None:
        self._signing, self._key, self._judge, self._transport, self._now = signing, key, judge, transport, now
        self._fresh: dict[tuple[str, ...], tuple[str, float]] = {}  # parameters -> exchanged key and its end
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def signed(self, parameters: Mapping[str, str]) -> Signed:
        """The headers of one request. Raises Settled, TransientFault, PermanentFault."""
        key = self._key
        if self._signing.exchange is not None:
            # One exchange at a time: with some gateways a new key ends the one before it.
            async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
                key = await self._exchanged(self._signing.exchange, parameters)
        return Signed(self._sign(parameters, key), key)

    def forget(self, key: str) -> None:
        """The gateway calls this key expired: the next request exchanges another.

        No other key: of many look-ups at once the first exchanges a new one, and the complaints about the old one
        that come after it must not throw the new one away.
        """
        self._fresh = {parameters: known for parameters, known in self._fresh.items() if known[0] != key}

    def _sign(self, parameters: Mapping[str, str], key: str) -> Headers:
        try:
            return sign(self._signing.scheme, parameters, key, self._now(), randomness.token_hex(16))
        except ValueError:
            raise Settled(ShareOutcome.BAD_REQUEST) from None

    async def _exchanged(self, exchange: Exchange, parameters: Mapping[str, str]) -> str:
        known, ends = self._fresh.get(tuple(parameters.values()), ("", 0.0))
        if self._now().timestamp() < ends - _MARGIN:
            return known
        reply = await self._transport.post(exchange.path, self._sign(parameters, self._key), {})
        answer = self._judge.read(reply, exchange.checks)
        try:
            fresh = text_at(answer, exchange.key)
            if exchange.unwrap == "aes-sha1prng":
                fresh = unwrap_aes_sha1prng(fresh, self._key)
            ends = float(text_at(answer, exchange.ends)) / 1000
        except ValueError:
            fresh = ""
        if not fresh:
            raise self._judge.contract("密钥交换的应答不符合约定")
        self._fresh[tuple(parameters.values())] = fresh, ends
        return fresh
