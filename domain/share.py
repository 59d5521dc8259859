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
