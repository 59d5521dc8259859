"""登记册 by file: a bad row is named with its line and words, the rest is taken, and the same file again enters nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from domain.listing import Change
from domain.registers import RegisterKind
from ledger.catalog import versions
from ledger.registry.registry import put_people, put_units
from ledger.tables.oversight import RegisterEntry
from ledger.tables.records import Demand
from runtime.commands.imports import main
from runtime.failures import Failure
from settings import LOCAL
from tests.ledger.acting import all_of, at_once, do
from tests.ledger.listing import standing
from tests.runtime.commands.test_imports import sheet
from tests.statements import counting, plan

pytestmark = pytest.mark.usefixtures("ledger")

TRAINING = ("单位", "日期", "内容", "学时", "参训人员")


def entries(kind: RegisterKind) -> list[dict[str, str]]:
    return [row.values for row in sorted(all_of(RegisterEntry, register=kind), key=lambda row: row.serial)]


def test_training_comes_by_file_row_by_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 15.3: who has left and who is of a closed unit is named; the rest is taken."""
    do(put_people, [{"code": "demo-civil-1", "unit": "370402-CIVIL", "name": "演示", "roles": ["agent"], "active": False}])
    do(put_units, [{"code": "370402-HEAT", "name": "演示供热公司", "kind": "public_service", "active": False}])
    file = sheet(
        tmp_path / "t.xlsx",
        TRAINING,
        ("区司法局", date(2026, 3, 4), "系统应用", 2, "demo-justice-1"),
        ("370402-CIVIL", "2026年3月4日", "系统应用", 2, "demo-civil-1"),
        ("370402-HEAT", "2026-03-04", "系统应用", 2, "demo-heat-1"),
        ("没有的单位", "2026-03-04", "系统应用", 2, "demo-heat-1"),
        ("370402-PERMIT", "2026/3/5", "系统应用", "两", "demo-permit-1"),
        ("370402-PERMIT", "2026/3/5", "印章管理", 3, "demo-permit-1"),
    )
    assert main(["training", str(file)]) == 1
    said = capsys.readouterr().out
    assert "共 6 行:登记 2 行,此前已登记 0 行,未登记 4 行。" in said
    for words in (
        "第 3 行未登记:“参训人员”demo-civil-1 已不在岗",
        "第 4 行未登记:演示供热公司已停用",
        "第 5 行未登记:没有这个单位",
        "第 6 行未登记:“学时”应为整数",
    ):
        assert words in said
    kept = entries(RegisterKind.TRAINING)
    assert [row["日期"] for row in kept] == ["2026-03-04", "2026-03-05"] and kept[0]["学时"] == "2"
    assert main(["training", str(file)]) == 1 and "登记 0 行,此前已登记 2 行" in capsys.readouterr().out
    assert entries(RegisterKind.TRAINING) == kept


def test_responsibility_members_decisions_and_laws_come_by_file(tmp_path: Path) -> None:
    """Obligations 4.1, 4.2, 5.5, 15.1."""
    files = {
        "responsibility": [
            ("单位", "主要领导职务", "分管领导职务", "岗位责任制文件", "印发日期"),
            ("370402-CIVIL", "局长", "副局长", "一号文件", "2026-03-02"),
        ],
        "members": [("单位", "人员", "职责", "起始日期"), ("区司法局", "demo-justice-1", "成员", "2026-01-01")],
        "decisions": [
            ("单位", "种类", "日期", "议题", "参加成员", "结果", "文件"),
            ("370402-OFFICE", "重大问题", "2026-03-04", "跨区证明", "demo-justice-1", "同意", None),
        ],
        "law_changes": [("单位", "法规", "施行日期"), ("370402-CIVIL", "《演示办法》", "2026-03-02")],
    }
    for kind, rows in files.items():
        assert main([kind, str(sheet(tmp_path / f"{kind}.xlsx", *rows))]) == 0
        assert len(entries(RegisterKind(kind))) == 1


def test_a_file_without_its_columns_or_a_register_that_judges_without_a_person_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failure, match="表头缺少列:参训人员"):
        main(["training", str(sheet(tmp_path / "a.xlsx", TRAINING[:-1]))])
    inspected = sheet(tmp_path / "i.xlsx", ("单位", "检查日期", "内容", "发现问题"), ("370402-CIVIL", "2026-03-04", "窗口", "无"))
    assert main(["inspections", str(inspected)]) == 1 and "须由登记的工作人员决定" in capsys.readouterr().out
    assert main(["inspections", str(inspected), "--by", "demo-admin"]) == 0


