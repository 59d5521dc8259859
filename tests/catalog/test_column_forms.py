"""How departments name the columns of a list of proofs: a table of wordings, each with what it must be taken for (obligation 5.1)."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from catalog.cleaning import key, without_brackets
from catalog.column_forms import formed
from catalog.column_names import BY_NAME, SYNONYMS
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import Verdict
from tests.catalog.registries import sandbox
from tests.catalog.workbooks import saved, workbook

WORDINGS = {
    "proof": "证明名称 证明材料 证明材料名称 证明文件名称 需提交的证明 需要提供的证明材料 所需证明材料 "
    "应提交的证明材料名称 需申请人提供的证明 申请人需提交的证明材料 保留的证明事项 保留的证明事项名称 "
    "取消的证明材料 拟取消的证明事项名称 索要的证明 证明事项的名称 证明具体名称 申报材料名称 办理所需材料名称 "
    "收取的证明 办事需要什么证明 免提交的证明材料 免提交证明名称 "
    "企业应当提交的证明文件 取消和调整的证明材料 取消、调整的证明事项 清理规范的证明事项名称",
    "matter": "事项名称 办理事项 涉及事项 涉及的政务服务事项 适用的政务服务事项名称 对应的事项名称 所涉及的行政权力事项 "
    "关联事项 办事事项名称 具体事项名称 使用的办理事项 服务事项 公共服务事项名称 审批事项名称 行政许可事项 "
    "业务办理项名称 证明涉及事项 申办事项 证明事项用途 证明材料的用途 "
    "原办理事项 原证明用途 办事项目 项目名称 居民办理事项 业务名称 应用事项 用于办理",
    "sub_matter": "子项名称 子项 小项名称 事项子项名称 业务子项名称",
    "matter_code": "事项编码 职权编码 权力编码 行政权力事项编码 实施清单编码 业务办理项编码 政务服务事项编号 事项唯一编码 "
    "目录编码 基本编码 职权编号",
    "basis": "设定依据 法律依据 设定及保留依据 法律法规依据 政策文件依据 法定依据 索要依据 设定依据及条款 政策依据 "
    "设定依据名称 实施依据 要求的依据 法律法规依据及具体条款 依据文件 要求提供证明的依据",
    "unit": "索要单位 需求单位 索要部门 用证部门 使用证明单位 要求提供单位 实施部门 责任单位名称 主管部门 牵头单位 "
    "审批部门 填报单位 编制单位 受理机构 收取证明的单位 办事单位全称 "
    "要求出具证明事项的单位 要求提供证明材料的部门 原索要单位 清理单位 证明索要单位",
    "issuer": "出具单位 开具单位 证明出具机关 证明材料开具单位 出证机关 核发机关名称 证明的出具部门 签发单位 颁发机关 "
    "提供证明的单位 协查单位 被核验单位 出具证明的部门 发证机关名称 材料出具单位 "
    "原开具单位 数据提供单位 到哪里开 证明由谁出具 开证明的单位",
    "methods": "核验方式 免提交方式 替代措施 取消后办理方式 取消后的替代方式 核验途径 实现方式 免证方式 核查方法 "
    "免予提交的方式 免提交实现途径 代替的办理方式 取消替代方式 查验方式 保障措施 处理方式 取消后处理方式 核实途径",
    "limit_minutes": "核验时限 核验期限 核验时长 反馈时限 核验用时 核验所需时间",
    "basis_text": "依据条文内容 条款内容 法律条文内容 设定依据条款内容",
    "database_backed": "有无数据库依托 是否有数据库依托",
    "checkable_online": "可否网络核验 能否在线核查 是否可网上核验",
    "immediate": "可否立即核验 能否当场核验",
    "standing": "取消或保留 清理意见 清理结果 处理建议 处置意见 清理取消意见 梳理结果 清理结论",
    "fields": "核验内容 核验字段 需核验的内容 核验要素 所需核查的信息项 共享数据项",
    "validity_days": "有效期 证明有效期 有效期限 证明的有效期天数",
    "no_commitment": "不能实行告知承诺原因 不宜实行告知承诺制的理由 不适用告知承诺的原因",
    "exclusion": "不适用情形 排除情形 例外情形 不适用的理由",
    "source": "数据来源 共享数据来源 数据共享来源",
}
#: What stands beside them and is none of these.
OTHERS = (
    "联系电话 办理地点 受理条件 材料份数 材料类型 证明材料份数 收费标准 咨询电话 事项数量 事项类别 证明样式 "
    "是否收费 办理流程 法定办结时限 填报时间 证明期限要求 单位地址 单位性质 开具证明所需时间 出具证明的条件 "
    "依据条款数 证明用途说明人 年办件量 年开具量 近三年办件量 审批权限 涉及领域 服务对象 事项状态 办理科室 责任科室 原因 原件 服务项目"
).split()


def field(name: str) -> str | None:
    return next((found for text in (name, without_brackets(name)) if (found := BY_NAME.get(key(text)) or formed(text))), None)


@pytest.mark.parametrize(("name", "expected"), [(name, field) for field, names in WORDINGS.items() for name in names.split()])
def test_a_plausible_wording_is_taken_for_what_it_is(name: str, expected: str) -> None:
    assert field(name) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_something_else_is_taken_for_nothing(name: str) -> None:
    assert field(name) is None


def test_no_form_takes_what_is_the_known_name_of_another_field() -> None:
    wrong = {name: (known, found) for known, names in SYNONYMS.items() for name in names if (found := formed(name)) not in (None, known)}
    assert wrong == {}


def test_a_known_name_comes_before_a_likely_one() -> None:
    header = ("审批事项名称", "事项编码", "所需证明材料", "证明名称", "设定依据", "核验方式")
    row = ("法律援助申请", "DEMO-0002", "见附表", "经济困难证明", "《法律援助法》", "部门核验")
    (result,) = read_list(workbook([header, row]), ListKind.PROOFS, sandbox())
    assert result.rows[0].verdict is Verdict.ACCEPTED and result.sheet.unused == ("所需证明材料",)


def test_a_header_of_three_rows() -> None:
    rows = [
        ["序号", "证明信息", None, None, "核验信息", None, None],
        [None, "证明名称", "设定情况", None, "出具方", "核验方式", "行使层级"],
        [None, None, "涉及的事项编码", "设定及保留依据", "证明出具机关", None, "县级"],
        [1, "经济困难证明", "DEMO-0002", "《法律援助法》", "光明路街道办事处", "部门核验", "√"],
    ]
    merged = ["A1:A3", "B1:D1", "E1:G1", "B2:B3", "C2:D2", "F2:F3"]
    (result,) = read_list(workbook(rows, merged), ListKind.PROOFS, sandbox())
    (row,) = result.rows
    assert row.verdict is Verdict.ACCEPTED and row.line == 4 and result.sheet.unused == ()


def test_a_title_of_several_lines_is_no_header() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["附件2"], ["市中区证明事项清单"], ["填报单位:区司法局"], ["证明名称", "事项编码"], ["经济困难证明", "DEMO-0002"]):
        sheet.append(line)
    (result,) = read_list(saved(book), ListKind.PROOFS, sandbox())
    assert [row.line for row in result.rows] == [5] and result.sheet.header == ("证明名称", "事项编码")
