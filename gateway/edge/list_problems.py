"""清单的问题: the part of the table of problems that is about registers, lists and their adjustment.

Each line: status, title, what happened, what to do (gateway.edge.problems.Kind).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_REGISTER = "请核对编码;确需新增的,请先由管理员登记。"
_REFRESH = "请刷新后重试。"

LIST_PROBLEMS: Mapping[str, tuple[int, str, str, str]] = MappingProxyType(
    {
        # registers
        "uscc_invalid": (422, "统一社会信用代码不合格", "统一社会信用代码的长度或校验位不对。", "请对照证书核对;暂缺的填 null,记为待补。"),
        "unit_not_registered": (422, "没有这个单位", "所填单位不在单位名录中。", _REGISTER),
        "unit_name_taken": (409, "单位名称重复", "单位名录中已有同名单位。", "请核对是否同一单位;是的,请更新原有单位。"),
        "drafts_itself": (
            422,
            "行业主管部门填写有误",
            "行业主管部门是该单位自己,或其本身另有行业主管部门,或该单位是其他单位的行业主管部门。",
            "请填写负责编制清单的部门;自行编制的填 null。",
        ),
        "system_refused": (
            422,
            "系统不能这样登记",
            "所属单位不在名录中或已停用,或系统已有密钥而改属其他单位。",
            "请按说明更正后重新登记。",
        ),
        "register_refused": (422, "不能这样登记", "登记的内容不合格。", "请按说明更正后重新登记。"),
        "source_not_configured": (
            422,
            "数据来源没有配置",
            "系统没有配置这个数据来源,或写明了接入日期而没有写来源。",
            "请填写已配置的来源名称;尚未接入的,两项都填 null。",
        ),
        # lists that come in
        "list_unknown": (404, "没有这份清单", "没有登记这份清单,或它不属于本单位。", "请核对清单代号,或先登记清单。"),
        "list_key_taken": (409, "清单代号已被使用", "这个代号已用于其他单位的清单。", "请换一个代号。"),
        "list_kind_fixed": (409, "清单种类不能再变", "该清单已有报送的文件,种类不能更改。", "请用另一个代号登记,并停用原清单。"),
        "list_not_yours": (
            403,
            "不能登记这种清单",
            "各单位登记本单位(及由本单位编制)的证明事项清单。",
            "事项清单、负面清单和告知承诺清单请由专班办公室登记和报送。",
        ),
        "list_inactive": (409, "清单已停用", "该清单已停用,不再接收文件。", "确需报送的,请先启用。"),
        "list_not_read": (404, "清单尚未读取", "这份清单还没有读取过。", "请在重建后查看;重建每夜自动进行,也可由专班办公室立即启动。"),
        "no_list_file": (415, "没有收到文件", "没有收到清单文件。", "请以表单(multipart/form-data)的 file 项上传,或直接以文件为正文。"),
        "rebuild_unavailable": (503, "暂时不能重建清单", "流程引擎暂时不可用,重建没有启动。", "请稍后重试;每夜的自动重建不受影响。"),
        "draft_unknown": (404, "没有这份草案", "没有这份草案,或还没有重建过清单。", "请核对草案编号,或先启动重建。"),
        "question_unknown": (404, "没有这个问题", "没有这个待确认的问题。", _REFRESH),
        "column_refused": (422, "没有这一列", "这种清单没有所填的列。", "请从预览的 fields 中选择;不使用的列填空文字。"),
        "answer_refused": (
            422,
            "回答不合格",
            "所填编码在登记库中没有;来源矛盾须写明以其中哪一份清单为准,事项换码须写明原编码中的一个。",
            "请从问题的 candidates 中选择,或核对编码。",
        ),
        # their adjustment
        "proposal_unknown": (404, "没有这项清单编制或调整", "没有这项编制或调整,或它不属于本单位。", _REFRESH),
        "step_refused": (409, "不能办理这一步", "现在不能由您办理这一步。", "请查看办理经过,由相应岗位的其他人员按次序办理。"),
        "nothing_changes": (422, "没有任何变动", "所报内容与现行清单相同。", "请核对是否已经公布。"),
        "change_twice": (422, "同一条目出现两次", "同一事项的同一证明只能有一处变动。", "请合并后重新报送。"),
        "entry_listed_already": (409, "清单已有这一条目", "现行清单已列有该事项的这项证明。", "请改报变更。"),
        "entry_not_listed": (409, "清单没有这一条目", "现行清单没有列出该事项的这项证明。", "请核对编码;新增的请报增加。"),
        "proof_cancelled": (422, "证明已取消", "该证明已经取消,不得再列入清单。", "请报减少,或核对证明编码。"),
        "changes_blocked": (422, "不符合清单规则", "有变动不符合清单规则,没有受理。", "请逐项更正后重新报送。"),
        "change_conflict": (409, "清单已有其他改动", "所报变动依据的条目已被其他调整改动。", "请按现行清单重新报送。"),
        "version_unknown": (404, "没有这一版清单", "没有公布过这一版清单。", "请核对版本号。"),
        "guide_handover_refused": (409, "不能登记这一版", "已登记交付较新的一版。", "请核对版本号;以导出时的版本登记。"),
        "task_unknown": (404, "没有这项更新任务", "本单位没有这项更新任务。", _REFRESH),
    }
)
