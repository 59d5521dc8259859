"""数据共享 (obligations 6.3, 7.2): ask one share source about one person, and tell its answers apart.

A source is data (`connectors/sources/*.toml`, described in `connectors/source_config.py`); this file is the one
way to ask any of them. It makes one bounded attempt: retries belong to the flow, the choice among several licences
to a person, and "not found" is never proof of absence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from jinja2 import TemplateError

from connectors.breaker import Breaker, BreakerState
from connectors.faults import PermanentFault, TransientFault
from connectors.judge import Judge, KeyExpired, Settled
from connectors.limiter import Limiter, Saturated
from connectors.reply import is_document, text_at
from connectors.rows import RowReader
from connectors.signer import Signed, Signer
from connectors.source_config import (
    CONTEXT,
    ROW_CONTEXT,
    Check,
    Document,
    Request,
    SourceConfig,
    SourceConfigError,
    parse_source,
    read_secrets,
    read_toml,
)
from connectors.templates import compile_tree, render
from connectors.transport import Reply, Transport
from domain.roles import IdType
from domain.share import Candidate, Finding, Question, ShareOutcome, Subject
from domain.spelling import written_name

_SAYS: Mapping[ShareOutcome, str] = {
    ShareOutcome.FOUND: "查到一份有效证照,姓名与号码相符",
    ShareOutcome.NONE: "没有查到。查无不等于没有,请改用下一种核验方式",
    ShareOutcome.REVOKED: "证照已废止或已注销,请告知申请人,并改用下一种核验方式",
    ShareOutcome.EXPIRED: "证照已过期或已失效,请告知申请人,并改用下一种核验方式",
    ShareOutcome.RESTRICTED: "证照已受限使用,请告知申请人,并改用下一种核验方式",
    ShareOutcome.SEVERAL: "查到不止一份,请由需求单位按编号选定一份",
    ShareOutcome.MISMATCH: "姓名与号码不符,请核对申请人的姓名和证件号码",
    ShareOutcome.AUTHORISATION_EXPIRED: "持证人授权已过期或不存在,改用下一种核验方式",
    ShareOutcome.AUTHORISATION_USED: "持证人授权已使用过,改用下一种核验方式",
    ShareOutcome.AUTHORISATION_OTHERS: "持证人授权属于他人,请核对扫码人,并改用下一种核验方式",
    ShareOutcome.AUTHORISATION_NOT_COVERING: "持证人授权不含该类证照,改用下一种核验方式",
    ShareOutcome.NO_PERMISSION: "对方拒绝本系统访问,请运维人员核对授权和密钥",
    ShareOutcome.BAD_REQUEST: "请求与对方的要求不符,请运维人员核对事项清单和来源配置",
}


class ShareSource:
    """One share source, ready to be asked; shared by all tasks of an event loop and closed once per loop."""

    def __init__(
        self,
        key: str,
        config: SourceConfig,
        secrets: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        limits = config.limits
        self.key, self.name, self._config, self._secrets = key, config.name, config, dict(secrets)
        self._judge = Judge(config)
        self._reader = RowReader(config, self._judge)
        self._transport = Transport(config.name, config.base_url, limits.connect_seconds, limits.read_seconds, limits.max_bytes)
        key_of_ours = self._secrets.get(config.signing.secret, "")
        self._signer = Signer(config.signing, key_of_ours, self._judge, self._transport, now)
        self._breaker = Breaker(limits.breaker_failures, limits.breaker_rest_seconds, monotonic)
        self._limiter = Limiter(limits.calls_per_second, limits.concurrency, limits.total_seconds, monotonic)
        self._steps: dict[str, tuple[Request, Any]] = {"query": (config.query, compile_tree(config.query.body, CONTEXT))}
        for step, request in (("confirm", config.confirm), ("document", config.document)):
            if request is not None:
                self._steps[step] = request, compile_tree(request.body, ROW_CONTEXT)
        if config.authorised is not None:
            self._steps["authorised"] = config.authorised, compile_tree(config.authorised.body, CONTEXT)
        self._calls = len(self._steps) - (config.authorised is not None) + (config.document is not None)  # the link and the file behind it
        self._parameters = compile_tree(config.signing.parameters, CONTEXT)
        self._licence_type = compile_tree(config.query.rows.licence_type, CONTEXT)

    @property
    def breaker(self) -> BreakerState:
        """For `health`: whether the source is being asked at present."""
        return self._breaker.state

    def takes(self, subject: Subject) -> bool:
        """Whether it can be asked about the holder of such a number at all."""
        return subject.id_type in self._config.holders

    async def look_up(self, subject: Subject, question: Question) -> Finding:
        """查询核验: one bounded attempt (obligation 7.2).

        Every answer of the source is a Finding. Raises TransientFault (failing, slow, refused, broken off, resting)
        and PermanentFault (a contract that changed); neither carries a reply's text or a person's data.
        """
        subject = replace(subject, name=written_name(subject.name))  # as registers write it, whoever typed it
        if self._breaker.state is BreakerState.OPEN:  # before any queueing: a resting source costs nothing
            raise self._resting()
        try:
            async with self._limiter.turn(self._calls):
                if not self._breaker.admit():
                    raise self._resting()
                return await self._bounded(subject, question)
        except Saturated:
            raise TransientFault(self.name, "rate_limited", "排队调用的请求过多,请稍后再试") from None

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._transport.close()

    def _resting(self) -> TransientFault:
        return TransientFault(self.name, "breaker_open", "近期连续失败,暂停调用,请稍后再试")

    async def _bounded(self, subject: Subject, question: Question) -> Finding:
        """One attempt within the total time, told to the breaker."""
        try:
            async with asyncio.timeout(self._config.limits.total_seconds):
                finding = await self._attempt(subject, question)
        except TimeoutError:
            self._breaker.failed()
            raise TransientFault(self.name, "slow", "应答太慢,已停止等候,请稍后再试") from None
        except KeyExpired:
            self._breaker.succeeded()  # it answers: resting would send citizens to the department for a routine
            raise
        except TransientFault:
            self._breaker.failed()
            raise
        except PermanentFault:
            self._breaker.succeeded()  # it answers, if wrongly: resting would change nothing
            raise
        self._breaker.succeeded()
        return finding

    async def _attempt(self, subject: Subject, question: Question) -> Finding:
        """1. ask; 2. exactly one row, of this person; 3. its fields; 4. confirm it; 5. fetch its document."""
        context: dict[str, Any] = {"subject": subject, "question": question, "secret": self._secrets}
        context["holder_type"] = self._config.holders.get(IdType(subject.id_type), "")
        raw: list[bytes] = []
        candidates: tuple[Candidate, ...] = ()
        document = b""
        try:
            if question.authorisation is not None and "authorised" not in self._steps:
                raise Settled(ShareOutcome.BAD_REQUEST)  # refused at filing; its configuration has changed since
            answer = await self._ask("query" if question.authorisation is None else "authorised", context, raw)
            rows = self._reader.rows(answer, subject)
            candidates = tuple(self._reader.candidate(row) for row in rows)
            row = self._reader.choose(rows, subject, question)
            identifier = self._reader.identifier(row)
            fields, warnings = self._reader.fields(row, self._render(self._licence_type, context))
            context |= {"row": row, "identifier": identifier}
            if "confirm" in self._steps:
                await self._ask("confirm", context, raw)
            if self._config.document is not None:
                document = await self._fetch(self._config.document, context, raw)
        except Settled as settled:
            code = f"(对方代码 {settled.code})" if settled.code else ""
            return Finding(
                source=self.key,
                outcome=settled.outcome,
                message=f"{self.name}:{_SAYS[settled.outcome]}{code}",
                candidates=candidates if settled.outcome is ShareOutcome.SEVERAL else (),
                raw=b"\n".join(raw),
            )
        return Finding(
            source=self.key,
            outcome=ShareOutcome.FOUND,
            message=f"{self.name}:{_SAYS[ShareOutcome.FOUND]}",
            fields=fields,
            identifier=identifier,
            maker=self._reader.maker(row),
            raw=b"\n".join(raw),
            document=document,
            warnings=warnings,
        )

    async def _ask(self, step: str, context: Mapping[str, Any], raw: list[bytes]) -> dict[str, Any]:
        request, template = self._steps[step]
        body = self._render(template, context)
        signed = await self._signed(context)
        reply = await self._transport.post(request.path, body, signed.headers)
        raw.append(reply.body)
        return self._read(reply, request.checks, signed)

    async def _fetch(self, document: Document, context: Mapping[str, Any], raw: list[bytes]) -> bytes:
        """A fresh link and the file behind it. Only the link's id is used: the address it names is the source's
        inner one, and following addresses out of a reply would let the source point us anywhere."""
        answer = await self._ask("document", context, raw)
        try:
            link_id = httpx.URL(text_at(answer, document.link)).params.get(document.link_parameter)
        except httpx.InvalidURL:
            link_id = None
        if not link_id:
            raise self._judge.contract("没有给出约定的下载地址")
        parameters = {document.link_parameter: link_id}
        signed = await self._signed(context)
        reply = await self._transport.get(document.download, parameters, signed.headers)
        if reply.status == 200 and is_document(reply.body):
            return reply.body
        self._read(reply, document.checks, signed)
        raise self._judge.contract("下载到的不是约定的文件")

    def _read(self, reply: Reply, checks: list[Check], signed: Signed) -> dict[str, Any]:
        try:
            return self._judge.read(reply, checks)
        except KeyExpired:
            self._signer.forget(signed.key)
            raise

    def _render(self, tree: Any, context: Mapping[str, Any]) -> Any:
        try:
            return render(tree, context)
        except (TemplateError, TypeError, ValueError):  # the catalog entry lacks a parameter: our own configuration
            raise Settled(ShareOutcome.BAD_REQUEST) from None

    async def _signed(self, context: Mapping[str, Any]) -> Signed:
        return await self._signer.signed(self._render(self._parameters, context))


def make_source(key: str, table: Mapping[str, Any], environment: Mapping[str, str], secrets: Path | Mapping[str, str]) -> ShareSource:
    """One source from parsed TOML. Raises SourceConfigError."""
    config = parse_source(key, table, environment)
    return ShareSource(key, config, read_secrets(key, config, secrets))


def load_sources(folder: Path, environment: Mapping[str, str], secrets: Path | Mapping[str, str]) -> dict[str, ShareSource]:
    """Every source of the folder, by file name without `.toml`.

    `secrets` is the folder PROOFLESS_SECRETS_DIR or a mapping of file name to value. Raises SourceConfigError that
    names the file and the keys: a system with half of its sources would quietly send citizens to the counter.
    """
    if not folder.is_dir():
        raise SourceConfigError(folder.name, [f"来源配置的文件夹 {folder} 不存在"])
    return {path.stem: make_source(path.stem, read_toml(path), environment, secrets) for path in sorted(folder.glob("*.toml"))}