def test_a_finding_without_its_term_is_named_and_the_rest_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 19.1."""
    file = sheet(
        tmp_path / "i.xlsx",
        ("单位", "检查日期", "内容", "发现问题", "整改期限", "办结日期", "计划序号"),
        ("370402-CIVIL", "2026-03-04", "窗口", "无", None, None, None),
        ("370402-CIVIL", "2026-03-04", "窗口", "仍索要证明", None, None, None),
        ("370402-CIVIL", "2026-03-04", "窗口", "仍索要证明", "2026年3月9日", None, None),
        ("370402-CIVIL", "2026-03-04", "窗口", "仍索要证明", "2026-03-03", None, None),
        ("370402-CIVIL", "2026-03-04", "窗口", "无", None, None, 99),
    )
    assert main(["inspections", str(file), "--by", "demo-admin"]) == 1
    said = capsys.readouterr().out
    assert "共 5 行:登记 2 行,此前已登记 0 行,未登记 3 行。" in said
    for words in (
        "第 3 行未登记:“整改期限”发现问题的须填整改期限;没有发现问题的,“发现问题”填“无”。",
        "第 5 行未登记:“整改期限”不能早于检查日期。",
        "第 6 行未登记:“计划序号”应为督导检查计划中本单位一条的序号。",
    ):
        assert words in said.replace("\n", "")
    assert [row.get("整改期限") for row in entries(RegisterKind.INSPECTIONS)] == [None, "2026-03-09"]


def test_what_is_filled_in_later_goes_on_with_its_row(tmp_path: Path) -> None:
    """Obligation 19.1: the same sheet with its 办结日期 closes the finding and is none beside it; the old sheet again opens none."""
    head = ("单位", "检查日期", "内容", "发现问题", "整改期限", "办结日期")
    open_, closed = (
        sheet(tmp_path / f"{name}.xlsx", head, ("370402-CIVIL", "2026-03-02", "窗口", "仍索要证明", "2026-03-03", day))
        for name, day in (("open", None), ("closed", "2026-03-03"))
    )
    for file in (open_, closed, open_, closed):
        assert main(["inspections", str(file), "--by", "demo-admin"]) == 0
    first, second = sorted(all_of(RegisterEntry, register=RegisterKind.INSPECTIONS), key=lambda row: row.serial)
    assert (second.replaces, second.values.get("办结日期")) == (first.serial, "2026-03-03")


def test_a_second_device_with_another_day_is_no_correction_of_the_first(tmp_path: Path) -> None:
    """Obligation 6.1: only what is filled in later goes on with its row."""
    head = ("单位", "窗口", "设备", "数量", "启用日期")
    rows = [("370402-CIVIL", "一号窗口", "高拍仪", 1, day) for day in (None, "2026-03-02", "2026-03-03")]
    for order in (rows[:1], rows[1:], rows):  # and again by the same file
        assert main(["devices", str(sheet(tmp_path / "devices.xlsx", head, *order)), "--by", "demo-admin"]) == 0
    kept = all_of(RegisterEntry, register=RegisterKind.DEVICES)
    assert sorted(str(row.values.get("启用日期")) for row in kept) == ["2026-03-02", "2026-03-03", "None"]
    assert {row.replaces for row in kept} == {None}


def test_demands_come_by_file_row_by_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligations 7.5, 16.2."""
    file = sheet(
        tmp_path / "d.xlsx",
        ("单位编码", "事项编码", "证明编码", "反映来源", "索要日期", "证明名称"),
        ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "申请人", "2026-03-04"),
        ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "路人", ""),
        ("370402-NONE", "DEMO-0001", "P-HOUSEHOLD", "工作人员", ""),
        ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "业务系统", "2099-01-01"),
        ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "工作人员", "昨天"),
        ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "工作人员", "2026年3月5日"),
        ("370402-PERMIT", "DEMO-0001", "", "申请人", "2026-03-04", "户籍证明"),
        ("370402-PERMIT", "DEMO-0001", "", "申请人", "2026-03-04", "演示奇异证明"),
        ("370402-PERMIT", "DEMO-0001", "", "申请人", "2026-03-04", ""),
    )
    assert main(["demands", str(file)]) == 1
    said = capsys.readouterr().out
    assert "共 9 行:登记 4 行,此前已登记 0 行,未登记 5 行。" in said
    for words in (
        "第 3 行未登记:“反映来源”应为",
        "第 4 行未登记:没有所填的单位",
        "第 5 行未登记:“索要日期”在将来",
        "第 6 行未登记:“昨天”不是日期",
        "第 10 行未登记:请写明证明编码或者材料名称",
    ):
        assert words in said
    kept, other, named, unregistered = sorted(all_of(Demand), key=lambda row: row.serial)
    assert [(row.proof, row.paper, row.listed, row.unlisted) for row in (named, unregistered)] == [
        ("P-HOUSEHOLD", "户籍证明", True, False),
        (None, "演示奇异证明", False, True),
    ]
    assert other.demanded_at - kept.demanded_at == timedelta(days=1)
    assert (kept.told_by, kept.listed, kept.blocked) == ("applicant", True, False)


