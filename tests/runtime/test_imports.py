"""A roster is imported whole or not at all, and every faulty row is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from stdnum.cn import uscc

from ledger.database import transaction
from ledger.tables.registry import Person, Unit
from runtime.failures import Failure
from runtime.import_commands import import_file, main

UNITS = ("单位编码", "单位名称", "单位类别", "统一社会信用代码")
PEOPLE = ("人员编码", "姓名", "单位编码", "岗位", "在岗")
BODY = "91370402DEMA00009"
GOOD_CODE = BODY + uscc.calc_check_digit(BODY + "0")


def sheet(path: Path, *rows: tuple[object, ...]) -> Path:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


def count(table: type) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_units_and_their_people_are_imported_twice_without_a_change(ledger: str, tmp_path: Path) -> None:
    units = sheet(tmp_path / "u.xlsx", UNITS, ("U-1", "演示住建局", "政务服务单位", GOOD_CODE), (None, None, None, None))
    people = sheet(tmp_path / "p.xlsx", PEOPLE, ("P-1", "演示己", "U-1", "代办员、督办员", "是"))
    for _ in range(2):
        assert main(["units", str(units)]) == 0
        assert main(["people", str(people)]) == 0
    with transaction() as session:
        unit, person = session.get_one(Unit, "U-1"), session.get_one(Person, "P-1")
        assert (unit.uscc, person.unit, person.roles) == (GOOD_CODE, "U-1", ["agent", "supervisor"])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("U-2", "", "政务服务单位", ""), "单位名称为空"),
        (("U-2", "演示局", "企业", ""), "单位类别应为"),
        (("U 2/甲", "演示局", "政务服务单位", ""), "单位编码须由字母"),
        (("U-1", "演示局", "政务服务单位", ""), "单位编码在表中不止一行"),
        (("U-2", "演示住建局", "政务服务单位", ""), "单位名称在表中不止一行"),
        (("U-2", "市中区民政局", "政务服务单位", ""), "单位名称已由 370402-CIVIL 使用"),
        (("U-2", "演示局", "政务服务单位", GOOD_CODE[:-1] + ("0" if GOOD_CODE[-1] != "0" else "1")), "校验位不对"),
    ],
)
def test_one_faulty_row_keeps_the_whole_file_out(
    ledger: str, tmp_path: Path, row: tuple[str, ...], fault: str
) -> None:
    before = count(Unit)
    file = sheet(tmp_path / "u.xlsx", UNITS, ("U-1", "演示住建局", "政务服务单位", ""), row)
    with pytest.raises(Failure) as caught:
        import_file("units", file)
    assert caught.value.details[-1].startswith("第 3 行") and fault in caught.value.details[-1]
    assert count(Unit) == before


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("P-1", "演示己", "NOWHERE", "代办员", ""), "没有这个单位编码"),
        (("P-1", "演示己", "370402-CIVIL", "局长", ""), "不认识的岗位"),
        (("P-1", "演示己", "370402-CIVIL", "、", ""), "岗位为空"),
        (("370402188102020017", "演示己", "370402-CIVIL", "代办员", ""), "不得使用公民身份号码"),
        (("演示己 1", "演示己", "370402-CIVIL", "代办员", ""), "人员编码须由字母"),
    ],
)
def test_people_need_a_known_unit_and_role(ledger: str, tmp_path: Path, row: tuple[str, ...], fault: str) -> None:
    with pytest.raises(Failure) as caught:
        import_file("people", sheet(tmp_path / "p.xlsx", PEOPLE, row))
    assert fault in caught.value.details[0]


def test_a_roster_brings_mail_addresses_and_one_without_the_column_leaves_them(ledger: str, tmp_path: Path) -> None:
    def mail() -> str | None:
        with transaction() as session:
            return session.get_one(Person, "P-1").mail

    row = ("P-1", "演示己", "370402-CIVIL", "代办员", "")
    import_file("people", sheet(tmp_path / "a.xlsx", (*PEOPLE, "邮箱"), (*row, "agent.one@civil.example.cn")))
    assert mail() == "agent.one@civil.example.cn"
    import_file("people", sheet(tmp_path / "b.xlsx", PEOPLE, row))
    assert mail() == "agent.one@civil.example.cn"
    import_file("people", sheet(tmp_path / "c.xlsx", (*PEOPLE, "邮箱"), (*row, "")))
    assert mail() is None


@pytest.mark.parametrize("address", ["负责人@example.cn", "a b@example.cn", "x@y", "a@b.cn,c@d.cn", "a@b.cn\nBcc: c@d.cn", "a@-b.cn"])
def test_what_is_no_mail_address_is_named(ledger: str, tmp_path: Path, address: str) -> None:
    row = ("P-1", "演示己", "370402-CIVIL", "代办员", "", address)
    with pytest.raises(Failure) as caught:
        import_file("people", sheet(tmp_path / "p.xlsx", (*PEOPLE, "邮箱"), row))
    assert "邮箱不是一个邮件地址" in caught.value.details[0]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "打不开"), (b"PK\x03\x04 broken", "打不开"), ("单位编码,单位名称".encode("gbk"), "打不开")],
)
def test_what_is_no_workbook_is_said_to_be_none(ledger: str, tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "u.xlsx"
    file.write_bytes(content)
    with pytest.raises(Failure, match=why):
        import_file("units", file)


def test_missing_columns_and_empty_tables_are_named(ledger: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="表头缺少列:单位类别"):
        import_file("units", sheet(tmp_path / "u.xlsx", UNITS[:2], ("U-1", "演示局")))
    with pytest.raises(Failure, match="没有数据行"):
        import_file("units", sheet(tmp_path / "v.xlsx", UNITS))
