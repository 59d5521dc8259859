"""数据共享: what a share source can answer, and what follows from each answer (obligation 7.2).

"Not found" is never proof of absence, and a refusal of our own access says nothing about the citizen; therefore
every outcome is told apart here and only `FOUND` leads to a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ShareOutcome(StrEnum):
    """What a source says of one person and one kind of licence. A failing source is a fault, not an outcome."""

    FOUND = "found"  #: exactly one valid licence, and the name belongs to the number
    NONE = "none"  #: 查无: the source knows no such licence, which proves nothing
    REVOKED = "revoked"  #: 已废止或已注销
    EXPIRED = "expired"  #: 已过期
    RESTRICTED = "restricted"  #: 已受限使用
    SEVERAL = "several"  #: more than one licence fits: a person picks, never the machine
    MISMATCH = "mismatch"  #: 不符: the name does not belong to the number
    NO_PERMISSION = "no_permission"  #: our own access is refused: operators are told
    BAD_REQUEST = "bad_request"  #: our own configuration is wrong: operators are told
    # 持证人授权 (obligation 6.3): a refusal of the authorisation says nothing about the licence.
    AUTHORISATION_EXPIRED = "authorisation_expired"  #: 授权已过期, or the source knows no such authorisation
    AUTHORISATION_USED = "authorisation_used"  #: 授权已使用过
    AUTHORISATION_OTHERS = "authorisation_others"  #: 授权属于他人
    AUTHORISATION_NOT_COVERING = "authorisation_not_covering"  #: 授权不含该类证照

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {
    "found": "查到有效证照",
    "none": "查无",
    "revoked": "证照已废止或已注销",
    "expired": "证照已过期",
    "restricted": "证照已受限使用",
    "several": "查到不止一份",
    "mismatch": "不符",
    "no_permission": "数据源拒绝本系统访问",
    "bad_request": "请求与数据源的要求不符",
    "authorisation_expired": "持证人授权已过期或不存在",
    "authorisation_used": "持证人授权已使用过",
    "authorisation_others": "持证人授权属于他人",
    "authorisation_not_covering": "持证人授权不含该类证照",
}
_NOT_USED = "持证人授权不能使用,没有查到内容"  #: why not is between the holder and who asked
#: What an answer says to the unit that is asked next; the label where it is not here.
_SAID = {
    ShareOutcome.FOUND: "命中:查到一份有效证照",
    ShareOutcome.NONE: "未命中:没有查到。查无不等于没有",
    ShareOutcome.MISMATCH: "不符:姓名(名称)与证件号码不符",
    ShareOutcome.NO_PERMISSION: "没有查询:来源拒绝本系统访问,与当事人无关",
    ShareOutcome.BAD_REQUEST: "没有查询:来源没有接受本系统的请求,与当事人无关",
    ShareOutcome.AUTHORISATION_EXPIRED: _NOT_USED,
    ShareOutcome.AUTHORISATION_USED: _NOT_USED,
    ShareOutcome.AUTHORISATION_OTHERS: _NOT_USED,
    ShareOutcome.AUTHORISATION_NOT_COVERING: _NOT_USED,
}
_FAILED = {
    "slow": "超时:来源没有按时应答",
    "connect_timeout": "超时:来源没有按时应答",
    "breaker_open": "停用:来源近期连续失败,暂停查询",
    "rate_limited": "没有查询:排队查询的请求过多",
    "not_configured": "没有查询:来源没有配置",
}


def said(outcome: ShareOutcome, candidates: int | None = None) -> str:
    """An answer for the unit that is asked next: never what the source holds of the person."""
    if outcome is ShareOutcome.SEVERAL:
        return f"查到 {candidates} 份,须选定一份" if candidates else "查到不止一份,须选定一份"
    return _SAID.get(outcome, outcome.label)


def failed(code: str) -> str:
    """Why there is no answer: `code` of the fault."""
    return _FAILED.get(code, "故障:来源没有应答")


@dataclass(frozen=True)
class Subject:
    """The person or body that a look-up is about. Personal data: never logged, never in Prefect."""

    name: str
    id_type: str  #: a value of `domain.roles.IdType`
    id_number: str

    def __repr__(self) -> str:
        return "Subject(…)"


@dataclass(frozen=True)
class Question:
    """One look-up: which source, with which parameters of the catalog entry, for which purpose."""

    verification: str  #: our number, the reference outside
    matter_name: str
    purpose: str
    parameters: Mapping[str, str]  #: what the source's templates need, for example certTypeCode
    chosen: str | None = None  #: the licence that the requesting unit picked among several
    authorisation: str | None = field(default=None, repr=False)  #: 持证人授权: a credential about a person, in memory only


@dataclass(frozen=True)
class Candidate:
    """One of several licences that fit: shown to the requesting unit, masked, so that it can pick by number."""

    identifier: str
    kind: str
    issuer: str
    issued_on: str


@dataclass(frozen=True)
class Finding:
    """A source's answer. `fields` and `raw` are personal data and live encrypted in the ledger."""

    source: str
    outcome: ShareOutcome
    message: str  #: for people, in Chinese, without personal data
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    candidates: tuple[Candidate, ...] = ()
    identifier: str | None = None
    maker: str = ""  #: 制作单位: the unit that answers for the data (reading 14)
    raw: bytes = field(default=b"", repr=False)  #: the reply as it came, for the record (留存备案)
    document: bytes = field(default=b"", repr=False)  #: the licence file, where the source hands one out
    warnings: tuple[str, ...] = ()
