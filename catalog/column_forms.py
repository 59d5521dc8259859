"""列名的写法: how names of columns are made that nobody listed: 证明材料出具机关名称, 需要申请人提交的证明材料.

A form holds a whole name, and a name that fits two fields fits none: what is guessed wrong takes a list for what it is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from catalog.cleaning import key


def _form(*parts: str) -> str:
    """Parts one after another: each one of the words that it names; a part that ends in ? may be missing."""
    return "".join(f"({'|'.join(part.removesuffix('?').split())}){'?' if part.endswith('?') else ''}" for part in parts)


_PAPER = "证明 证明材料 证明文件 证明事项 证明类材料"
_OFFICE = _form("单位 部门 机关 机构 主体", "名称 全称?")  #: a section of one (办理科室) is none
_BODY = _form("单位 部门 机关 机构 主体 处室 科室", "名称 全称?")
_GIVES = "开 出具 开具 核发 制发 出证 发证 颁发 签发 提供 协查 核验 协助核验 协助核查 被核验"
_ASKS = "清理 索要 需求 要求 使用 用证 办理 实施 受理 责任 主管 牵头 承办 审批 填报 报送 编制 办事 收取"
#: Field -> the forms that its names take, spaces and punctuation left aside.
_FORMS: Mapping[str, tuple[str, ...]] = {
    "sequence": (_form("序 行号 编序 顺序号"),),
    "proof_code": (_form(_PAPER, "的?", "编码 代码 编号"),),
    "proof": (
        _form(
            "所需 需 需要 应 应当 须?",
            "申请人 当事人 办事人 群众 企业?",
            "所需 需 需要 应 应当 须?",
            "提交 提供 出具 开具 递交 保留 取消 调整 清理 拟取消 拟保留 索要 收取 查验 免提交 免于提交 免予提交?",
            "和 及 与 或?",
            "提交 提供 保留 取消 调整 规范?",
            "的?",
            _PAPER,
            "名称 的名称 具体名称 种类名称?",
        ),
        _form("申请 申报 办理?", "所需?", "材料 要件", "名称"),
        _form("办事 办理 申请?", "需要 需 要", "提供 提交 开具 开 带?", "什么 哪些 何种", _PAPER),
    ),
    "matter_code": (
        _form(
            "涉及 所涉及 适用 对应 所对应?",
            "的?",
            "政务服务 公共服务 行政权力 行政 职权 权力 实施 基本 业务 服务 办理?",
            "事项 职权 权力 实施清单 目录 办理项 业务项",
            "的?",
            "唯一?",
            "编码 代码 编号",
        ),
    ),
    "matter": (
        _form(
            "原?",
            "证明 居民 群众 企业?",
            "涉及 所涉及 适用 所适用 应用 对应 所对应 关联 使用 办理 办事 申办 服务 行政 许可 审批 政务 公共 权力 具体 所属 业务",
            "的?",
            "政务服务 公共服务 服务 办理 权力 许可 行政权力 行政许可 行政?",
            "事项 业务 办理项 服务项目",
            "名称 的名称 具体名称?",
        ),
        _form("原?", _PAPER, "的?", "用途 使用用途 具体用途"),
        _form("办事 办理 审批", "项目", "名称?"),
        _form("项目名称 业务名称"),
        _form("用于 用在", "办理 申请?", "的?", "事项 何事 何种事项 哪些事项 业务 用途?", "名称?"),
    ),
    "sub_matter": (_form("事项 业务 办理项?", "的?", "子项 小项 细项", "事项?", "名称?"),),
    "basis": (
        _form(
            "要求提供 要求提供证明 提供证明 索要证明 设定 实施 法律 法规 法律法规 法定 政策 政策文件 索要 要求 文件 证明",
            "的?",
            "设定 索要 保留?",
            "及 和 与?",
            "设定 保留 索要 政策 法规?",
            "的?",
            "依据 依据文件 根据",
            "名称 文号 及条款 条款 及文号 及条文 及具体条款?",
        ),
    ),
    "basis_text": (_form("依据 设定依据 法律 法律法规 法律依据", "的?", "条文 条款 具体条文 具体条款", "及 和?", "内容 原文 规定"),),
    "unit": (_form("原?", "证明 证明材料 材料?", _ASKS, "提交 提供 出具 开具?", f"{_PAPER}?", "的?") + _OFFICE,),
    "unit_code": (_form("部门 单位 机构 实施主体 主体", "的?", "统一社会?", "信用代码 编码 代码"),),
    "standing": (_form("清理 处理 处置 取消 保留 梳理 审核", "取消 保留?", "意见 结果 结论 建议 情况 类型"), _form("清理", "方式")),
    "issuer": (
        _form("原?", f"{_PAPER} 材料 证件 证照?", "的?", _GIVES, f"{_PAPER}?", "的?") + _BODY,
        _form("数据 信息 证明 材料", "的?", "提供 来源 共享 归集") + _BODY,
        _form("证明 材料", "由?", "谁 哪个单位 哪个部门", "出具 开具"),
        _form("到 去 在 由?", "哪里 哪儿 何处 哪个单位 哪个部门 哪", "开具 开 出具 办理 办"),
    ),
    "handling": (_form("办件 办理", "类型 类别 性质"),),
    "promised_days": (_form("承诺", "办结 办理?", "时限 期限 时间 工作日"),),
    "region": (_form("所属 行使?", "行政区划 区划", "代码 编码?"),),
    "methods": (
        _form(
            "免提交 免证 免证办 核验 替代 取消 取消后 核查 实现 获取 查验 保障 免予提交 不再提交后 代替",
            "的?",
            "办理 核验 替代 核查 获取 实现 处理?",
            "的?",
            "方式 途径 方法 措施 渠道 办法 手段",
        ),
        _form("核实 证实", "的?", "途径 方法 渠道 办法 手段"),
    ),
    "source": (_form("数据 共享 共享数据 核验数据 数据共享", "的?", "来源 来源系统"),),
    "fields": (_form("需 需要 所需 应?", "核验 核查 查验 共享", "的?", "内容 字段 要素 数据项 信息项 主要内容"),),
    "validity_days": (_form("证明?", "的?", "有效期 有效期限 有效时间", "天数 多久 多长 多长时间?"),),
    "limit_minutes": (_form("核验 反馈", "的?", "时限 期限 时长 所需时间 需要时间 用时", "分钟?"),),
    "database_backed": (_form("有无 是否有 是否具有", "数据库", "依托 支撑"),),
    "checkable_online": (_form("可否 能否 是否可以 是否可 是否能", "网络 网上 在线 联网", "核验 核查"),),
    "immediate": (_form("可否 能否 是否可以 是否可 是否能 是否", "立即 即时 当场", "核验 核查 办结 反馈"),),
    "exclusion": (_form("不适用 排除 例外", "的?", "情形 类别 情况 理由"),),
    "no_commitment": (_form("不能 不宜 不 不可", "实行 适用 采用 采取", "告知承诺 告知承诺制", "的?", "原因 理由 情形"),),
    "remark": (_form("备注说明 其他说明 需要说明的情况 需要说明的问题"),),
}
_COMPILED = {field: re.compile("|".join(forms)) for field, forms in _FORMS.items()}


@lru_cache(maxsize=10_000)
def formed(name: str) -> str | None:
    """The field whose names take this form, or None: what fits two fits none."""
    plain = key(name)
    found = [field for field, form in _COMPILED.items() if form.fullmatch(plain)]
    return found[0] if len(found) == 1 else None
