"""`./run systems` and `./run import systems` (obligations 8.1, 8.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.registry import keys, systems
from ledger.registry.registry import put_units
from ledger.tables.registry import System
from runtime.commands import systems as systems_command
from runtime.commands.imports import import_file
from runtime.failures import Failure
from settings import settings
from tests.ledger.acting import all_of, do
from tests.runtime.commands.test_imports import sheet

HEADER = ("系统编码", "系统名称", "单位编码", "建设层级", "应对接", "未对接原因")


def test_one_is_put_called_and_listed(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert systems_command.main(["put", "s-1", "--unit", "370402-PERMIT", "--name", "演示审批系统", "--why-not", "接口改造中"]) == 0
    assert systems_command.main(["put", "s-2", "--unit", "370402-CIVIL", "--name", "演示省系统", "--level", "province"]) == 0
    capsys.readouterr()
    assert systems_command.main([]) == 1
    said = capsys.readouterr().out
    assert "应对接,尚未对接(原因:接口改造中);没有有效密钥" in said and "s-2  演示省系统(省级)  市中区民政局\n  不要求对接" in said
    assert "应对接 2 个,其中尚未对接 2 个。" in said  # the sandbox's own is the other
    for code in ("s-1", "demo-hall"):
        do(keys.make, system=code, now=settings().now(), actor="x")
        do(systems.note_call, code, now=settings().now())
    assert systems_command.main([]) == 0
    assert "已对接:首次调用" in capsys.readouterr().out


@pytest.mark.parametrize(("code", "unit"), [("s 1", "370402-CIVIL"), ("370402188102020017", "370402-CIVIL"), ("s-1", "NOWHERE")])
def test_what_cannot_be_registered_is_refused(shared_ledger: str, code: str, unit: str) -> None:
    with pytest.raises((Failure, SystemExit)):
        systems_command.main(["put", code, "--unit", unit, "--name", "演示"])
    assert not all_of(System, code=code)


def test_a_file_of_systems_is_taken_twice_without_a_change(ledger: str, tmp_path: Path) -> None:
    rows = (
        ("s-1", "演示审批系统", "市中区民政局", "", "", "接口改造中"),
        ("s-2", "演示省系统", "370402-PERMIT", "省级", "", ""),
        ("s-3", "演示国家系统", "370402-PERMIT", "国家级", "是", ""),
    )
    for _ in range(2):
        assert import_file("systems", sheet(tmp_path / "s.xlsx", HEADER, *rows)) == (3, 0, {})
    found = {one.code: (one.unit, one.level.value, one.should_connect, one.why_not) for one in all_of(System) if one.code.startswith("s-")}
    assert found == {
        "s-1": ("370402-CIVIL", "district", True, "接口改造中"),
        "s-2": ("370402-PERMIT", "province", False, ""),
        "s-3": ("370402-PERMIT", "nation", True, ""),
    }
    import_file("systems", sheet(tmp_path / "t.xlsx", HEADER[:3], ("s-3", "演示新名", "370402-PERMIT")))
    (kept,) = all_of(System, code="s-3")
    assert (kept.name, kept.level.value, kept.should_connect) == ("演示新名", "nation", True), "a column that is not there says nothing"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("s-1", "演示", "NOWHERE", "", "", ""), "没有这个单位"),
        (("s-1", "演示", "370402-CIVIL", "乡级", "", ""), "建设层级应为区级、市级、省级、国家级"),
        (("s-1", "演示", "370402-CIVIL", "", "也许", ""), "应对接"),
        (("s-1", "", "370402-CIVIL", "", "", ""), "系统名称为空"),
        (("s-1", "演示", "370402-CIVIL", "", "否", ""), "须写明原因"),
        (("s-1", "演示370402188102020017", "370402-CIVIL", "", "", ""), "公民身份号码"),
    ],
)
def test_a_faulty_row_is_named_and_stops_no_other(shared_ledger: str, tmp_path: Path, row: tuple[str, ...], fault: str) -> None:
    """Obligation 8.1."""
    found = import_file("systems", sheet(tmp_path / "s.xlsx", HEADER, row, ("s-0", "演示", "370402-CIVIL", "", "", "")))
    assert found.taken == 1 and list(found.refused) == [2] and fault in found.refused[2]
    assert all_of(System, code="s-0") and not all_of(System, code="s-1")


def test_a_system_with_a_key_is_not_moved_by_a_file(ledger: str, tmp_path: Path) -> None:
    do(keys.make, system="demo-hall", now=settings().now(), actor="x")
    rows = ("s-0", "演示", "370402-CIVIL"), ("demo-hall", "演示", "370402-CIVIL"), ("s-4", "演示", "370402-HEAT")
    do(put_units, [{"code": "370402-HEAT", "name": "演示供热公司", "kind": "public_service", "active": False}])
    found = import_file("systems", sheet(tmp_path / "s.xlsx", HEADER[:3], *rows))
    assert found.taken == 1 and "吊销密钥" in found.refused[3] and "已停用" in found.refused[4]
    assert all_of(System, code="s-0") and not all_of(System, code="s-4")
    assert all_of(System, code="demo-hall")[0].unit == "370402-PERMIT"
