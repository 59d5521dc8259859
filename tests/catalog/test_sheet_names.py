"""The name of a sheet over rows that have no column of matters (obligation 5.1): it says of which they speak, or it is asked, or it is a
name that sheets have for another reason."""

from __future__ import annotations

import pytest

from catalog.list_kinds import ListKind
from tests.catalog.small_lists import sheets, table
from tests.catalog.test_named_over import PROOFS, A, of_matters
from tests.catalog.workbooks import workbook


@pytest.mark.parametrize(
    "name",
    (
        "公证 低保 1.公证 01公证 公证(2026) 低保_1 婚姻登记 律师执业 低保所需证明 公证材料清单 临时救助 户口迁移 高龄补贴证明 义务教育入学"
    ).split(),
)
def test_what_may_be_a_matter_is_asked(name: str) -> None:
    """Before, its rows spoke of every matter of the unit."""
    assert of_matters(PROOFS, A, name=name) == [{"ask matter"}]
    assert of_matters((*PROOFS, "事项名称"), (*A, "法律援助申请"), name=name) == ["DEMO-0002"], "a row that names its own"
    assert of_matters(("法律援助申请",), PROOFS, A, name=name) == ["DEMO-0002"], "a title that does"


@pytest.mark.parametrize(
    "name",
    (
        "Sheet1 Sheet1(2) 工作表1 清单 明细 汇总 汇总表 定稿 最终版 最终稿2 终版(3.1) 副本 修改版 附件1"
        " 附件 目录 2026年 20260301 3月 区司法局 司法局 司法 民政 公安 卫健 人社 其他 台账"
        " 证明事项 证明材料 保留 继续保留的证明 正式版 上报"
        " 审定稿 告知承诺 涉企 个人 企业 新增 部门 村居 社区 街道 封面 数据 导出结果 全量 反馈意见 证明事项告知承诺制 未命名 送审稿 公示版"
    ).split(),
)
def test_what_sheets_are_called_for_another_reason_asks_nothing(name: str) -> None:
    assert of_matters(PROOFS, A, name=name) == [None]


def test_a_list_that_speaks_of_no_matter_is_not_asked() -> None:
    rows = [("公安派出所不再出具的证明",), ("序号", "证明名称"), (1, "婚姻状况证明")]
    assert table(*rows, kind=ListKind.NEGATIVE_POLICE) == sheets(workbook(rows, name="婚姻登记"), ListKind.NEGATIVE_POLICE)[0]
