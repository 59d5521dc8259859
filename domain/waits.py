"""等待: for whom a verification waits, until when and what comes then, in one sentence for operators. No personal data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.lifecycle import State
from domain.status import Status

_WAITS: Mapping[State, str] = MappingProxyType(
    {
        State.AWAITING_REPLY: "等待{issuer}答复,至{until};届时未答复的,记录超时并督办。",
        State.AWAITING_SUPPLEMENT: "等待{unit}补正,{issuer}的时限暂停;补正后继续,{until}再看一次。",
        State.RETURNED: "{issuer}已退回,等待{unit}转办,至{until};届时未转办的,承诺时限继续计算。",
        State.AWAITING_CHOICE: "查到多份证照,等待{unit}选择,至{until};届时未选择的,转下一种核验方式。",
        State.AWAITING_COMMITMENT: "等待{unit}的申请人阅知告知承诺,至{until};届时未承诺的,转下一种核验方式。",
        State.ESCALATED: "督办中:等待{issuer}答复和督办员反馈,至{until};届时未反馈的,报专班办公室。",
        State.NEEDS_ATTENTION: "等待人工处理:{reason}办理见 ./run stuck;{until}再看一次。",
    }
)


def waits(now: Status, until: str) -> str:
    """The sentence; `until` is the instant in words. A state in which nobody is waited for has none."""
    words = _WAITS.get(now.state, "{state},{until}继续。")
    return words.format(
        unit=now.unit or "需求单位", issuer=now.issuer or "出具单位", reason=now.reason_words, until=until, state=now.state.label
    )
