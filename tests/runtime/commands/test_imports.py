"""A register by file: every faulty row is named; of units and people a file is taken whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from stdnum.cn import uscc

from domain.blocking import Organ
from domain.register_changes import RegisterChangeStatus
from ledger.database import transaction
from ledger.registry import register_changes
from ledger.tables.registry import Person, Unit
from runtime.commands import traces
from runtime.commands.imports import import_file, main
from runtime.failures import Failure
from settings import settings

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
        assert (unit.uscc, person.unit, person.roles) == (GOOD_CODE, "U-1", [])
        waiting = {one.code: one.after for one in register_changes.listed(session, standing=RegisterChangeStatus.WAITING).rows}
        assert waiting == {"U-1": {"active": True}, "P-1": {"roles": ["agent", "supervisor"]}} and not unit.active


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
def test_one_faulty_row_keeps_the_whole_file_out(shared_ledger: str, tmp_path: Path, row: tuple[str, ...], fault: str) -> None:
    before = count(Unit)
    file = sheet(tmp_path / "u.xlsx", UNITS, ("U-1", "演示住建局", "政务服务单位", ""), row)
    with pytest.raises(Failure) as caught:
        import_file("units", file)
    assert caught.value.details[-1].startswith("第 3 行") and fault in caught.value.details[-1]
    assert count(Unit) == before


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("P-1", "演示己", "NOWHERE", "代办员", ""), "没有这个单位编码或名称"),
        (("P-1", "演示己", "370402-CIVIL", "局长", ""), "不认识的岗位"),
        (("P-1", "演示己", "370402-CIVIL", "、", ""), "岗位为空"),
        (("370402188102020017", "演示己", "370402-CIVIL", "代办员", ""), "不得使用公民身份号码"),
        (("演示己 1", "演示己", "370402-CIVIL", "代办员", ""), "人员编码须由字母"),
    ],
)
def test_people_need_a_known_unit_and_role(shared_ledger: str, tmp_path: Path, row: tuple[str, ...], fault: str) -> None:
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
def test_what_is_no_mail_address_is_named(shared_ledger: str, tmp_path: Path, address: str) -> None:
    row = ("P-1", "演示己", "370402-CIVIL", "代办员", "", address)
    with pytest.raises(Failure) as caught:
        import_file("people", sheet(tmp_path / "p.xlsx", (*PEOPLE, "邮箱"), row))
    assert "邮箱不是一个邮件地址" in caught.value.details[0]


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "文件是空的"), (b"PK\x03\x04 broken", "已损坏"), (b"%PDF-1.7", "PDF"), (b"<table><tr>", "没有内容")]
)
def test_what_is_no_workbook_is_said_to_be_none(shared_ledger: str, tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "u.xlsx"
    file.write_bytes(content)
    with pytest.raises(Failure, match=why):
        import_file("units", file)


def test_missing_columns_and_empty_tables_are_named(shared_ledger: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="表头缺少列:单位类别"):
        import_file("units", sheet(tmp_path / "u.xlsx", UNITS[:2], ("U-1", "演示局")))
    with pytest.raises(Failure, match="没有数据行"):
        import_file("units", sheet(tmp_path / "v.xlsx", UNITS))


ALL_OF_A_UNIT = (*UNITS, "别名", "行业", "行业主管部门", "行政区划", "单位性质", "应参加改革")


def test_a_unit_brings_all_that_the_registry_keeps_of_it(ledger: str, tmp_path: Path) -> None:
    """Obligation 3.1."""
    rows = (
        ("U-HEAT", "演示热力公司", "公共服务单位", "", "热力公司、演示热力", "供暖", "演示建设局", "370402", "", "是"),
        ("U-BUILD", "演示建设局", "政务服务单位", "", "", "", "", "", "其他", ""),
        ("U-VILLAGE", "演示社区居委会", "政务服务单位", "", "", "", "", "", "村（居）民委员会", "否"),
    )
    assert import_file("units", sheet(tmp_path / "u.xlsx", ALL_OF_A_UNIT, *rows)) == (3, 3, {})  # new units: each waits for a second person
    with transaction() as session:
        heat, village = session.get_one(Unit, "U-HEAT"), session.get_one(Unit, "U-VILLAGE")
        assert (heat.aliases, heat.sector, heat.drafting_unit) == (["热力公司", "演示热力"], "供暖", "U-BUILD")
        assert (village.organ, village.takes_part, village.region) == (Organ.COMMUNITY, False, "370402")
    import_file("units", sheet(tmp_path / "v.xlsx", UNITS, rows[0][:4]))
    with transaction() as session:
        assert session.get_one(Unit, "U-HEAT").sector == "供暖", "a file without the column leaves what is there"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("", "", "X-NONE", "", "", ""), "没有这个单位编码或名称:X-NONE"),
        (("", "", "U-1", "", "", ""), "不能是单位自己"),
        (("", "", "370402-HEAT", "", "", ""), "另有行业主管部门"),
        (("", "", "", "3704", "", ""), "六位数字"),
        (("", "", "", "", "企业", ""), "单位性质应为"),
        (("", "", "", "", "", "也许"), "应参加改革:“也许”不是“是”或“否”"),
    ],
)
def test_what_is_wrong_with_a_unit_is_named(shared_ledger: str, tmp_path: Path, row: tuple[str, ...], fault: str) -> None:
    with pytest.raises(Failure) as caught:
        import_file("units", sheet(tmp_path / "u.xlsx", ALL_OF_A_UNIT, ("U-1", "演示住建局", "公共服务单位", "", *row)))
    assert fault in caught.value.details[0]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ((("370402-HOUSING", "市中区住房和城乡建设局", "政务服务单位", "", "", "", "370402-CIVIL"),), "370402-HEAT 的行业主管部门"),
        (
            (("U-1", "演示甲局", "政务服务单位", "", "", "", "U-2"), ("U-2", "演示乙局", "政务服务单位", "", "", "", "370402-CIVIL")),
            "U-2 另有行业主管部门",
        ),
        ((("U-1", "演示局(本级)", "政务服务单位"), ("U-2", "演示局本级", "政务服务单位")), "单位名称已由 U-2 使用"),
        ((("U-1", "演" * 101, "政务服务单位"),), "单位名称超过 100 字"),
        ((("U-1", "演示局", "政务服务单位", "", "、".join(f"别名{n}" for n in range(31))),), "别名超过 30 个"),
    ],
)
def test_the_rules_of_the_register_are_those_of_the_api(
    shared_ledger: str, tmp_path: Path, rows: tuple[tuple[str, ...], ...], fault: str
) -> None:
    before = count(Unit)
    with pytest.raises(Failure) as caught:
        import_file("units", sheet(tmp_path / "u.xlsx", ALL_OF_A_UNIT, *rows))
    assert caught.value.details[0].startswith("第 2 行") and fault in caught.value.details[0]
    assert count(Unit) == before


def test_a_publisher_is_a_role_of_people(ledger: str, tmp_path: Path) -> None:
    import_file("people", sheet(tmp_path / "p.xlsx", PEOPLE, ("P-9", "演示午", "市中区民政局", "公布员,代办员", "")))
    with transaction() as session:
        found = session.get_one(Person, "P-9")
        assert (found.roles, found.unit) == ([], "370402-CIVIL")
        (change,) = register_changes.listed(session, standing=RegisterChangeStatus.WAITING).rows
        assert change.after == {"roles": ["publisher", "agent"]} and change.proposed_by.startswith("operator:")
        register_changes.confirm(session, change.id, actor="person:demo-admin", now=settings().now())
        assert session.get_one(Person, "P-9").roles == ["publisher", "agent"]


def test_an_import_says_what_waits_and_traces_say_who_did_what(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roster = sheet(tmp_path / "p.xlsx", PEOPLE, ("P-9", "演示午", "370402-CIVIL", "专班办公室", ""))
    assert main(["people", str(roster)]) == 0
    assert "其中 1 行" in capsys.readouterr().out
    assert traces.main(["--waiting"]) == 0
    assert '人员 P-9 登记  {"roles": []} → {"roles": ["office"]}  提出:operator:' in capsys.readouterr().out
    assert traces.main(["--place", "people", "--subject", "P-9"]) == 0
    said = capsys.readouterr().out
    assert "people P-9  (新增) → " in said and '"roles": []' in said and "operator:" in said
    assert traces.main(["--subject", "nobody"]) == 0 and "没有这样的留痕" in capsys.readouterr().out


def test_nothing_of_a_roster_is_taken_that_has_a_bad_row_or_cell(shared_ledger: str, tmp_path: Path) -> None:
    good = ("P-1", "演示己", "370402-CIVIL", "代办员", "")
    for bad in (("P-2", "演示庚", "NOWHERE", "代办员", ""), (370402202603040011, "演示庚", "370402-CIVIL", "代办员", "")):
        with pytest.raises(Failure) as caught:
            import_file("people", sheet(tmp_path / "p.xlsx", PEOPLE, good, bad))
        assert caught.value.details[0].startswith("第 3 行")
    with transaction() as session:
        assert session.get(Person, "P-1") is None
