"""线索的办理 (obligation 16.0, articles 16 and 17): from a sign to a decision that a person takes; who may take which step.

线索 → 不成立, or 整改通知 with a term → 答复(说明理由) → 整改到位, 移送有关机关, or 不予追究. What the 有关机关 then does is
theirs, and entered with its document.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class LeadStatus(StrEnum):
    """Where a lead stands."""

    FOUND = "found"
    DISMISSED = "dismissed"
    NOTIFIED = "notified"
    ANSWERED = "answered"
    RECTIFIED = "rectified"
    TRANSFERRED = "transferred"
    EXEMPTED = "exempted"

    @property
    def label(self) -> str:
        return {
            "found": "线索",
            "dismissed": "不成立",
            "notified": "已发整改通知",
            "answered": "已答复",
            "rectified": "整改到位",
            "transferred": "已移送有关机关",
            "exempted": "不予追究",
        }[self.value]


class LeadStep(StrEnum):
    """What somebody does; each is one row that nobody changes."""

    FIND = "find"
    DISMISS = "dismiss"
    NOTIFY = "notify"  #: 整改通知, with its document and term
    ANSWER = "answer"  #: the unit: what it did, or why
    ACCEPT = "accept"  #: 整改到位
    TRANSFER = "transfer"  #: 移送有关机关, with its document
    EXEMPT = "exempt"  #: 不予追究, by one of the exemptions of article 17 and its evidence
    OUTCOME = "outcome"  #: what the 有关机关 decided, with its document
    COMPENSATE = "compensate"  #: 补偿或赔偿 (obligation 16.11), with amount and document

    @property
    def label(self) -> str:
        return {
            "find": "发现线索",
            "dismiss": "认定不成立",
            "notify": "发整改通知",
            "answer": "答复",
            "accept": "认定整改到位",
            "transfer": "移送有关机关",
            "exempt": "不予追究",
            "outcome": "登记有关机关的处理结果",
            "compensate": "登记补偿或赔偿",
        }[self.value]


class Exemption(StrEnum):
    """免于追责的情形 (obligations 17.1, 17.2, 17.3, 17.4, 17.5, 17.6)."""

    REFORM = "17.1"
    NOT_FORBIDDEN = "17.2"
    DECIDED_LAWFULLY = "17.3"
    MADE_GOOD = "17.4"
    RELIED_ON_PROOF = "17.5"
    OTHER = "17.6"

    @property
    def label(self) -> str:
        return {
            "17.1": "符合改革方向",
            "17.2": "未违反禁止性、义务性规定",
            "17.3": "依法经过科学民主决策",
            "17.4": "主动挽回损失、消除影响或阻止危害发生",
            "17.5": "依法获取的证明失实,及时补救",
            "17.6": "其他依法不予追究的情形",
        }[self.value]


_S, _T = LeadStatus, LeadStep
#: (standing, step) -> where it leads. A step that is absent cannot be taken there.
LEAD_STEPS: Mapping[tuple[LeadStatus, LeadStep], LeadStatus] = MappingProxyType(
    {
        (_S.FOUND, _T.DISMISS): _S.DISMISSED,
        (_S.FOUND, _T.NOTIFY): _S.NOTIFIED,
        (_S.NOTIFIED, _T.ANSWER): _S.ANSWERED,
        (_S.ANSWERED, _T.NOTIFY): _S.NOTIFIED,  # the answer does not do
        (_S.ANSWERED, _T.DISMISS): _S.DISMISSED,
        (_S.ANSWERED, _T.ACCEPT): _S.RECTIFIED,
        (_S.ANSWERED, _T.TRANSFER): _S.TRANSFERRED,
        (_S.NOTIFIED, _T.TRANSFER): _S.TRANSFERRED,  # only once its term has passed: 拒不改正
        (_S.ANSWERED, _T.EXEMPT): _S.EXEMPTED,
        (_S.TRANSFERRED, _T.OUTCOME): _S.TRANSFERRED,
        (_S.RECTIFIED, _T.COMPENSATE): _S.RECTIFIED,
        (_S.TRANSFERRED, _T.COMPENSATE): _S.TRANSFERRED,
        (_S.EXEMPTED, _T.COMPENSATE): _S.EXEMPTED,  # who is not answerable may have to make good all the same
    }
)
OPEN_LEADS = frozenset({_S.FOUND, _S.NOTIFIED, _S.ANSWERED})
DECISIONS = frozenset({_T.DISMISS, _T.ACCEPT, _T.TRANSFER, _T.EXEMPT})
#: What must stand with a step, beside its text.
NEEDS: Mapping[LeadStep, tuple[str, ...]] = MappingProxyType(
    {
        _T.NOTIFY: ("document",),
        _T.TRANSFER: ("document",),
        _T.EXEMPT: ("exemption", "document"),
        _T.OUTCOME: ("document",),
        _T.COMPENSATE: ("document", "amount"),
    }
)
#: And with these exemptions: when the fault was known and made good (obligation 17.4), and the proof that was relied on (17.5).
REMEDIED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {Exemption.MADE_GOOD.value: ("known_at", "remedied_at"), Exemption.RELIED_ON_PROOF.value: ("known_at", "remedied_at", "verification")}
)


def mermaid() -> str:
    """The table as a Mermaid state diagram; `docs/lead-steps.md` holds it."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {standing.value}: {standing.label}" for standing in LeadStatus]
    lines.append("    [*] --> found: find")
    lines += [f"    {origin.value} --> {target.value}: {step.value}" for (origin, step), target in LEAD_STEPS.items()]
    lines += [f"    {standing.value} --> [*]" for standing in LeadStatus if standing not in OPEN_LEADS]
    return "\n".join(lines) + "\n"
