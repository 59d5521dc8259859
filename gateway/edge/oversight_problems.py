"""监督的问题: the part of the table of problems that is about complaints, leads, registers that people enter, figures.

Each line: status, title, what happened, what to do (gateway.edge.problems.Kind).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OVERSIGHT_PROBLEMS: Mapping[str, tuple[int, str, str, str]] = MappingProxyType(
    {
        "complaint_unknown": (404, "没有这件投诉", "没有这件投诉,或它没有转给本单位。", "请核对编号。"),
        "complaint_hidden": (403, "不能查阅原文", "被反映单位的人员不能查阅反映人和原文。", "请由工作专班其他成员单位的人员办理。"),
        "complaint_refused": (422, "投诉不能这样办理", "投诉的内容或步骤不合格。", "请按说明更正后重试。"),
        "complaint_file": (422, "文件不能读取", "文件不能作为投诉表读取。", "请按说明改正后重新上传。"),
        "complaint_layout_unknown": (422, "没有这种格式", "没有这种投诉来源的格式。", "请以 GET /v1/complaint-layouts 所列的为准。"),
        "must_recuse": (403, "须回避", "这项决定涉及本单位,或您已登记回避,不能由您办理。", "请由说明中的人员办理。"),
        "register_change_unknown": (404, "没有这项登记变更", "没有这项登记变更。", "请核对编号。"),
        "register_change_refused": (409, "不能这样确认", "这项登记变更不能这样确认。", "请按说明处理。"),
        "seal_unknown": (404, "没有这枚印章", "印章登记中没有这个编号。", "请以 GET /v1/seals 所列的为准。"),
        "seal_refused": (409, "印章不能这样办理", "印章的这一步不能这样办理。", "请按说明更正后重试。"),
        "recusal_refused": (422, "不能这样登记回避", "回避登记的内容不合格。", "请核对种类和编号。"),
        "grounds_none": (409, "没有可以重算的时限", "该核验没有送达出具单位,没有可以重算的时限。", "数据共享核验即时办结,不计时限。"),
        "record_unsigned": (409, "还没有存证", "台账还没有存证,导出后无从核对。", "请让执行器运行一两分钟后再试(./run up)。"),
        "retention_refused": (422, "不能这样办理", "清册、办件或投诉不能这样办理。", "请按说明更正后重试。"),
        "lookup_block_unknown": (404, "没有这项查询限制", "没有这个编号的查询限制。", "请以 GET /v1/lookup-blocks 所列的为准。"),
        "lookup_block_lifted": (409, "已经解除", "这项查询限制已经解除。", "无需处理。"),
        "lead_unknown": (404, "没有这条线索", "没有这条线索,或它没有通知本单位。", "请核对编号。"),
        "lead_refused": (409, "线索不能这样办理", "线索的步骤不合格。", "请按说明更正后重试。"),
        "lead_known": (409, "线索已登记", "本周已为该单位登记过同一内容的线索。", "请在原有线索上办理。"),
        "register_unknown": (404, "没有这种登记册", "没有这种登记册。", "请以 GET /v1/entered-registers 所列的为准。"),
        "entry_refused": (422, "登记内容不合格", "登记的内容不合格。", "请按 errors 逐栏更正。"),
        "register_not_yours": (403, "不能登记", "只能登记本单位的登记册;督导检查由专班办公室登记。", "请由相应单位登记。"),
        "demand_blocked": (
            409,
            "不得索要",
            "清单列有这项证明,不得向申请人索要;这次查询已登记。",
            "请以 POST /v1/verifications 发起核验,按清单所列的方式取得。",
        ),
        "demand_unlisted": (409, "不得索要", "清单中该事项不需要这项证明,不得向申请人索要;这次查询已登记。", "请核对事项编码和证明编码。"),
        "demand_refused": (422, "不能这样登记", "登记的内容不合格。", "请核对单位、事项和证明的编码。"),
        "demand_not_yours": (403, "不是本单位的", "索要以前的查询只能由本单位作出。", "反映其他单位索要的,请写明反映来源。"),
        "week_unknown": (404, "没有这一周", "不是一个周次,或早于系统启用。", "请写成 2026-W10 的形式。"),
        "week_not_issued": (404, "没有公开的数据", "这一周没有编制周报,没有可以公开的数据。", "请选择其他周次。"),
        "week_too_early": (404, "尚未公开", "一周的数据在该周结束满七天后公开。", "请届时再来。"),
        "formula_unknown": (422, "没有这个公式版本", "没有这个评分公式版本。", "请省略 formula,使用最新的版本。"),
        "scores_unsigned": (
            409,
            "评分未经签发",
            "这个时段的评分还没有人签发,不能给出。",
            "请先以 POST /v1/score-sheets 编制,再由专班办公室编制人以外的另一人以 POST /v1/score-sheets/{id}/sign 签发。",
        ),
        "score_sheet_unknown": (404, "没有这份评分表", "没有这个编号的评分表。", "请以 GET /v1/score-sheets 所列的为准。"),
        "score_signing_refused": (409, "不能这样签发", "这份评分表不能这样签发。", "请按说明处理。"),
        "period_wrong": (422, "时段不合格", "开始日期晚于结束日期,或时段超过一年。", "请更正 first 和 last。"),
    }
)
