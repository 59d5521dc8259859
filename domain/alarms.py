"""告警: what each kind is called where people read of it, in mails and on the operators' page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.prefect_alarms import AWAY, BLOCKED, CLOCK_OFF, MADE_ANEW, NOT_BEGUN, RUNS_REPLACED

#: Every kind has its title: one without is refused where it is raised (`ledger.outbox.alarms`).
TITLES: Mapping[str, str] = MappingProxyType(
    {
        CLOCK_OFF: "时钟有误",
        NOT_BEGUN: "有核验到期未处理",
        BLOCKED: "Prefect 中有暂停或停用",
        MADE_ANEW: "Prefect 中有删除或改动,已恢复",
        RUNS_REPLACED: "Prefect 中有运行被改动,已恢复",
        AWAY: "Prefect 没有应答",
        "prefect_retention": "Prefect 的旧数据没有清除",
        "no_worker": "没有工作进程",
        "needs_attention": "有核验待人工处理",
        "paused": "有核验被暂停",
        "supervision_missed": "督办超时",
        "no_supervisor": "没有值守的督办员",
        "duty_gap": "值守有空缺",
        "source_refused": "数据源拒绝了请求",
        "source_broken": "数据源约定不符",
        "source_differs": "数据源与多人的姓名不符",
        "lookups_blocked": "查询已限制",
        "licence_offer_given_up": "电子证照库没有收下归集的证明",
        "no_commitment_text": "缺少告知承诺书文本",
        "seal_expiring": "印章证书即将到期",
        "seal_missing": "没有在用的印章",
        "seal_unavailable": "印章的密码模块、签章平台或密钥不可用",
        "timestamps_away": "没有时间戳服务应答",
        "proofs_not_extended": "证明没有取得后续时间戳",
        "seal_other_key": "密钥不是登记在用的印章",
        "calendar_missing": "缺少工作日历",
        "calendar_ends": "工作日历即将用完",
        "calendar_provisional": "工作日历尚未确认",
        "retention_due": "保管期限届满",
        "correction_overdue": "本人异议的校核超过期限",
        "many_subject_codes": "一名代办员生成的本人查询码过多",
        "report_not_made": "周报没有编制成功",
        "report_not_mailed": "周报邮件没有送达",
        "head_not_mailed": "台账存证的邮件没有送达",
    }
)
