"""待人工处理: why a verification waits for a person and what that person can do; the person is told by an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from ledger.outbox.alarms import raise_alarm

#: A fixed code -> the reason and the remedy. Shown by `stuck` and the API.
REMEDIES = {
    "fields_missing": ("来源返回的数据缺少证明所需字段。", "核对数据源配置后“重试”,或“改派”给出具单位核验。"),
    "no_next_method": ("数据共享未能取得结果,清单没有配置其他核验方式。", "“改派”给能出具的单位,或“办结”并告知需求单位。"),
    "commitment_declined": ("申请人不作承诺,清单没有配置其他核验方式。", "“改派”给能出具的单位,或“办结”;不得要求申请人提交证明。"),
    "returned_twice": ("申请两次被退回。", "由工作专班办公室确定出具单位后“改派”,或“办结”。"),
    "cannot_verify": ("出具单位答复“无法核验”。", "“改派”给其他单位,或“办结”并告知需求单位。"),
    "missing_glyph": ("证明内容含有字库没有的字符,无法规范打印。", "联系运维补充字库后“重试”,或“办结”后线下办理。"),
    "page_overflow": ("证明内容超出一页,无法制作。", "核对清单字段后“重试”。"),
    "permanent_fault": ("外部系统拒绝了请求,重试无效。", "按事件中的编码联系对方,修复后“重试”。"),
    "seal_not_in_force": (
        "没有在用的印章(已注销、已过有效期或没有登记),或本机的密钥不是登记在用的那一枚;没有用印,结果已保存。",
        "由专班办公室在印章登记(/v1/seals)中启用印章,此后一分钟内自动继续;也可“重试”。",
    ),
    "seal_unavailable": (
        "印章的密码模块、签章平台或密钥不可用;没有用印,结果已保存。",
        "按告警所述排除故障,恢复后一分钟内自动继续;也可“重试”。",
    ),
    "failed_passes": ("连续五次处理失败。", "查看事件中的失败原因,排除后“重试”。"),
}

#: What a remedy asks for, as written between “”: the command of `./run` that does it, and the endpoint.
ACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "重试": ("resume {number}", "retry_stuck"),
        "恢复": ("resume {number}", "resume_stuck"),
        "改派": ("reroute {number} --to 单位编码 --by 人员编码 --reason 理由", "reroute_stuck"),
        "办结": ("close {number} --by 人员编码 --reason 理由", "close_stuck"),
        "重新制作": ("reissue {number} --by 人员编码 --reason 理由", "reissue_stuck"),
        "重发": ("undelivered --number {number} --again", "send_undelivered"),
        "确认": ("settle {number} --by 人员编码 --arrived yes|no", "settle_notice"),
    }
)

#: Trying again cannot lead anywhere else: the answer, or the applicant's decision, stands.
FINAL = frozenset({"cannot_verify", "no_next_method", "commitment_declined"})
#: Nothing is broken: the 专班 office decides who is to answer, or that nobody can (obligations 10.11, 7.4, reading 9).
DECIDED = FINAL | {"returned_twice"}


#: Many wait for one cause at one time: its own check raises one alarm for all of them (`tasks.seals`).
_TOLD_TOGETHER = frozenset({"seal_not_in_force", "seal_unavailable"})
#: Faults of 电子签章 (`connectors.seal`, `connectors.seal_module`, `connectors.seal_platform`, `connectors.seal_ofd`) that are of no
#: single case and that the check each minute sees come and go.
_OF_MODULES = (
    *("module_away", "module_full", "module_slow", "pin_refused", "pin_locked", "no_pin", "no_key", "wrong_key", "two_keys"),
    *("no_module", "bad_uri"),
)
_OF_PLATFORMS = (
    *("platform_away", "platform_slow", "platform_late", "platform_refused", "platform_untrusted", "platform_contract"),
    *("platform_not_one", "platform_wrong_signature", "platform_certificate", "platform_other_certificate", "platform_key_disabled"),
    *("platform_unbound", "platform_client_refused", "no_platform_secret", "no_platform_ca"),
)
_OF_OFD = ("ofd_needs_sm2", "no_esl", "wrong_esl", "esl_ended")
_SEAL_FAULTS = frozenset(f"电子签章/{code}" for code in (*_OF_MODULES, *_OF_PLATFORMS, *_OF_OFD))


def cause_of(fault: str, otherwise: str) -> str:
    """The code under which a fault, as it is noted, waits for a person."""
    return "seal_unavailable" if fault in _SEAL_FAULTS else otherwise


def commands(number: str, remedy: str) -> list[str]:
    """The commands for the actions that a remedy names, ready to be copied."""
    named = [command for word, (command, _) in ACTIONS.items() if f"“{word}”" in remedy]
    return [f"./run {command.format(number=number)}" for command in named]


def call_a_person(session: Session, number: str, code: str, *, now: datetime) -> None:
    """Raise the alarm that `number` waits for a person, unless one is raised for all that wait for the same."""
    reason, remedy = REMEDIES[code]
    if code not in _TOLD_TOGETHER:
        raise_alarm(session, "needs_attention", number, f"{number}:{reason}{remedy}", now=now)
