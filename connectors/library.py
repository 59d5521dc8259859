"""开具 (obligation 6.3): offer to 电子证照库 what we have sealed, and take it back. One bounded attempt each.

The library is the same share source that we ask (`connectors/share.py`), by the same account and signature, with a breaker
of its own: proofs that it does not take must not stop the look-ups.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from connectors.breaker import Breaker, BreakerState
from connectors.faults import PermanentFault, TransientFault
from connectors.judge import Judge, KeyExpired, Settled
from connectors.reply import text_at
from connectors.signer import Signer
from connectors.source_config import CONTEXT, OFFER_CONTEXT, Request, SourceConfig, SourceConfigError, parse_source, read_secrets, read_toml
from connectors.templates import compile_tree, render
from connectors.transport import Transport
from domain.offers import Offer
from domain.roles import IdType
from domain.share import ShareOutcome

_REFUSED: Mapping[ShareOutcome, str] = {
    ShareOutcome.NO_PERMISSION: "没有归集该类证照的权限,请运维人员核对授权和密钥",
    ShareOutcome.BAD_REQUEST: "归集请求与对方的要求不符,请运维人员核对证照类型和来源配置",
}


class LicenceLibrary:
    """The library as the receiver of what we seal; shared by all tasks of an event loop and closed once per loop."""

    def __init__(
        self,
        key: str,
        config: SourceConfig,
        secrets: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if config.offer is None:
            raise SourceConfigError(key, ["offer:PROOFLESS_LICENCE_LIBRARY 指定了它,但没有 [offer]"])
        limits = config.limits
        self.key, self._config, self._offer, self._secrets = key, config, config.offer, dict(secrets)
        self._judge = Judge(config)
        self._transport = Transport(config.name, config.base_url, limits.connect_seconds, limits.read_seconds, limits.max_bytes)
        self._signer = Signer(config.signing, self._secrets.get(config.signing.secret, ""), self._judge, self._transport, now)
        self._breaker = Breaker(limits.breaker_failures, limits.breaker_rest_seconds, monotonic)
        self._parameters = compile_tree(config.signing.parameters, CONTEXT)
        bodies = self._offer.body, self._offer.cancel.body
        self._upload, self._cancel = (compile_tree(body, OFFER_CONTEXT) for body in bodies)

    @property
    def kinds(self) -> Mapping[str, str]:
        """Which kinds of proofs it takes, under which of its own codes."""
        return self._offer.kinds

    @property
    def holders(self) -> Collection[IdType]:
        """Of whose kinds of numbers it takes any."""
        return self._config.holders

    @property
    def rests(self) -> bool:
        """It kept failing: not to be tried for a moment."""
        return self._breaker.state is BreakerState.OPEN

    async def offer(self, what: Offer) -> str:
        """Offer it; gives the library's licence number. The same `id` again gives the same number.

        Raises TransientFault, and PermanentFault where trying again changes nothing; neither carries a person's data.
        """
        answer = await self._bounded(self._offer, self._upload, what)
        number = text_at(answer, self._offer.identifier)
        if not number:
            raise self._judge.contract("没有给出证照标识")
        return number

    async def cancel(self, what: Offer) -> None:
        """Take it back; one that the library never had is as good. Raises as `offer`."""
        try:
            await self._bounded(self._offer.cancel, self._cancel, what)
        except _NotThere:
            return

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._transport.close()

    async def _bounded(self, request: Request, template: Any, what: Offer) -> dict[str, Any]:
        if not self._breaker.admit():
            raise TransientFault(self._config.name, "breaker_open", "近期连续失败,暂停归集,稍后再试")
        try:
            async with asyncio.timeout(self._config.limits.total_seconds):
                answer = await self._ask(request, template, what)
        except TimeoutError:
            self._breaker.failed()
            raise TransientFault(self._config.name, "slow", "应答太慢,已停止等候,请稍后再试") from None
        except TransientFault as fault:
            if isinstance(fault, KeyExpired):
                self._breaker.succeeded()  # it answers
            else:
                self._breaker.failed()
            raise
        except PermanentFault:
            self._breaker.succeeded()  # it answers
            raise
        self._breaker.succeeded()
        return answer

    async def _ask(self, request: Request, template: Any, what: Offer) -> dict[str, Any]:
        context = {"offer": what, "secret": self._secrets, "content": base64.b64encode(what.pdf).decode(), "holder_type": ""}
        if what.subject.id_type:
            context["holder_type"] = self._config.holders[IdType(what.subject.id_type)]
        try:
            signed = await self._signer.signed(render(self._parameters, {"secret": self._secrets}))
            reply = await self._transport.post(request.path, render(template, context), signed.headers)
            try:
                return self._judge.read(reply, request.checks)
            except KeyExpired:
                self._signer.forget(signed.key)
                raise
        except Settled as settled:
            if settled.outcome is ShareOutcome.NONE:
                raise _NotThere(self._config.name, "none", "没有这份证照") from None
            text = _REFUSED.get(settled.outcome, "没有收下,请运维人员与对方核对")
            code = f"(对方代码 {settled.code})" if settled.code else ""
            raise PermanentFault(self._config.name, settled.outcome.value, text + code) from None
        except (TemplateError, TypeError, ValueError):  # our own configuration
            raise PermanentFault(self._config.name, "template", "归集模板有误,请运维人员核对来源配置") from None


class _NotThere(PermanentFault):
    """查无: what is to be taken back is not there."""


def load_library(folder: Path, key: str, environment: Mapping[str, str], secrets: Path | Mapping[str, str]) -> LicenceLibrary:
    """The source of this name as the receiver. Raises SourceConfigError."""
    config = parse_source(key, read_toml(folder / f"{key}.toml"), environment)
    return LicenceLibrary(key, config, read_secrets(key, config, secrets))
