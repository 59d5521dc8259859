"""`./run guides`: the file for the editors, and that it was handed over."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ledger.registry.registry import put_people
from ledger.tables.catalog import GuideHandover
from runtime.commands.guides import main
from runtime.failures import Failure
from tests.ledger.acting import all_of, do

pytestmark = pytest.mark.usefixtures("ledger")


def test_the_file_is_written_and_the_handover_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 13.2."""
    file = tmp_path / "g.xlsx"
    assert main(["370402-JUSTICE", "--changed", "-o", str(file)]) == 0
    said = capsys.readouterr().out
    assert "按清单第 1 版" in said and "--handed-over 1" in said
    whole = list(openpyxl.load_workbook(file)["材料清单"].iter_rows(values_only=True))
    assert len(whole) > 1 and {row[-1] for row in whole[1:]} == {"增加"}
    do(put_people, [{"code": "demo-office", "unit": "370402-CIVIL", "name": "演示", "roles": ["office"]}])
    assert main(["370402-JUSTICE", "--handed-over", "1", "--by", "demo-office"]) == 0
    assert [(row.unit, row.version) for row in all_of(GuideHandover)] == [("370402-JUSTICE", 1)]
    assert all_of(GuideHandover)[0].by.startswith("person:demo-office via operator:") and "交付至第 1 版" in capsys.readouterr().out
    assert main(["370402-JUSTICE", "--changed", "-o", str(file)]) == 0
    assert len(list(openpyxl.load_workbook(file)["材料清单"].iter_rows(values_only=True))) == 1
    for arguments, why in (
        (["370402-NOBODY"], "没有单位"),
        (["370402-JUSTICE", "--handed-over", "1"], "须写明由谁"),
        (["370402-JUSTICE", "--handed-over", "7", "--by", "demo-office"], "没有第 7 版"),
        (["370402-JUSTICE", "-o", str(tmp_path / "none" / "g.xlsx")], "不能写到"),
    ):
        with pytest.raises(Failure, match=why):
            main(arguments)
