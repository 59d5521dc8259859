"""周报的问题: the part of the table of problems that is about reports (gateway.edge.problems.Kind)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REPORT_PROBLEMS: Mapping[str, tuple[int, str, str, str]] = MappingProxyType(
    {
        "period_invalid": (
            422,
            "时段不合格",
            "所填时段不是周次或日期范围。",
            "请写 2026-W10、2026-03-04(所在的一周)或 2026-03-02..2026-03-15。",
        ),
        "readings_invalid": (422, "解读不合格", "拟用的解读不合格。", "请按 PROOFLESS_READINGS 的写法改正。"),
        "rule_version_unknown": (
            422,
            "没有这个规则版本",
            "没有用过这个规则版本。",
            "请以 GET /v1/rules 所列的为准,或以 readings 写明解读。",
        ),
        "preview_too_large": (
            422,
            "时段内的核验过多",
            "该时段的核验请求超过一次试算的上限(两万件)。",
            "请缩短时段;整段试算由运维人员用 ./run recompute --preview 办理。",
        ),
        "period_not_over": (409, "时段尚未结束", "该时段还没有结束,数据还会变化。", "请在时段结束后编制;周报在每周一 8 时自动编制。"),
        "report_not_yours": (403, "不能编制这份周报", "督办员只能编制本单位的周报。", "请把 unit 填为本单位,或省略 unit。"),
        "report_unknown": (404, "没有这份周报", "没有这份周报,或它不属于本单位。", "请核对编号;尚未编制的,先用 POST /v1/reports 编制。"),
        "cases_unknown": (404, "没有这个指标", "这份周报没有这个指标。", "请填周报数据中 cases 所写的键,例如 hard。"),
        "no_readers": (409, "没有配置收件人", "系统没有配置周报的收件人。", "请由运维人员设置 PROOFLESS_REPORT_READERS,或另行转交 PDF。"),
        "mailing_unknown": (404, "没有这封邮件", "这份周报没有这封邮件。", "请刷新后重试。"),
        "mailing_not_open": (
            409,
            "无需重新发送",
            "该邮件已经送达、正在发送,或将自动重新发送。",
            "请刷新后查看;是否送达不明的,五分钟后可以重新发送。",
        ),
    }
)
