"""核验方式 written as sentences (obligations 7.1, 7.3, 7.6): each is understood as a whole, and what denies anything goes back."""

from __future__ import annotations

import pytest

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, Verdict
from domain.methods import Method
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook

SHARED, PROMISED, ASKED = Method.DATA_SHARING, Method.COMMITMENT, Method.ISSUER
SENTENCES: dict[tuple[Method, ...], str] = {
    (SHARED,): "通过省电子证照系统查询 与区残联数据共享 网上查询 电子证照库查询 民政部门数据共享 在线核查 系统自动核验 市级数据共享平台调用"
    " 查询全国婚姻登记系统 登录婚姻登记信息系统查询 通过数据共享获取 通过与公安部门信息共享核验 部门间信息共享 数据共享(省平台)"
    " 调取电子证照 通过全国一体化政务服务平台核验电子证照 联网核查身份信息 优先数据共享 大数据平台 扫描电子证照",
    (PROMISED,): "申请人书面承诺即可 申请人签署承诺书 实行告知承诺制,事后核查 以书面承诺代替证明 凭承诺书办理 申请人自行承诺",
    (ASKED,): "由社区民警入户核实后反馈 由街道办事处入户核实后反馈 街道协助核查 街道社区实地核实 电话核实 书面函询 由出具单位核实"
    " 由公安机关协助核查 向民政局发函核实 部门核验(向光明路街道发函) 政府部门间核查 由区档案馆查询档案后反馈 由档案馆查档后出具 向残联核实",
    (SHARED, ASKED): "1.数据共享;2.部门核验(数据共享查不到时) 优先数据共享,无法共享的实行部门核验 数据共享为主、部门核验为辅"
    " 通过省平台查询,查询不到的由街道办事处核实 由共享平台和民政局核验",
}
#: More than one and nobody knows in which order, given up, brought by the applicant, done by the office itself, or denied.
NONE = (
    "不再提交 直接取消 现场勘查 其他方式 部门核验、现场走访 不实行告知承诺 不再部门核验 自行提供 申请人自行提供 申请人网上查询打印 无需核验"
    " 取消数据共享 改为部门核验 由我局工作人员现场核查 停止部门核验 入户核实 由申请人到派出所开具 查验身份证 暂不数据共享 身份证替代"
    " 由居民身份证替代 部门核验取消 申请人到街道办事处核实 部门核验(不再提交) 数据共享后取消 未实现数据共享 非部门核验"
    " 数据共享后由民政局核实 由申请人承诺后部门核验"
    " 待开通数据共享 拟采用告知承诺 计划数据共享 逐步实现数据共享 删除部门核验 部门核验已移交 原则上部门核验"
)


@pytest.mark.parametrize(("text", "methods"), [(text, methods) for methods, texts in SENTENCES.items() for text in texts.split()])
def test_a_sentence_says_which_method_it_is(text: str, methods: tuple[Method, ...]) -> None:
    """Before, only names of methods were understood, and each of these rows went back."""
    assert values.methods(text) == methods


@pytest.mark.parametrize("text", NONE.split())
def test_a_sentence_that_says_anything_else_goes_back(text: str) -> None:
    with pytest.raises(NotUnderstood):
        values.methods(text)


@pytest.mark.parametrize("text", ["事后核查", "日常监管和定期抽查", "窗口办理、网上办理"])
def test_what_says_nothing_of_how_it_is_checked_is_left_out_and_remarked(text: str) -> None:
    row = (*GOOD[:5], text, *GOOD[6:])
    (found,) = read_list(workbook([HEADER, row]), ListKind.PROOFS, sandbox())[0].rows
    assert found.verdict is Verdict.ACCEPTED and isinstance(found.fact, ProofFact) and found.fact.methods is None
    assert [(fault.code, fault.blocks) for fault in found.faults] == [("method_not_said", False)]


def test_a_proof_that_is_given_up_may_be_looked_at_afterwards_and_not_be_checked_by_another_way() -> None:
    header = ("证明名称", "事项编码", "取消或保留", "核验方式")
    rows = [("经济困难证明", "DEMO-0002", "取消", "事后核查"), ("户籍证明", "DEMO-0002", "取消", "由街道办事处核实后反馈")]
    first, second = read_list(workbook([header, *rows]), ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(first.fact, ProofFact) and first.fact.cancelled
    assert [fault.code for fault in second.faults] == ["cancelled_with_method"]
