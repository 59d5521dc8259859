"""电子印章: the two seals of article 9, and nothing else that could be sealed with (obligations 9.1, 9.2, 9.5); the life of each in the
register: 申请, 制作, 备案, 使用, 变更, 注销 (obligations 9.4, 15.5; 国办发〔2025〕33号).

`ledger.sealing.seal_register` takes the steps; nothing else decides what may follow what.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

#: How long before its end a seal's renewal is due.
RENEWAL = timedelta(days=30)


class SealKind(StrEnum):
    """Which seal a proof bears. The method that produced the content decides, never the caller (reading 15)."""

    SHARE = "share"  #: 证照数据共享查询核验专用章: content from shared data (obligation 9.1)
    ISSUER = "issuer"  #: 电子证明核实信息专用章: content from the issuing unit (obligation 9.2)

    @property
    def label(self) -> str:
        return {"share": "证照数据共享查询核验专用章", "issuer": "电子证明核实信息专用章"}[self.value]


class KeyKind(StrEnum):
    """密钥存放: where the key of a seal is kept."""

    DEVELOPMENT = "development"  #: a file of our own making, for trials: the seal reads 演示
    FILE = "file"  #: a file of the e-seal platform's
    PKCS11 = "pkcs11"  #: a cryptographic module; the key never leaves it
    REMOTE = "remote"  #: the e-seal platform itself

    @property
    def label(self) -> str:
        return {"development": "演示密钥", "file": "密钥文件", "pkcs11": "密码模块", "remote": "电子签章平台"}[self.value]


class SealStanding(StrEnum):
    """Where a registered seal stands."""

    APPLIED = "applied"
    MAKING = "making"
    MADE = "made"
    FILED = "filed"
    IN_USE = "in_use"
    CANCELLING = "cancelling"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "applied": "已申请",
            "making": "制作待确认",
            "made": "已制作",
            "filed": "已备案",
            "in_use": "在用",
            "cancelling": "在用,注销待确认",
            "changed": "已变更",
            "cancelled": "已注销",
            "withdrawn": "已撤回",
        }[self.value]


class SealStep(StrEnum):
    """What somebody did; each is one row that nobody changes."""

    APPLY = "apply"
    MAKE = "make"  #: asked for, with the certificate; another person confirms
    CONFIRM_MAKING = "confirm_making"
    REFUSE_MAKING = "refuse_making"
    FILE = "file"
    START = "start"
    CHANGE = "change"  #: another seal takes its place
    CANCEL = "cancel"  #: asked for; another person confirms
    CONFIRM_CANCELLATION = "confirm_cancellation"
    REFUSE_CANCELLATION = "refuse_cancellation"
    WITHDRAW = "withdraw"  #: before it was ever in use

    @property
    def label(self) -> str:
        return {
            "apply": "申请",
            "make": "提出制作",
            "confirm_making": "确认制作",
            "refuse_making": "不予制作",
            "file": "备案",
            "start": "启用",
            "change": "变更",
            "cancel": "提出注销",
            "confirm_cancellation": "确认注销",
            "refuse_cancellation": "不予注销",
            "withdraw": "撤回申请",
        }[self.value]


_S, _T = SealStanding, SealStep
#: (standing, step) -> where it leads. A step that is absent cannot be taken there.
SEAL_STEPS: Mapping[tuple[SealStanding | None, SealStep], SealStanding] = MappingProxyType(
    {
        (None, _T.APPLY): _S.APPLIED,
        (_S.APPLIED, _T.MAKE): _S.MAKING,
        (_S.MAKING, _T.CONFIRM_MAKING): _S.MADE,
        (_S.MAKING, _T.REFUSE_MAKING): _S.APPLIED,
        (_S.MADE, _T.FILE): _S.FILED,
        (_S.FILED, _T.START): _S.IN_USE,
        (_S.IN_USE, _T.CHANGE): _S.CHANGED,
        (_S.CANCELLING, _T.CHANGE): _S.CHANGED,
        (_S.IN_USE, _T.CANCEL): _S.CANCELLING,
        (_S.CANCELLING, _T.CONFIRM_CANCELLATION): _S.CANCELLED,
        (_S.CANCELLING, _T.REFUSE_CANCELLATION): _S.IN_USE,
        **{(standing, _T.WITHDRAW): _S.WITHDRAWN for standing in (_S.APPLIED, _S.MAKING, _S.MADE, _S.FILED)},
    }
)
#: Seals are used in these alone, and within the certificate's validity. Who asks for the end has not ended it yet.
IN_FORCE = frozenset({_S.IN_USE, _S.CANCELLING})
#: Standing -> (the step that confirms, the one that refuses): 制作 and 注销 take two persons.
WAITING: Mapping[SealStanding, tuple[SealStep, SealStep]] = MappingProxyType(
    {_S.MAKING: (_T.CONFIRM_MAKING, _T.REFUSE_MAKING), _S.CANCELLING: (_T.CONFIRM_CANCELLATION, _T.REFUSE_CANCELLATION)}
)
