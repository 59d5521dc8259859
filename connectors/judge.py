"""判读: what a reply says, from its codes and sentences, before anybody looks at its data."""

from __future__ import annotations

from typing import Any

from connectors.faults import PermanentFault, TransientFault
from connectors.reply import text_at
from connectors.source_config import Check, Meaning, SourceConfig
from connectors.transport import Reply
from domain.share import ShareOutcome


class Settled(Exception):
    """The source has answered and there is nothing to seal: ends the attempt early with an outcome."""

    def __init__(self, outcome: ShareOutcome, code: str = "") -> None:
        super().__init__(outcome)
        self.outcome, self.code = outcome, code


class KeyExpired(TransientFault):
    """密钥已失效: the gateway wants a new key exchanged; nothing of it has failed."""


class Judge:
    """One source's tables of codes and sentences, and the faults in its name."""

    def __init__(self, config: SourceConfig) -> None:
        self._name, self._codes, self._texts = config.name, config.codes, config.texts

    def read(self, reply: Reply, checks: list[Check]) -> dict[str, Any]:
        """The parsed reply, where every check in it says ok.

        These services answer HTTP 200 to errors too; the HTTP status tells only what cannot be a business answer.
        Raises Settled, TransientFault, PermanentFault.
        """
        if reply.status >= 500 or reply.status in (408, 429):
            raise self.failing(f"HTTP {reply.status}")
        if reply.status in (401, 403):
            raise Settled(ShareOutcome.NO_PERMISSION, f"HTTP {reply.status}")
        if reply.status >= 400:
            raise Settled(ShareOutcome.BAD_REQUEST, f"HTTP {reply.status}")
        answer = reply.json()
        if not isinstance(answer, dict):
            self._follow(self._sentence(reply.text), "")
            raise self.contract("应答不是约定的 JSON")
        for check in checks:
            # A known sentence outranks the code beside it: "network of the province, try later" comes with codes
            # that would otherwise read as 查无.
            self._follow(self._sentence(text_at(answer, check.message)), "")
            code = text_at(answer, check.code)
            self._follow(self._codes[check.table].get(code, Meaning.CONTRACT), code)
        return answer

    def failing(self, code: str) -> TransientFault:
        """对方故障. `code` is one of our own tables' or an HTTP status: never free text of the reply."""
        return TransientFault(self._name, "source_failing", f"对方系统故障{f'(代码 {code})' if code else ''},请稍后再试")

    def contract(self, text: str) -> PermanentFault:
        """约定不符: the source says something that its contract does not know."""
        return PermanentFault(self._name, "contract", f"{text},请联系对方核对接口")

    def _sentence(self, text: str) -> Meaning:
        return next((meaning for part, meaning in self._texts.items() if part in text), Meaning.OK)

    def _follow(self, meaning: Meaning, code: str) -> None:
        match meaning:
            case Meaning.OK:
                return
            case Meaning.FAILING:
                raise self.failing(code)
            case Meaning.KEY_EXPIRED:
                raise KeyExpired(self._name, "key_expired", "签名密钥已失效,将重新交换,请稍后再试")
            case Meaning.CONTRACT:
                raise self.contract("应答代码或内容与约定不符")
            case _:
                raise Settled(ShareOutcome(meaning.value), code)
