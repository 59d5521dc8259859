"""指标口径: what each figure means, in one sentence each, under one version.

A changed definition is a new version: a report that was issued keeps its own, and can be computed anew under another.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-11/1"


@dataclass(frozen=True)
class Definition:
    name: str
    text: str


DEFINITIONS = (
    Definition("收到", "本周内发起的核验申请,含后来撤回的。"),
    Definition("办结", "本周内送达结果或由人工办结的核验,不论何时发起;撤回的单列。"),
    Definition("在办", "截至本周末已发起、尚未办结也未撤回的核验。"),
    Definition("免提交证明", "本周内送达的核验中,申请人不必自行提交证明的次数:数据共享、部门核验有结果的,以及以告知承诺代替的;姓名与号码不符的不计。"),
    Definition(
        "按时率", "分母是本周内到期的时限,不论后来如何;分子是其中在到期前完成的。撤回、改派而终止的时限不计;补正期间时限顺延;到期时仍未完成的计为超时。"
    ),
    Definition("原则上的时限", "承诺件24小时、有数据库依托的30分钟等(义务 10.5、10.7);有正当理由并经专班办公室认定的超时单列,仍在分母中。"),
    Definition("最迟时限", "即办件30分钟、承诺件的承诺时限(义务 10.6、10.8)。"),
    Definition("督办按时", "本周内到期的督办时限中,督办员在半小时内督促办结并反馈的(义务 10.12)。"),
    Definition("用时", "出具单位自收到(服务时间以外送达的,自下一次开门)至结果送达,扣除补正;95%用时指一百件中第九十五快的一件。"),
    Definition("转办建议被采纳", "退回时建议了单位的,该单位最后作出答复而没有再退回的。"),
    Definition("交回用时", "需求单位在本周送达的办件中可不计入考核的核验用时,同一办件的并行申请只计一次(义务 10.9)。"),
    Definition("主动提供占比", "申请人主动提供的次数,与主动提供和发起核验的次数之和相比。"),
    Definition("排名", "按到期时限(最迟和原则上合计)的按时率;到期少于10个的不参加排名,并列的名次相同。"),
)  # fmt: skip