def test_demands_that_come_again_are_recorded_once_and_two_of_one_day_are_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligations 7.5, 16.6: a file that was put right is sent again whole; each of its demands would be a sign of its own otherwise."""
    head = ("单位编码", "事项编码", "证明编码", "反映来源", "索要日期", "证明名称")
    one = ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "申请人", "2026-03-04", "")
    others = [one[:3] + ("工作人员", *one[4:]), (*one[:2], "", "申请人", "2026-03-04", "户籍证明")]
    for rows, recorded in (([one, one, *others], 4), ([*others, one, one], 4), ([one, one, one], 5), ([one], 5)):
        assert main(["demands", str(sheet(tmp_path / "d.xlsx", head, *rows))]) == 0
        assert len(all_of(Demand)) == recorded
    assert "共 1 行:登记 0 行,此前已登记 1 行,未登记 0 行。" in capsys.readouterr().out
    for recorded in (6, 7):  # of which nobody says when
        assert main(["demands", str(sheet(tmp_path / "d.xlsx", head, (*one[:4], "", "")))]) == 0
        assert len(all_of(Demand)) == recorded


def test_two_files_at_once_record_what_one_would(tmp_path: Path) -> None:
    """Obligations 7.5, 15.3, 16.6: two people import what they were both sent. Two rows of one day that say the same stay two."""
    one = ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "申请人", "2026-03-04")
    demanded = (
        ("单位编码", "事项编码", "证明编码", "反映来源", "索要日期"),
        one,
        one,
        *[(*one[:4], f"2026-02-{day}") for day in range(10, 20)],
    )
    trained = TRAINING, *[("370402-JUSTICE", f"2026-02-{day}", "系统应用", 2, "demo-justice-1") for day in range(10, 22)]
    files = {kind: str(sheet(tmp_path / f"{kind}.xlsx", *rows)) for kind, rows in (("demands", demanded), ("training", trained))}
    for kind, file in files.items():
        assert at_once(*[lambda kind=kind, file=file: main([kind, file])] * 4) == [0] * 4
    assert (len(all_of(Demand)), len(entries(RegisterKind.TRAINING))) == (12, 12)


def test_whether_a_demand_is_on_the_record_is_not_asked_of_all(tmp_path: Path) -> None:
    head = ("单位编码", "事项编码", "证明编码", "反映来源", "索要日期")
    with counting() as spent:
        assert (
            main(["demands", str(sheet(tmp_path / "d.xlsx", head, ("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "申请人", "2026-03-04")))])
            == 0
        )
    (asked,) = (one for one in spent.whole if "count(*)" in one[0] and "demands" in one[0])
    read = plan(asked, "enable_seqscan")
    assert re.search(r"Index Cond: .*demanded_at = .*matter = ", read), read


def test_a_demand_of_a_day_on_which_it_became_allowed_is_no_sign(tmp_path: Path) -> None:
    """Obligations 7.5, 16.6: a file says the day alone, and an office would else be blamed for what it asked for in the afternoon."""
    kept_out = replace(standing(), outside_region=True, checkable_online=False)
    do(versions.publish, [Change(standing(), kept_out)], document="x", now=datetime(2026, 3, 4, 10, tzinfo=LOCAL), actor="x")
    head = ("单位编码", "事项编码", "证明编码", "反映来源", "索要日期")
    days = [("370402-PERMIT", "DEMO-0001", "P-HOUSEHOLD", "申请人", day) for day in ("2026-03-03", "2026-03-04", "2026-03-05")]
    assert main(["demands", str(sheet(tmp_path / "d.xlsx", head, *days))]) == 0
    assert [row.listed for row in sorted(all_of(Demand), key=lambda row: row.serial)] == [True, False, False]
