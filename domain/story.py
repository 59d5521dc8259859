"""核验经过: each event in one Chinese line, from fixed words and codes, so that it may be shown to everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from domain.inbox import ExcuseReason
from domain.instants import written
from domain.lifecycle import Event, State
from domain.limits import LimitKind
from domain.reasons import REASON_WORDS
from domain.share import ShareOutcome

EVENT_NAMES: Mapping[Event, str] = MappingProxyType(
    {
        Event.FILED: "发起核验",
        Event.TAKEN_UP: "受理,确定核验方式",
        Event.SHARE_FOUND: "数据共享查到",
        Event.SHARE_SEVERAL: "数据共享查到多个,请需求单位选择",
        Event.SHARE_MISMATCH: "数据共享:姓名与号码不符",
        Event.CHOSEN: "需求单位已选择",
        Event.FELL_BACK: "转下一种核验方式",
        Event.COMMITMENT_OFFERED: "告知承诺:请申请人阅知",
        Event.COMMITTED: "申请人已承诺",
        Event.DECLINED: "申请人不作承诺,转下一种方式",
        Event.ASKED: "送达出具单位收件箱",
        Event.CLAIMED: "出具单位认领",
        Event.RELEASED: "出具单位放回",
        Event.SUCCEEDED: "单位合并,由承继单位办理",
        Event.SUPPLEMENT_ASKED: "出具单位要求补正,时限暂停",
        Event.SUPPLEMENTED: "需求单位已补正,时限继续",
        Event.RETURNED: "出具单位退回",
        Event.FORWARDED: "转办其他单位",
        Event.REPLIED: "出具单位答复",
        Event.RECALCULATED: "时限重新计算",
        Event.LIFTED: "撤销超时",
        Event.PROMISE_MOVED: "需求单位变更承诺时限",
        Event.NAME_CORRECTED: "更正当事人姓名(名称)",
        Event.WARNED: "临近时限提醒",
        Event.MISSED: "超过时限",
        Event.SUPERVISED: "开始督办",
        Event.FEEDBACK: "督办反馈",
        Event.OFFICE_TOLD: "督办超时,报专班办公室",
        Event.EXCUSE_GIVEN: "出具单位说明超时理由",
        Event.EXCUSE_DECIDED: "专班办公室认定超时理由",
        Event.REMINDED: "提醒",
        Event.SEAL_STARTED: "开始用印",
        Event.SEALED: "用印完成",
        Event.DELIVERED: "送达需求单位",
        Event.MISMATCH_REPORTED: "报告不符,由出具单位核实",
        Event.MISMATCH_SETTLED: "不符已核实",
        Event.OBJECTED: "申请人提出异议",
        Event.COMMITMENT_CHECKED: "承诺核查",
        Event.PASS_FAILED: "本次处理失败,将自动重试",
        Event.ATTENTION_NEEDED: "转人工处理",
        Event.RETRIED: "人工重试",
        Event.REROUTED: "改派",
        Event.REISSUED: "重新制作证明",
        Event.CLOSED: "人工办结",
        Event.WITHDRAWN: "需求单位撤回",
        Event.PAUSED: "由运维暂停",
        Event.RESUMED: "恢复执行",
        Event.LICENCE_TAKEN: "电子证照库已归集该证明",
        Event.LICENCE_VOIDED: "电子证照库中的该证明已作废",
        Event.LICENCE_GIVEN_UP: "电子证照库归集未成,转运维处理",
        Event.REVOCATION_ASKED: "提出撤销电子证明,待另一人确认",
        Event.REVOCATION_REFUSED: "不予撤销电子证明",
        Event.PROOF_REVOKED: "撤销电子证明",
        Event.SHOWN_TO_SUBJECT: "本人查看了谁查过自己",
        Event.PROOF_EXTENDED: "电子证明取得后续时间戳,延续可证明的期限",
        Event.ERASED: "保管期限届满,当事人信息已销毁",
    }
)

#: What turns a case while it waits: each stands by its own name in the history of its run.
TURNS = frozenset(
    {Event.CHOSEN, Event.COMMITTED, Event.DECLINED, Event.SUPPLEMENT_ASKED, Event.SUPPLEMENTED, Event.RETURNED}
    | {Event.FORWARDED, Event.REPLIED, Event.PROMISE_MOVED, Event.LIFTED, Event.MISSED, Event.SUPERVISED}
    | {Event.FEEDBACK, Event.OFFICE_TOLD, Event.RETRIED, Event.REROUTED, Event.REISSUED}
)

#: What a pass does itself, and shows itself.
BY_A_PASS = frozenset(
    {Event.FILED, Event.TAKEN_UP, Event.SHARE_FOUND, Event.SHARE_SEVERAL, Event.SHARE_MISMATCH, Event.FELL_BACK}
    | {Event.COMMITMENT_OFFERED, Event.ASKED, Event.SEAL_STARTED, Event.SEALED, Event.DELIVERED, Event.PASS_FAILED}
)

#: Codes worth showing beside the name; everything else in the detail is for programs.
_SHOWN = ("method", "unit", "instead_of", "kind", "where", "outcome", "answer", "result", "reason", "why", "code", "until", "count")
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **{str(reason): word for words in REASON_WORDS.values() for reason, word in words.items()},
        **{str(reason): reason.label for reason in ExcuseReason},
        "data_sharing": "数据共享",
        "issuer": "部门核验",
        "commitment": "告知承诺",
        **{str(kind): kind.label for kind in LimitKind},
        **{str(outcome): outcome.label for outcome in ShareOutcome},
        "true": "属实",
        "false": "不属实",
        "no_record": "无记录",
        "cannot_verify": "无法核验",
        "confirmed": "属实",
        "denied": "不属实",
        "mismatch": "不符",
        "committed": "已承诺",
        "supplement": "补正结束",
        "promise": "承诺时限变更",
        "calendar": "工作日历变更",
        "hours": "服务时间变更",
        "outage": "平台故障扣除",
        "readings": "解读变更",
        "number_not_held": "数据源不按这种证件查询",
        "source_failed": "数据源未能应答",
        "choice_declined": "需求单位未选定",
        "choice_timed_out": "逾期未选定",
        "commitment_timed_out": "逾期未承诺",
        "undetermined": "时限未定",
    }
)


RETURNED_LATE = "超过30分钟,逾期退回"  #: obligation 10.10
GIVEN = "督办员交办"  #: not claimed by whoever holds it (obligation 10.2)

#: Where a person's reason stands: a known word, or what a program writes. Else it may be somebody's sentence.
_REASONS = ("reason", "why")
_CODE = re.compile(r"[\w.:-]{1,80}", re.ASCII)


def told(event: Event, detail: Mapping[str, Any]) -> str:
    """One line: what happened, with the codes that matter. No personal data: events hold none, and a reason that is
    neither a known word nor a code is not shown."""
    values = [(name, str(detail[name])) for name in _SHOWN if detail.get(name) not in (None, "")]
    shown = [_word(name, text) for name, text in values if name not in _REASONS or text in _WORDS or _CODE.fullmatch(text)]
    if event is Event.RETURNED:  # the second goes to the office (obligation 10.11)
        shown = [f"第{one}次" if one == str(detail.get("count")) else one for one in shown]
    if event is Event.RETURNED and detail.get("late") is True:
        shown.append(RETURNED_LATE)
    if event is Event.CLAIMED and "to" in detail:
        shown.append(GIVEN)
    return EVENT_NAMES[event] + (f"({'、'.join(shown)})" if shown else "")


def _word(name: str, text: str) -> str:
    if name == "until":
        return _until(text)
    if name == "where":
        return f"当时{State(text).label}"
    return _WORDS.get(text, _WORDS.get(text.partition(":")[0], text))  # source_failed:slow


def _until(text: str) -> str:
    """The end of a period as it stands in an event."""
    try:
        return f"至{written(datetime.fromisoformat(text))}"
    except ValueError:
        return _WORDS.get(text, text)
