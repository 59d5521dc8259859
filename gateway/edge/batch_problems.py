"""批量核验的问题: the part of the table of problems that is about batches.

Each line: status, title, what happened, what to do (gateway.edge.problems.Kind).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BATCH_PROBLEMS: Mapping[str, tuple[int, str, str, str]] = MappingProxyType(
    {
        "batch_unknown": (404, "没有这个批次", "没有这个批次,或它不属于本单位。", "请核对批次编号。"),
        "batch_state": (409, "批次不能这样办理", "批次的现状不允许这项操作。", "请查看批次的最新状态后再决定。"),
        "batch_file": (422, "文件不能读取", "文件不能作为批量核验表读取,整份没有收下。", "请按说明改正后重新上传。"),
        "responsible_unknown": (422, "没有这名责任人", "责任人不是本单位在册、在岗的人员。", "请填写本单位人员的人员编码。"),
        "batch_quota_spent": (
            429,
            "已达批量限额",
            "本单位今天批量核验的行数已达限额,这一批没有收下。",
            "请在次日提交,或请专班办公室调整限额。",
        ),
        "batch_not_ended": (
            409,
            "批次尚未办结",
            "批次还有未办结的行。",
            "请稍后查询进度,或等候回调;只要目前已有的,请在地址后加 ?so_far=true。",
        ),
        "nothing_asked": (409, "批次中没有这样的申请", "这个批次在本单位的收件箱中没有待答复的申请。", "请刷新收件箱后重试。"),
    }
)
