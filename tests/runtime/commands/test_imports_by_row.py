"""Matters, proofs, databases, complaints by file: a bad row is named and stops no other, and the same file again changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.limits import HandlingType
from ledger.database import transaction
from ledger.tables.oversight import Complaint
from ledger.tables.registry import Database, Matter, ProofKind
from runtime.commands.imports import import_file, main
from runtime.failures import Failure
from tests.runtime.commands.test_imports import count, sheet

MATTERS = ("事项编码", "事项名称", "单位编码", "办件类型", "承诺时限", "市级以上审核")
PROOFS = ("证明编码", "证明名称", "别名", "设定依据", "出具单位", "核验内容", "有效天数", "取消")
DATABASES = ("数据库编码", "数据库名称", "责任单位", "数据来源", "接入日期")


def test_matters_proofs_and_databases_are_imported_twice_without_a_change(ledger: str, tmp_path: Path) -> None:
    files = {
        "matters": sheet(
            tmp_path / "m.xlsx",
            MATTERS,
            ("M-1", "演示\n事项", "370402-CIVIL", "承诺件", 20.0, "是"),
            ("M-2", "即办事项", "370402-CIVIL", "即办件", 0, ""),
        ),
        "proofs": sheet(
            tmp_path / "p.xlsx", PROOFS, ("P-1", "演示证明", "甲证明、乙证明", "《办法》第三条", "市中区民政局", "姓名、住址", 90, "")
        ),
        "databases": sheet(
            tmp_path / "d.xlsx",
            DATABASES,
            ("D-1", "演示库", "370402-CIVIL", "licence_library", datetime(2026, 3, 1)),  # noqa: DTZ001
            ("D-2", "演示库二", "370402-CIVIL", "licence_library", 45000),
            ("D-3", "未接入库", "370402-CIVIL", "", ""),
        ),  # noqa: DTZ001
    }
    for _ in range(2):
        assert [main([kind, str(file)]) for kind, file in files.items()] == [0, 0, 0]
    with transaction() as session:
        matter, at_once = session.get_one(Matter, "M-1"), session.get_one(Matter, "M-2")
        assert (matter.name, matter.handling, matter.promised_days, matter.reviewed_above) == ("演示事项", HandlingType.PROMISED, 20, True)
        assert at_once.promised_days is None
        proof = session.get_one(ProofKind, "P-1")
        assert (proof.aliases, proof.issuing_unit, proof.fields, proof.validity_days) == (
            ["甲证明", "乙证明"],
            "370402-CIVIL",
            ["姓名", "住址"],
            90,
        )
        since = [session.get_one(Database, code).connected_since for code in ("D-1", "D-2", "D-3")]
        assert since == [date(2026, 3, 1), date(2023, 3, 15), None]


@pytest.mark.parametrize(
    ("kind", "header", "row", "fault"),
    [
        ("matters", MATTERS, ("M-1", "事项", "X-NONE", "承诺件", "", ""), "没有这个单位"),
        ("matters", MATTERS, ("M-1", "事项", "370402-CIVIL", "特办件", "", ""), "不认识的办件类型"),
        ("matters", MATTERS, ("M-1", "事项", "370402-CIVIL", "承诺件", "1个月", ""), "承诺时限:“1个月”不是"),
        ("matters", MATTERS, ("M 1", "事项", "370402-CIVIL", "承诺件", "", ""), "事项编码须由"),
        ("proofs", PROOFS, ("P-1", "", "", "", "", "", "", ""), "证明名称为空"),
        ("proofs", PROOFS, ("P-1", "证明", "", "", "", "", "6个月", ""), "有效天数"),
        ("databases", DATABASES, ("D-1", "库", "370402-CIVIL", "nowhere", ""), "没有配置"),
        ("databases", DATABASES, ("D-1", "库", "370402-CIVIL", "", "2026-03-01"), "没有写数据来源"),
        ("databases", DATABASES, ("D-1", "库", "370402-CIVIL", "licence_library", "2099-01-01"), "将来"),
        ("databases", DATABASES, ("D-1", "库", "370402-CIVIL", "licence_library", "去年"), "不是日期"),
    ],
)
def test_a_faulty_row_of_another_register_stops_no_other(
    shared_ledger: str, tmp_path: Path, kind: str, header: tuple[str, ...], row: tuple[str, ...], fault: str
) -> None:
    good = {
        "matters": ("M-9", "好事项", "370402-CIVIL", "即办件"),
        "proofs": ("P-9", "好证明"),
        "databases": ("D-9", "好库", "370402-CIVIL"),
    }[kind]
    table = {"matters": Matter, "proofs": ProofKind, "databases": Database}[kind]
    found = import_file(kind, sheet(tmp_path / "f.xlsx", header, row, good))
    assert found.taken == 1 and list(found.refused) == [2] and fault in found.refused[2]
    with transaction() as session:
        assert session.get(table, good[0]) is not None and session.get(table, row[0]) is None


def test_what_stands_twice_or_cannot_be_read_is_refused_and_the_rest_is_taken(
    ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (
        ("M-1", "甲事项", "370402-CIVIL", "即办件"),
        ("M-1", "乙事项", "370402-CIVIL", "即办件"),
        ("M-2", "丙事项", "370402-CIVIL", "即办件"),
        ("M-3", 370402202603040011, "370402-CIVIL", "即办件"),
    )
    assert main(["matters", str(sheet(tmp_path / "m.xlsx", MATTERS[:4], *rows))]) == 1
    said = capsys.readouterr().out
    assert "共 4 行:导入 1 行,未导入 3 行。" in said and "整表重新导入" in said
    for words in ("第 2 行未导入:事项编码在表中不止一行", "第 3 行未导入:事项编码在表中不止一行", "第 5 行未导入:“事项名称”:"):
        assert words in said
    with transaction() as session:
        assert [session.get(Matter, code) is not None for code in ("M-1", "M-2", "M-3")] == [False, True, False]
    assert main(["matters", str(sheet(tmp_path / "n.xlsx", MATTERS[:4], *rows[1:3]))]) == 0
    assert "已导入 2 行。" in capsys.readouterr().out


def test_what_is_connected_keeps_its_source(ledger: str, tmp_path: Path) -> None:
    import_file("databases", sheet(tmp_path / "a.xlsx", DATABASES, ("D-1", "演示库", "370402-CIVIL", "licence_library", "2026-03-01")))
    found = import_file("databases", sheet(tmp_path / "b.xlsx", DATABASES[:4], ("D-1", "演示库", "370402-CIVIL", "")))
    assert found.taken == 0 and "没有写数据来源" in found.refused[2]
    import_file("databases", sheet(tmp_path / "c.xlsx", (*DATABASES[:3], "接入日期"), ("D-1", "演示库", "370402-CIVIL", "2026-04-01")))


def test_a_column_that_nobody_knows_is_named(shared_ledger: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="不认识的列:承若时限"):
        import_file("matters", sheet(tmp_path / "m.xlsx", (*MATTERS[:4], "承若时限"), ("M-1", "事项", "370402-CIVIL", "承诺件", "5")))


def test_complaints_come_row_by_row_and_twice_without_a_change(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 18.1."""
    header, good = ("渠道", "工单编号", "收到时间", "内容"), ("12345", "GD-1", "2026-03-04", "演示反映的内容")
    file = sheet(tmp_path / "c.xlsx", header, good, ("短信", "GD-2", "2026-03-04", "内容"))
    assert main(["complaints", str(file)]) == 1
    said = capsys.readouterr().out
    assert "登记 1 件" in said and "第 3 行未登记" in said
    assert main(["complaints", str(sheet(tmp_path / "d.xlsx", header, good))]) == 0
    assert "此前已登记 1 件" in capsys.readouterr().out and count(Complaint) == 1
    with transaction() as session:
        assert session.scalars(select(Complaint.entered_by)).one().startswith("operator:")
    with pytest.raises(Failure, match="没有这个文件"):
        main(["complaints", str(tmp_path / "none.xlsx")])
